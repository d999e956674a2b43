// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/functions.hpp>

#include "tapi2/exchange.hpp"

#include <deque>

namespace tapi2_double {

/// The double as the table of functions that a provider calls, without Windows: events and windows are in name only, and
/// completion ports are queues.
///
/// *Thread safety:* that of `Functions`. `pump` calls back the applications that the calling thread has initialised.
class Double final : public wrapup::tapi2::Functions, private Platform {
public:
    Control& control() noexcept { return exchange_; }

    Long lineInitializeExW(Handle* app, abi::Callback* callback, const char16_t* friendly_name, Dword* devices,
                           Dword* version, abi::InitializeExParams* params) noexcept override {
        return exchange_.lineInitializeExW(app, callback, friendly_name, devices, version, params);
    }
    Long lineNegotiateAPIVersion(Handle app, Dword device, Dword low, Dword high, Dword* version,
                                 abi::ExtensionId* extension) noexcept override {
        return exchange_.lineNegotiateAPIVersion(app, device, low, high, version, extension);
    }
    Long lineOpenW(Handle app, Dword device, Handle* line, Dword version, Dword extension_version, DwordPtr instance,
                   Dword privileges, Dword media_modes, const abi::CallParams* params) noexcept override {
        return exchange_.lineOpenW(app, device, line, version, extension_version, instance, privileges, media_modes,
                                   params);
    }
    Long lineClose(Handle line) noexcept override { return exchange_.lineClose(line); }
    Long lineShutdown(Handle app) noexcept override { return exchange_.lineShutdown(app); }
    Long lineMakeCallW(Handle line, Handle* call, const char16_t* address, Dword country,
                       const abi::CallParams* params) noexcept override {
        return exchange_.lineMakeCallW(line, call, address, country, params);
    }
    Long lineAnswer(Handle call, const char* user_user_info, Dword size) noexcept override {
        return exchange_.lineAnswer(call, user_user_info, size);
    }
    Long lineDrop(Handle call, const char* user_user_info, Dword size) noexcept override {
        return exchange_.lineDrop(call, user_user_info, size);
    }
    Long lineDeallocateCall(Handle call) noexcept override { return exchange_.lineDeallocateCall(call); }
    Long lineGetCallStatus(Handle call, abi::CallStatus* status) noexcept override {
        return exchange_.lineGetCallStatus(call, status);
    }
    Long lineGetCallInfoW(Handle call, abi::CallInfo* info) noexcept override {
        return exchange_.lineGetCallInfoW(call, info);
    }
    Long lineGetMessage(Handle app, abi::Message* message, Dword timeout) noexcept override {
        return exchange_.lineGetMessage(app, message, timeout);
    }

    // ---- completion ports

    void* create_port() noexcept override {
        const std::lock_guard lock(mutex_);
        ports_.push_back(std::make_unique<Port>());
        ports_.back()->open = true;
        return ports_.back().get();
    }
    Taken take_message(void* handle, abi::Message& message, std::chrono::milliseconds timeout) noexcept override {
        exchange_.port_waits(handle);
        Port& port = *static_cast<Port*>(handle);
        {
            std::unique_lock lock(mutex_);
            const auto something = [&] { return port.wakes != 0 || !port.queue.empty(); };
            if (timeout < std::chrono::milliseconds(0)) port.changed.wait(lock, something);
            else
                port.changed.wait_for(lock, std::min<std::chrono::milliseconds>(timeout, std::chrono::hours(24)),
                                      something);
            if (port.queue.empty()) {
                if (port.wakes != 0) --port.wakes;
                return Taken::nothing;
            }
            message = port.queue.front();
            port.queue.pop_front();
        }
        exchange_.port_taken(handle);
        return Taken::message;
    }
    void wake_port(void* handle) noexcept override {
        const std::lock_guard lock(mutex_);
        auto* port = static_cast<Port*>(handle);
        ++port->wakes;
        port->changed.notify_one();
    }
    void close_port(void* handle) noexcept override {
        exchange_.port_closes(handle);
        const std::lock_guard lock(mutex_);
        static_cast<Port*>(handle)->open = false;
    }

    // ---- the message loop

    void pump(std::chrono::milliseconds timeout) noexcept override {
        constexpr std::chrono::milliseconds longest{0xFFFFFFFE};
        const bool for_ever = timeout < std::chrono::milliseconds(0) || timeout > longest;
        if (exchange_.call_back(for_ever ? 0xFFFFFFFF : static_cast<Dword>(timeout.count())))
            while (exchange_.call_back(0)) {
            }
    }

private:
    struct Port {
        std::deque<abi::Message> queue;
        std::condition_variable changed;
        Dword wakes = 0;
        bool open = false;
    };

    void* create_event() noexcept override { return this; }
    void set_event(void*, bool) noexcept override {}
    void close_event(void*) noexcept override {}

    bool post(void* handle, Dword, const abi::Message& message) noexcept override {
        const std::lock_guard lock(mutex_);
        auto* port = static_cast<Port*>(handle);
        if (!port->open) return false;
        port->queue.push_back(message);
        port->changed.notify_one();
        return true;
    }
    Dword messages_held() noexcept override {
        const std::lock_guard lock(mutex_);
        std::size_t held = 0;
        for (const auto& port : ports_) held += port->queue.size();
        return static_cast<Dword>(held);
    }

    void forget_messages() noexcept override {
        const std::lock_guard lock(mutex_);
        for (const auto& port : ports_) port->queue.clear();
    }

    void* create_window(Handle) noexcept override { return this; }
    void poke(void*) noexcept override {}
    void close_window(void*) noexcept override {}

    std::mutex mutex_;
    std::vector<std::unique_ptr<Port>> ports_; // also the closed ones: a late message finds that out
    Exchange exchange_{*this};
};

} // namespace tapi2_double
