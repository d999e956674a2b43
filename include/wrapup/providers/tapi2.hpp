// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/providers/tapi2/call.hpp>
#include <wrapup/providers/tapi2/call_info.hpp>
#include <wrapup/providers/tapi2/call_record.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/call_status.hpp>
#include <wrapup/providers/tapi2/cause.hpp>
#include <wrapup/providers/tapi2/detail/read.hpp>
#include <wrapup/providers/tapi2/dialing.hpp>
#include <wrapup/providers/tapi2/disconnect_mode.hpp>
#include <wrapup/providers/tapi2/error.hpp>
#include <wrapup/providers/tapi2/functions.hpp>
#include <wrapup/providers/tapi2/line.hpp>
#include <wrapup/providers/tapi2/options.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>
#include <wrapup/providers/tapi2/user_user_info.hpp>
#include <wrapup/session.hpp>

#include <cassert>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

/// @file
/// A call of TAPI 2 as a session: `HCALL`, `lineDrop`, `lineDeallocateCall`.
///
///     wrapup::tapi2::Line line{wrapup::tapi2::system()};      // <wrapup/providers/tapi2_system.hpp>, on Windows
///     auto call = wrapup::Session<wrapup::tapi2::Provider>::open(line, "+49 30 5550100");
///     if (!wrapup::wait_for(call, 30s)) call.drop();
///     wrapup::wait_for(call, 5s);
///     auto info = call.query(&wrapup::tapi2::Provider::call_info);    // the handle is valid until the release
///
/// This header needs no Windows: all is done over the table of <wrapup/providers/tapi2/functions.hpp>.
///
/// *Source:* TAPI, "Terminate a Session", "Call Handles"; where a rule is met, the page is named.

namespace wrapup::tapi2 {

/// Ends calls by `lineDrop`, and gives their handles back by `lineDeallocateCall`.
///
/// A call is over when it is idle, and not before: an accepted `drop` is a request, and TAPI's success means that the request
/// was made. Where the other party hangs up, the line clears the call itself (`disconnected`, a busy tone and special information
/// all want a `lineDrop`). The handle is given back when the call is over, and never to end it.
///
/// | Who ends it | `termination()->origin` |
/// |---|---|
/// | `drop()`, `disconnect(info)`, and TAPI's idle answers it, also by way of `disconnected` | `user`, `application` |
/// | `disconnected`, busy, special information, or idle when nobody had asked | `remote` |
/// | the call could not be made; the line was closed | `service` |
///
/// A call of which we are not an owner is looked at: it cannot be dropped (`Error::not_owner`), and `release` leaves it as it
/// is, as does `abort`.
///
/// *Lifetime:* a value that refers to its line; where that is gone, its sessions are lost and `open` is an error.
/// *Thread safety:* all members from any thread. *Blocks:* as long as TAPI's functions do, which are not to wait for the other
/// party.
class Provider {
public:
    using Identifier = Call;
    using Cause = tapi2::Cause;
    using Reason = UserUserInfo;
    using Statistics = CallRecord;

    Provider(Line& line) noexcept // NOLINT(google-explicit-constructor): see `Session::open`
        : calls_(line.calls_) {}

    /// Makes a call. The session begins at once, before the service has named it; dropped before that, it is dropped when it
    /// is named. A call that the service does not make after all is over, with the origin `service` and the error in its cause.
    ///
    /// `error` is what TAPI says at once (`Error::invalid_address`, `Error::call_unavailable`, ...), or why the line is
    /// closed; `std::errc::operation_canceled` where the line is going. @param address UTF-8, dialable or canonical.
    /// @throws std::bad_alloc; nothing was begun then. *Source:* lineMakeCall
    Identifier open(std::error_code& error, Notifier<Cause> notifier, std::string_view address,
                    const Dialing& dialing = {}) {
        return calls_->make_call(error, std::move(notifier), wrapup::detail::to_utf16(address), dialing);
    }

    /// The identifier for a call whose handle was got by other means (`lineGetNewCalls`, a conference, a consultation), to be
    /// adopted by a `Session`, which then gives the handle back. @pre the handle is one of this line, and nobody else uses it
    /// @throws std::bad_alloc; the handle is left as it was, as where `error` is set
    [[nodiscard]] Identifier adopt(std::error_code& error, abi::Handle handle, Privilege privilege) {
        return calls_->adopt(error, handle, privilege);
    }

    void watch(Identifier call, Notifier<Cause> notifier) noexcept { calls_->watch(call, std::move(notifier)); }

    /// Asks for the end. Refused with what TAPI says, at once or later: the call is as it was, and may be dropped again.
    /// *Source:* lineDrop
    [[nodiscard]] std::error_code drop(Identifier call) noexcept { return calls_->drop(call, {}); }
    /// The same, with information for the other party, where the network can. @pre no more than LINEDEVCAPS.dwUUIDropSize: or
    /// it is refused with `Error::user_user_info_too_big`, and the call can be dropped without
    [[nodiscard]] std::error_code drop(Identifier call, const UserUserInfo& info) noexcept {
        return calls_->drop(call, info);
    }

    /// Leaves a call that is only looked at. A call of our own has no other end than `lineDrop`: that is tried once more where
    /// TAPI has accepted it and the call did not become idle; otherwise `Error::operation_unavailable`.
    [[nodiscard]] std::error_code abort(Identifier call) noexcept { return calls_->abort(call); }

