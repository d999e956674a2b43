// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2.hpp>
#include <wrapup/wait.hpp>

#include "tapi2/bench.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// @file
/// A telephone desk for tests: a line on the double, and the calls that have come in on it.

namespace support {

namespace tapi2 = wrapup::tapi2;
using tapi2::Notification;
using tapi2_double::Control;
using TapiSession = wrapup::Session<tapi2::Provider>;

inline constexpr Notification all_notifications[] = {Notification::event, Notification::completion_port,
                                                     Notification::hidden_window};

class Desk {
public:
    explicit Desk(Notification notification = Notification::event, tapi2::Options options = {})
        : notification_(notification) {
        options.notification = notification;
        if (!options.on_call)
            options.on_call = [this](TapiSession call) {
                const std::lock_guard lock(mutex_);
                came_in_.push_back(std::move(call));
            };
        line_.emplace(bench_.functions(), options);
        bench_.control().clear_books();
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    ~Desk() { close(); }

    [[nodiscard]] tapi2::Line& line() noexcept { return *line_; }
    [[nodiscard]] bool is_open() const noexcept { return line_.has_value(); }
    [[nodiscard]] tapi2::Functions& functions() noexcept { return bench_.functions(); }
    [[nodiscard]] Control& control() noexcept { return bench_.control(); }
    [[nodiscard]] tapi2_double::Books books() { return control().books(); }
    [[nodiscard]] std::string log() { return control().text(tapi2_double::Text::calls); }

    void close() {
        while (next()) {
        }
        line_.reset();
    }

    // A call that we make, and that has its handle.
    [[nodiscard]] TapiSession dial(std::string_view address = "100") {
        auto call = TapiSession::open(*line_, address);
        REQUIRE(eventually([&] { return handle(call) != 0 || call.termination(); }));
        settle();
        return call;
    }
    // A call that comes in.
    [[nodiscard]] TapiSession take(tapi2::Privilege privilege = tapi2::Privilege::owner,
                                   const tapi2_double::Info& info = {}) {
        control().offer(0, static_cast<std::uint32_t>(privilege), info);
        return arrived();
    }
    [[nodiscard]] TapiSession arrived() {
        REQUIRE(eventually([&] { return count() > 0; }));
        settle();
        return *next();
    }
    // One that has come in, if there is one.
    [[nodiscard]] std::optional<TapiSession> next() {
        const std::lock_guard lock(mutex_);
        if (came_in_.empty()) return {};
        std::optional<TapiSession> call(std::move(came_in_.back()));
        came_in_.pop_back();
        return call;
    }
    [[nodiscard]] std::size_t count() {
        const std::lock_guard lock(mutex_);
        return came_in_.size();
    }
    // The double's number of the newest call.
    [[nodiscard]] tapi2_double::Dword number() { return control().last_call(); }

    [[nodiscard]] static tapi2_double::Handle handle(const TapiSession& call) {
        std::error_code none;
        return call.try_query(none, &tapi2::Provider::handle);
    }
    [[nodiscard]] static tapi2::CallState state(const TapiSession& call) {
        std::error_code none;
        return call.try_query(none, &tapi2::Provider::state);
    }

    // Lets messages come until it holds; no longer than a time that is never needed.
    template <class Holds>
    [[nodiscard]] bool eventually(Holds holds) {
        for (int i = 0; i < 5000; ++i) {
            if (holds()) return true;
            step();
        }
        return holds();
    }
    [[nodiscard]] bool over(const TapiSession& call) {
        if (!eventually([&] { return call.termination() != nullptr; })) return false;
        settle(); // also what the line's thread does after it has said so
        return true;
    }
    // All messages that are there have been handled.
    void settle() {
        if (notification_ != Notification::hidden_window) {
            REQUIRE(control().wait_handled());
            return;
        }
        for (int i = 0; i < 5; ++i) functions().pump(std::chrono::milliseconds(1));
    }

private:
    void step() {
        constexpr std::chrono::milliseconds moment(1);
        if (notification_ == Notification::hidden_window && line_)
            tapi2::Provider(*line_).wait(std::chrono::steady_clock::now() + moment, []() noexcept { return false; });
        else std::this_thread::sleep_for(moment);
    }

    tapi2_double::Bench bench_;
    Notification notification_;
    std::mutex mutex_;
    std::vector<TapiSession> came_in_;
    std::optional<tapi2::Line> line_;
};

} // namespace support
