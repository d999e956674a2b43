// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip.hpp>
#include <wrapup/wait.hpp>

#include "sofia_sip/sipp.hpp"
#include "support/catch.hpp"

#include <sofia-sip/su_log.h>

#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// @file
/// A telephone desk for tests: a SIP service with short timers, and the calls that have come in.

namespace support {

namespace sofia = wrapup::sofia;
using SipSession = wrapup::Session<sofia::Provider>;
using namespace std::chrono_literals;

class SipDesk {
public:
    explicit SipDesk(sofia::Options options = patient()) {
        ::su_log_redirect(nullptr, &SipDesk::hear, nullptr);
        if (!options.on_call)
            options.on_call = [this](SipSession call) {
                const std::lock_guard lock(mutex_);
                came_in_.push_back(std::move(call));
            };
        service_.emplace(options);
    }
    SipDesk(const SipDesk&) = delete;
    SipDesk& operator=(const SipDesk&) = delete;
    ~SipDesk() { close(); }

    /// Nothing is said twice, or given up, because a machine is slow: SIPp would not expect it.
    static sofia::Options patient() {
        sofia::Options options;
        options.t1 = 500ms;
        options.patience = 8s;
        options.grace = 300ms;
        return options;
    }
    /// For an answer that does not come.
    static sofia::Options impatient() {
        sofia::Options options = patient();
        options.patience = 1s;
        return options;
    }

    /// How many handles there are, of all stacks of the program: the stack says when it makes and frees one. One that nobody
    /// destroys goes with its stack, so that nothing which looks for leaks at the end sees it.
    /// *Source:* nua_common.c, _NUA_HANDLE_DEBUG
    [[nodiscard]] static int handles() noexcept { return count; }

    [[nodiscard]] sofia::Service& service() noexcept { return *service_; }
    [[nodiscard]] std::size_t alive() const { return service_->outstanding().size(); }
    void close() {
        while (next()) {
        }
        service_.reset();
    }

    [[nodiscard]] SipSession dial(const Sipp& peer) { return SipSession::open(*service_, peer.uri()); }
    /// A call that is answered.
    [[nodiscard]] SipSession connect(const Sipp& peer) {
        SipSession call = dial(peer);
        REQUIRE(reaches(call, sofia::CallState::ready));
        return call;
    }
    [[nodiscard]] std::optional<SipSession> next() {
        const std::lock_guard lock(mutex_);
        if (came_in_.empty()) return {};
        std::optional<SipSession> call(std::move(came_in_.front()));
        came_in_.pop_front();
        return call;
    }
    [[nodiscard]] SipSession take() {
        std::optional<SipSession> call;
        REQUIRE(eventually([&] { return (call = next()).has_value(); }));
        return std::move(*call);
    }

    [[nodiscard]] static sofia::CallState state(const SipSession& call) {
        std::error_code none;
        return call.try_query(none, &sofia::Provider::state);
    }
    [[nodiscard]] static bool reaches(const SipSession& call, sofia::CallState wanted) {
        return eventually([&] { return state(call) == wanted; });
    }
    [[nodiscard]] static sofia::CallInfo info(const SipSession& call) {
        const auto known = call.query(&sofia::Provider::call_info);
        REQUIRE(known);
        return *known;
    }
    [[nodiscard]] static bool over(const SipSession& call) { return wrapup::wait_for(call, 10s); }

private:
    // What else the stack complains of, the tests have it meet.
    static void hear(void*, const char* format, va_list) noexcept {
        const std::string_view text(format);
        if (text.substr(0, 16) == "nh_handle_create") ++count;
        if (text.substr(0, 13) == "nh_destructor") --count;
    }

    static inline std::atomic<int> count{0};
    static inline const bool is_told = ::setenv("_NUA_HANDLE_DEBUG", "1", 1) == 0; // before there is any

    std::mutex mutex_;
    std::deque<SipSession> came_in_;
    std::optional<sofia::Service> service_;
};

} // namespace support
