// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "tapi3/com.hpp"
#include "tapi3/double.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// @file
/// A telephone desk for tests: TAPI 3 on the double, and the calls that have come in. At its end nobody has broken a rule, and
/// every object, string and thread is gone.

namespace support {

namespace tapi3 = wrapup::tapi3;
using Tapi3Session = wrapup::Session<tapi3::Provider>;

class Tapi3Desk {
public:
    /// `prepare`: what is done before TAPI is used.
    explicit Tapi3Desk(tapi3::Options options = fast(),
                       const std::function<void(tapi3_double::Exchange&)>& prepare = {}) {
        if (prepare) prepare(exchange_);
        if (!options.on_call)
            options.on_call = [this](Tapi3Session call) {
                const std::lock_guard lock(mutex_);
                came_in_.push_back(std::move(call));
            };
        telephony_.emplace(com_, options);
    }
    Tapi3Desk(const Tapi3Desk&) = delete;
    Tapi3Desk& operator=(const Tapi3Desk&) = delete;
    ~Tapi3Desk() {
        close();
        exchange_.settle();
        for (const auto& violation : exchange_.violations()) std::fprintf(stderr, "%s\n", violation.c_str());
        CHECK(exchange_.violations().empty());
        const tapi3_double::Books books = exchange_.books();
        CHECK(books.objects == 0);
        CHECK(books.strings == 0);
        CHECK(books.memory == 0);
        CHECK(books.apartments == 0);
        CHECK(books.shutdowns == 1);
    }

    static tapi3::Options fast() {
        tapi3::Options options;
        options.patience = std::chrono::milliseconds(50);
        options.grace = std::chrono::milliseconds(200);
        return options;
    }

    /// Nothing is given up, or asked for, because a machine is slow.
    static tapi3::Options unhurried() {
        tapi3::Options options;
        options.patience = options.grace = std::chrono::seconds(10);
        return options;
    }

    [[nodiscard]] tapi3::Telephony& telephony() noexcept { return *telephony_; }
    [[nodiscard]] tapi3_double::Exchange& exchange() noexcept { return exchange_; }
    [[nodiscard]] tapi3_double::Com& com() noexcept { return com_; }
    [[nodiscard]] int number() { return exchange_.books().calls_made; }

    void close() {
        while (next()) {
        }
        telephony_.reset();
    }

    [[nodiscard]] Tapi3Session dial(std::string_view address = "100") {
        auto call = Tapi3Session::open(*telephony_, address);
        exchange_.connects(number());
        REQUIRE(eventually([&] { return state(call) == tapi3::CallState::connected; }));
        return call;
    }
    [[nodiscard]] Tapi3Session take(tapi3_double::Long privilege = tapi3_double::abi::cp_owner) {
        exchange_.offer(privilege);
        std::optional<Tapi3Session> call;
        REQUIRE(eventually([&] {
            call = next();
            return call.has_value();
        }));
        return std::move(*call);
    }
    /// Calls whose Disconnect blocks, until `Exchange::unblock`: as many as there can be threads to call it.
    [[nodiscard]] std::vector<Tapi3Session> keep_all_workers() {
        constexpr std::size_t workers = 64;
        tapi3_double::Script script;
        script.blocks = true;
        exchange_.usually(script);
        std::vector<Tapi3Session> busy;
        while (busy.size() < workers) busy.push_back(dial());
        const int before = exchange_.books().disconnects;
        for (auto& call : busy) CHECK(!call.drop());
        CHECK(eventually([&] { return exchange_.books().disconnects == before + static_cast<int>(workers); }));
        return busy;
    }
    [[nodiscard]] std::optional<Tapi3Session> next() {
        const std::lock_guard lock(mutex_);
        if (came_in_.empty()) return {};
        std::optional<Tapi3Session> call(std::move(came_in_.back()));
        came_in_.pop_back();
        return call;
    }
    [[nodiscard]] static tapi3::CallState state(const Tapi3Session& call) {
        std::error_code none;
        return call.try_query(none, &tapi3::Provider::state);
    }
    template <class Holds>
    [[nodiscard]] static bool eventually(Holds holds) {
        for (int i = 0; i < 10000; ++i) {
            if (holds()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return holds();
    }
    [[nodiscard]] static bool over(const Tapi3Session& call) {
        return eventually([&] { return call.termination() != nullptr; });
    }

private:
    tapi3_double::Exchange exchange_;
    tapi3_double::Com com_{exchange_};
    std::mutex mutex_;
    std::vector<Tapi3Session> came_in_;
    std::optional<tapi3::Telephony> telephony_;
};

} // namespace support
