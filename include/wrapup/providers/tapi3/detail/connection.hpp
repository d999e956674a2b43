// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/detail/calls.hpp>
#include <wrapup/providers/tapi3/detail/events.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>
#include <wrapup/providers/tapi3/detail/result.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/error.hpp>
#include <wrapup/providers/tapi3/functions.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace wrapup::tapi3::detail {

// TAPI's object, initialized, and what is advised and registered there. Its members are called by workers.
class Connection {
public:
    struct Wanted {
        std::uint32_t address;
        abi::Long media_types;
        bool calls, monitors; // those that come in
    };

    // @throws std::system_error, std::bad_alloc
    Connection(Functions& com, Workers& workers, const Wanted& wanted) : workers_(workers) {
        workers_.ask([&] {
            try {
                open(com, wanted);
            } catch (...) {
                close();
                throw;
            }
        });
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        workers_.ask([this]() noexcept { close(); });
    }

    [[nodiscard]] abi::ITAddress* address() const noexcept { return address_.get(); }
    [[nodiscard]] Queue& queue() const noexcept { return *queue_; }

    // No more calls come.
    void unregister() noexcept {
        if (registration_)
            static_cast<void>(tapi_->UnregisterNotifications(*std::exchange(registration_, std::nullopt)));
    }
    // No more events come.
    void unadvise() noexcept {
        if (cookie_) static_cast<void>(point_->Unadvise(*std::exchange(cookie_, std::nullopt)));
        queue_->close();
        point_ = {};
        sink_ = {};
    }

private:
    // The sink is advised before calls are asked for, and the filter set before that: without one no event comes.
    // *Source:* TAPI 3, "Events", "Register Events"
    void open(Functions& com, const Wanted& wanted) {
        require(com.create_tapi(tapi_.out()));
        require(tapi_->Initialize()); // S_FALSE: it was already
        initialized_ = true;
        require(tapi_->put_EventFilter(abi::te_callstate | abi::te_callnotification));
        find_address(wanted.address);
        const auto container = tapi_.as<abi::IConnectionPointContainer>();
        require(container ? container->FindConnectionPoint(abi::ITTAPIEventNotification::iid, point_.out())
                          : result_of(Error::no_interface));
        *sink_.out() = new Sink(queue_);
        abi::ULong cookie = 0;
        require(point_->Advise(sink_.get(), &cookie));
        cookie_ = cookie;
        if (!wanted.calls) return;
        abi::Long registration = 0;
        require(tapi_->RegisterCallNotifications(address_.get(),
                                                 wanted.monitors ? abi::variant_true : abi::variant_false,
                                                 abi::variant_true, wanted.media_types, 0, &registration));
        registration_ = registration;
    }

    void find_address(std::uint32_t index) {
        Ref<abi::IEnumAddress> addresses;
        require(tapi_->EnumerateAddresses(addresses.out()));
        for (std::uint32_t i = 0; i <= index; ++i) {
            address_ = {};
            if (addresses->Next(1, address_.out(), nullptr) != abi::s_ok) require(result_of(Error::no_device));
        }
    }

    // Shutdown says S_FALSE where somebody has done it before. *Source:* ITTAPI::Shutdown
    void close() noexcept {
        unregister();
        unadvise();
        queue_->clear(); // there may have been nobody to handle what came, and their references are given up here
        address_ = {};
        if (std::exchange(initialized_, false)) static_cast<void>(tapi_->Shutdown());
        tapi_ = {};
    }

    Workers& workers_;
    const std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
    Ref<abi::ITTAPI> tapi_;
    Ref<abi::ITAddress> address_;
    Ref<abi::IConnectionPoint> point_;
    Ref<abi::ITTAPIEventNotification> sink_;
    std::optional<abi::ULong> cookie_;
    std::optional<abi::Long> registration_;
    bool initialized_ = false;
};

// The thread on which events are handled, in their order.
class Listener {
public:
    // @throws std::system_error, std::bad_alloc: there is no thread, or it is not let into the apartment
    Listener(Workers& workers, Calls& calls, const Connection& connection, std::chrono::milliseconds patience) {
        Arrival arrival;
        const auto tick = std::clamp(patience / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
        thread_ = std::thread([&workers, &calls, &connection, &arrival, tick] {
            const Workers::Member member(workers);
            const bool is_in = member.result() >= 0;
            arrival.say(member.result());
            if (is_in) listen(calls, connection, tick);
        });
        try {
            arrival.wait();
        } catch (...) {
            join();
            throw;
        }
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() { join(); }

    // When the queue is closed, and what was in it has been handled.
    void join() noexcept {
        if (thread_.joinable()) thread_.join();
    }

private:
    static void listen(Calls& calls, const Connection& connection, std::chrono::milliseconds tick) noexcept {
        Queue& events = connection.queue();
        auto ticked = std::chrono::steady_clock::now();
        while (!events.over()) {
            if (const auto event = events.take(tick)) calls.handle(*event);
            if (const auto now = std::chrono::steady_clock::now(); now - ticked >= tick) {
                calls.missed(events.take_missed());
                calls.tick(*connection.address(), events.heard_until());
                ticked = now;
            }
        }
    }

    std::thread thread_;
};

} // namespace wrapup::tapi3::detail