    /// Gives the handle back. Where TAPI refuses that, it is tried again until the line ends. *Source:* lineDeallocateCall
    void deallocate(Identifier call) noexcept { calls_->deallocate(call); }

    /// Answers a call that is offered. The call is answered when its state says so: `connected`. What TAPI has refused it
    /// with, if not at once, is in `last_error`. *Source:* lineAnswer
    [[nodiscard]] std::error_code answer(Identifier call) const noexcept { return calls_->answer(call); }
    [[nodiscard]] std::error_code last_error(Identifier call) const noexcept {
        return calls_->look(call, [](const detail::Record& record) { return record.refused; })
            .value_or(std::error_code());
    }

    /// The state that TAPI has said last; `unspecified` before it has said any.
    [[nodiscard]] CallState state(Identifier call) const noexcept {
        return calls_->look(call, [](const detail::Record& record) { return record.state; }).value_or(CallState{});
    }
    /// Whether the call is ours, or only looked at.
    [[nodiscard]] Privilege privilege(Identifier call) const noexcept {
        return calls_->look(call, [](const detail::Record& record) { return record.privilege; })
            .value_or(Privilege::none);
    }
    /// TAPI's handle, for what else TAPI can do, but not for what this provider does; 0 where there is none yet or any more.
    [[nodiscard]] abi::Handle handle(Identifier call) const noexcept {
        return calls_->look(call, [](const detail::Record& record) { return record.handle; }).value_or(0);
    }

    /// All that TAPI knows of the call, also after its end; nothing where TAPI cannot be asked. @throws std::bad_alloc
    /// *Source:* lineGetCallInfo
    [[nodiscard]] std::optional<CallInfo> call_info(Identifier call) const {
        const detail::Calls::Use use(*calls_, call);
        std::error_code error;
        return use.handle() ? detail::read_call_info(use.tapi(), use.handle(), error) : std::nullopt;
    }
    /// What TAPI says of the call's state, also after its end; nothing where TAPI cannot be asked. @throws std::bad_alloc
    /// *Source:* lineGetCallStatus
    [[nodiscard]] std::optional<CallStatus> call_status(Identifier call) const {
        const detail::Calls::Use use(*calls_, call);
        std::error_code error;
        return use.handle() ? detail::read_call_status(use.tapi(), use.handle(), error) : std::nullopt;
    }

    /// The call record, for the termination. What there was no memory for is absent.
    [[nodiscard]] Statistics snapshot(Identifier call) const noexcept {
        CallRecord record;
        record.ended = std::chrono::system_clock::now();
        record.connected = calls_->look(call, [](const detail::Record& r) { return r.connected; })
                               .value_or(std::optional<std::chrono::system_clock::time_point>());
        try {
            if (const auto status = call_status(call); status && status->state == CallState::idle && status->entered)
                record.ended = *status->entered;
            record.info = call_info(call);
        } catch (const std::bad_alloc&) {
            record.info.reset();
        }
        return record;
    }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept {
        return std::chrono::steady_clock::now();
    }

    /// Whether waiting has to pump: on the thread that has made a line with `Notification::hidden_window`.
    [[nodiscard]] bool pumps() const noexcept { return calls_->pumps(); }
    template <class Done>
    void wait(std::chrono::steady_clock::time_point deadline, Done done) noexcept {
        calls_->pump(deadline, done);
    }

private:
    std::shared_ptr<detail::Calls> calls_;
};

inline Line::Line(Functions& tapi, const Options& options)
    : tapi_(tapi), grace_(options.grace),
      calls_(std::make_shared<detail::Calls>(
          tapi,
          !options.on_call ? std::function<void(Call)>() : [this, take = options.on_call](Call call) {
              std::optional<Session<Provider>> session;
              try {
                  session.emplace(call, Provider(*this));
              } catch (const std::bad_alloc&) { // it has been given back
                  return;
              }
              take(std::move(*session));
          },
          options.on_state, options.notification == Notification::hidden_window)),
      port_(tapi, options.notification == Notification::completion_port),
      application_(tapi, port_, calls_->pumps() ? &detail::Calls::call_back : nullptr, options),
      consumer_(tapi, application_, port_, *calls_, !calls_->pumps()), version_(application_.negotiate(options.device)) {
    // Without a handler no call is to come in.
    const auto privileges = static_cast<abi::Dword>(options.on_call ? options.privilege : Privilege::none);
    const abi::Long result =
        tapi.lineOpenW(application_.handle(), options.device, &line_, version_, 0,
                       reinterpret_cast<abi::DwordPtr>(calls_.get()), privileges, options.media_modes, nullptr);
    if (result < 0) wrapup::detail::fail(detail::error_of(result));
    calls_->opened(line_);
}

inline Line::~Line() {
    assert(!consumer_.is_here());
    calls_->close();
    const auto deadline = std::chrono::steady_clock::now() + grace_;
    if (calls_->pumps()) calls_->pump(deadline, [this] { return !calls_->any_live(); });
    else calls_->wait_while_any_live(deadline);
    bool line_is_void = false;
    do calls_->give_back_all();
    while (!calls_->seal(line_is_void));
    if (!line_is_void) static_cast<void>(tapi_.lineClose(line_));
}

} // namespace wrapup::tapi2
