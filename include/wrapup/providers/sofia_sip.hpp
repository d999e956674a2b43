// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/providers/sofia_sip/call.hpp>
#include <wrapup/providers/sofia_sip/call_info.hpp>
#include <wrapup/providers/sofia_sip/call_record.hpp>
#include <wrapup/providers/sofia_sip/call_state.hpp>
#include <wrapup/providers/sofia_sip/cause.hpp>
#include <wrapup/providers/sofia_sip/detail/book.hpp>
#include <wrapup/providers/sofia_sip/detail/read.hpp>
#include <wrapup/providers/sofia_sip/detail/stack.hpp>
#include <wrapup/providers/sofia_sip/options.hpp>
#include <wrapup/providers/sofia_sip/reason.hpp>
#include <wrapup/providers/sofia_sip/service.hpp>
#include <wrapup/providers/sofia_sip/timeline.hpp>
#include <wrapup/session.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <csignal>
#include <exception>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

/// @file
/// A SIP call as a session, over the sofia-sip stack: BYE, CANCEL and refusals, and the handle's end.
///
///     wrapup::sofia::Service service;
///     auto call = wrapup::Session<wrapup::sofia::Provider>::open(service, "sip:service@127.0.0.1");
///     if (!wrapup::wait_for(call, 30s)) call.drop();
///     wrapup::wait(call);
///     auto info = call.query(&wrapup::sofia::Provider::call_info);  // known until the release
///
/// It needs sofia-sip: `pkg-config --cflags --libs sofia-sip-ua`. Media are not its business: it carries session descriptions.
///
/// *Source:* RFC 3261; where a rule is met, the section is named.

namespace wrapup::sofia {

/// Ends calls by what the state of their dialog asks for: BYE, CANCEL, or a refusal.
///
/// | State | `drop()`, `disconnect(reason)` |
/// |---|---|
/// | the INVITE has not been sent | it is not sent |
/// | calling, proceeding | CANCEL, which is held back until there is a provisional answer (RFC 3261, 9.1) |
/// | received, early | the INVITE is refused: 603, or the reason's status |
/// | we have answered, and no ACK has come | BYE, when the ACK has come, or is waited for no longer (RFC 3261, 15) |
/// | ready | BYE |
///
/// A 200 that crosses our CANCEL is acknowledged, and followed by BYE. Where no ACK comes, the BYE is the stack's, and says that
/// instead of the reason. Provisional answers are not acknowledged (100rel): the stack does not end an INVITE whose PRACK fails.
///
/// | Who ends it | `termination()->origin` |
/// |---|---|
/// | `drop()`, `disconnect(reason)`, and the answer, or that there is none | `user`, `application` |
/// | the other side's BYE, CANCEL, or its answer from 300 to 699 | `remote` |
/// | both at once: our BYE, CANCEL or refusal was on its way when theirs came | `user` or `application`, `contested` |
/// | they were faster: theirs came before ours could leave, which then does not | `remote` |
/// | nobody answers our INVITE, nothing can be sent, no ACK comes, the session timer; the service goes | `service` |
///
/// `abort()` does not wait for the answer any more: what the state asks for is sent, and the call is over here. Where the other
/// side answers an INVITE all the same that was cancelled then, that is acknowledged, and followed by BYE, unless it comes when
/// nobody waits for it any more: 32 s after the CANCEL, or `Options::patience` where that is longer (RFC 3261, timer D).
///
/// *Lifetime:* a value that refers to its service; where that is gone, its sessions are lost and `open` is an error.
/// *Thread safety:* all members from any thread. *Blocks:* none of them; the service's thread does what is asked for.
class Provider {
public:
    using Identifier = Call;
    using Cause = sofia::Cause;
    using Reason = sofia::Reason;
    using Statistics = CallRecord;

    Provider(Service& service) noexcept // NOLINT(google-explicit-constructor): see `Session::open`
        : book_(service.book_) {}

    /// Calls a SIP URI, with a session description: the one of `Options::sdp` where it is empty. What can be said at once is in
    /// `error`: `invalid_argument` where it is no SIP URI or the description has a null in it, `operation_canceled` where the service
    /// is closing; nothing was begun then. What fails later ends the session. @throws std::bad_alloc *Source:* RFC 3261, 13.2
    Identifier open(std::error_code& error, Notifier<Cause> notifier, std::string_view uri, std::string_view sdp = {}) {
        std::string to(uri);
        if (!detail::is_callable(to) || !detail::can_be_carried(sdp)) {
            error = make_error_code(std::errc::invalid_argument);
            return {};
        }
        return book_->invite(error, std::move(notifier), std::move(to), sdp.empty() ? book_->sdp() : std::string(sdp));
    }

    void watch(Call call, Notifier<Cause> notifier) noexcept { book_->watch(call, std::move(notifier)); }

    /// Asks for the end. Accepted, it is the answer that ends the call, or that there is none for `Options::patience`.
    [[nodiscard]] std::error_code drop(Call call) noexcept { return book_->drop(call, {}); }
    /// The same, and the other side is told why. `invalid_argument` where that cannot be said.
    [[nodiscard]] std::error_code drop(Call call, const Reason& reason) noexcept {
        Reason copy;
        try {
            copy = reason;
        } catch (const std::bad_alloc&) {
            copy.status = reason.status;
            copy.q850 = reason.q850;
        }
        return book_->drop(call, std::move(copy));
    }

    /// Ends a call without waiting for what the other side says to it.
    [[nodiscard]] std::error_code abort(Call call) noexcept { return book_->abort(call); }

    /// Destroys the handle, on the service's thread. *Source:* nua_handle_destroy
    void deallocate(Call call) noexcept { book_->deallocate(call); }

    /// Answers a call that is offered, with a session description: the one of `Options::sdp` where it is empty.
    /// `operation_not_permitted` where the call is not one that could be answered, `invalid_argument` where the description has a
    /// null in it. A drop that comes before the answer has left refuses the call instead. @throws std::bad_alloc
    [[nodiscard]] std::error_code answer(Call call, std::string_view sdp = {}) const {
        if (!detail::can_be_carried(sdp)) return make_error_code(std::errc::invalid_argument);
        return book_->answer(call, std::string(sdp));
    }

    /// How far it has come; `terminated` where it is not there any more.
    [[nodiscard]] CallState state(Call call) const noexcept {
        return book_->look(call, [](const detail::Record& record) { return record.state(); })
            .value_or(CallState::terminated);
    }

    /// What is known of the call, also after its end; nothing where it is not there any more. @throws std::bad_alloc
    [[nodiscard]] std::optional<CallInfo> call_info(Call call) const {
        return book_->look(call, [](const detail::Record& record) { return record.info; });
    }

    /// The call record, for the termination. What there was no memory for is absent.
    [[nodiscard]] Statistics snapshot(Call call) const noexcept {
        CallRecord record;
        record.times = book_->look(call, [](const detail::Record& r) { return r.info.times; }).value_or(Timeline());
        try {
            record.info = call_info(call);
        } catch (const std::bad_alloc&) {
            record.info.reset();
        }
        return record;
    }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept {
        return std::chrono::steady_clock::now();
    }

private:
    std::shared_ptr<detail::Book> book_;
};

namespace detail {

// What calls carry where nobody cares: one stream of audio that neither side sends. *Source:* RFC 3264, 5.1
inline constexpr const char* inactive_audio = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
                                              "m=audio 9 RTP/AVP 0\r\na=inactive\r\n";

// No signal handler of the program's is to run on a thread that the program does not know of.
class AllSignalsBlocked {
public:
    AllSignalsBlocked() noexcept {
        sigset_t all;
        ::sigfillset(&all);
        // Those of a fault come to the thread that has made it, and whoever reports them is to hear of it.
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) ::sigdelset(&all, fault);
        ::pthread_sigmask(SIG_SETMASK, &all, &former_);
    }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &former_, nullptr); }

private:
    sigset_t former_;
};

} // namespace detail

inline Service::Service() : Service(Options()) {}

inline Service::Service(const Options& options)
    : book_(std::make_shared<detail::Book>(options.sdp.empty() ? detail::inactive_audio : options.sdp)) {
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 15); // *Source:* nta.h, NTA_TIME_MAX
    constexpr std::chrono::milliseconds forever = std::chrono::hours(24 * 365);
    constexpr std::chrono::milliseconds shortest(1);
    if (!detail::can_be_carried(options.sdp)) wrapup::detail::fail(make_error_code(std::errc::invalid_argument));
    detail::StackOptions wanted{options.url,
                                options.from,
                                std::clamp(options.t1, shortest, longest),
                                std::clamp(options.patience, shortest, longest),
                                std::clamp(options.grace, std::chrono::milliseconds(0), forever),
                                std::clamp(options.session_timer, std::chrono::seconds(0),
                                           std::chrono::duration_cast<std::chrono::seconds>(longest)),
                                {},
                                options.on_state};
    if (options.on_call)
        wanted.offer = [this, take = options.on_call](Call call) {
            std::optional<Session<Provider>> session;
            try {
                session.emplace(call, Provider(*this));
            } catch (const std::bad_alloc&) { // it has been given back
                return;
            }
            take(std::move(*session));
        };
    std::promise<std::error_code> made;
    std::future<std::error_code> created = made.get_future();
    const auto run = [this](detail::StackOptions stack_options, std::promise<std::error_code> promise) {
        detail::Stack stack(*book_, std::move(stack_options));
        try {
            const std::error_code error = stack.create();
            if (!error) contact_ = stack.contact();
            else book_->close(); // a call may have come in
            promise.set_value(error);
            if (error) return;
        } catch (const std::bad_alloc&) {
            book_->close();
            return promise.set_exception(std::current_exception());
        }
        stack.run();
    };
    {
        const detail::AllSignalsBlocked blocked;
        thread_ = std::thread(run, std::move(wanted), std::move(made));
    }
    try {
        if (const std::error_code error = created.get()) wrapup::detail::fail(error);
    } catch (...) {
        thread_.join();
        throw;
    }
}

inline Service::~Service() {
    assert(thread_.get_id() != std::this_thread::get_id() &&
           "wrapup: a service is not ended where its events are handled");
    book_->close();
    thread_.join();
}

} // namespace wrapup::sofia
