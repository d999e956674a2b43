// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/providers/detail/text.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/call_info.hpp>
#include <wrapup/providers/tapi3/call_record.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>
#include <wrapup/providers/tapi3/cause.hpp>
#include <wrapup/providers/tapi3/detail/read.hpp>
#include <wrapup/providers/tapi3/disconnect_code.hpp>
#include <wrapup/providers/tapi3/error.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3/options.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>
#include <wrapup/providers/tapi3/telephony.hpp>
#include <wrapup/session.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

/// @file
/// A call of TAPI 3 as a session: the Call object, `ITBasicCallControl::Disconnect`, and COM's Release.
///
///     wrapup::tapi3::Telephony telephony{wrapup::tapi3::system()};  // <wrapup/providers/tapi3_system.hpp>, on Windows
///     auto call = wrapup::Session<wrapup::tapi3::Provider>::open(telephony, "+49 30 5550100");
///     if (!wrapup::wait_for(call, 30s)) call.drop();
///     wrapup::wait_for(call, 5s);
///     auto info = call.query(&wrapup::tapi3::Provider::call_info);  // the object is there until the release
///
/// This header needs no Windows: all is done over the interfaces of <wrapup/providers/tapi3/abi.hpp>.
///
/// *Source:* TAPI, "Terminate a Session"; where a rule is met, the page is named.

namespace wrapup::tapi3 {

/// Ends calls by `Disconnect`, and lets their objects go when that has been heard of.
///
/// A call is over when its state is `disconnected`, which is told by an event, with the cause, that exists nowhere else; so the
/// object is held until then. Where the event does not come within `Options::patience`, the call is asked for its state, and its
/// cause is `unknown`. A call that the other party has ended is not disconnected.
///
/// | Who ends it | `termination()->origin` |
/// |---|---|
/// | `drop()`, `disconnect(code)`, and the event answers it | `user`, `application` |
/// | the event when nobody had asked | `remote` |
/// | the service was closed | `service` |
///
/// While Disconnect is being called that is not known of an end that TAPI tells: it is told when Disconnect has returned, which
/// answers otherwise where the other party was first; or as ours where it has not returned within `Options::patience`. Where the
/// other party was first, the end is `remote` or, since `drop()` has mostly returned by then, still ours and `contested`.
///
/// *Blocking.* Disconnect may block for two minutes, says TAPI. `drop()` does not: a thread of the service calls it, with no lock
/// held, and never the one on which events come; up to 64 of them wait at once. An accepted drop is one that will be asked for;
/// what TAPI says of it comes as the end, or as a refusal. Nor does it where the call is over already: what the termination keeps
/// of the call was asked for when its end was heard of.
///
/// A call that we only monitor cannot be dropped (`Error::not_owner`), and `release` leaves it as it is, as does `abort`. One
/// that was handed to another application is such a call from when TAPI refuses to disconnect it. One that is handed to us is
/// ours from then on; where its session had left it already, nobody can have it, and it is disconnected.
///
/// *Lifetime:* a value that refers to its service; where that is gone, its sessions are lost and `open` is an error.
/// *Thread safety:* all members from any thread.
class Provider {
public:
    using Identifier = Call;
    using Cause = tapi3::Cause;
    using Reason = DisconnectCode;
    using Statistics = CallRecord;

    Provider(Telephony& telephony) noexcept // NOLINT(google-explicit-constructor): see `Session::open`
        : calls_(telephony.calls_), address_(telephony.connection_.address()), media_types_(telephony.media_types_) {}

    /// Makes a call. What TAPI says at once is in `error`, as that the service is closing: there is no session then, and what
    /// TAPI had begun all the same is disconnected. *Blocks* as long as Connect does, which is not to wait for the other party.
    /// @param address UTF-8 @throws std::bad_alloc
    /// *Source:* ITAddress::CreateCall, ITBasicCallControl::Connect
    Identifier open(std::error_code& error, Notifier<Cause> notifier, std::string_view address) {
        return calls_->make_call(error, std::move(notifier), address_, wrapup::detail::to_utf16(address), media_types_);
    }

    /// Takes a call that comes in: for `Options::on_call`.
    Identifier open(std::error_code& error, Notifier<Cause> notifier, detail::Incoming& incoming) {
        return calls_->take(error, std::move(notifier), incoming);
    }

    /// The identifier for a call whose object was got by other means, to be adopted by a `Session`, which holds a reference of
    /// its own. @pre the object may be used in the multithreaded apartment; the service is not being ended @throws std::bad_alloc
    [[nodiscard]] Identifier adopt(std::error_code& error, abi::ITBasicCallControl* object) {
        return calls_->adopt(error, object);
    }

    void watch(Identifier call, Notifier<Cause> notifier) noexcept { calls_->watch(call, std::move(notifier)); }

    /// Asks for the end. What TAPI refuses it with comes later, and the call is as it was: `Error::timeout` after two minutes,
    /// `Error::nothing_to_disconnect`, and others. *Source:* ITBasicCallControl::Disconnect
    [[nodiscard]] std::error_code drop(Identifier call) noexcept { return drop(call, DisconnectCode::normal); }
    /// The same, and the other party is told why, where the network can.
    [[nodiscard]] std::error_code drop(Identifier call, DisconnectCode code) noexcept {
        return calls_->drop(call, code);
    }

    /// Leaves a call that is only looked at, and one of which TAPI has said that it was never connected. Another of our own has no
    /// other end than `Disconnect`: that is tried once more where TAPI has accepted it and the event did not come; and where TAPI
    /// has refused it, after each `Options::patience` until it does not, which is also what becomes of a session that was released
    /// meanwhile. Otherwise `Error::invalid_call_state`.
    [[nodiscard]] std::error_code abort(Identifier call) noexcept { return calls_->abort(call); }

    /// Lets the object go. *Source:* TAPI 3, "Terminate a Session": Disconnect, then a standard release
    void deallocate(Identifier call) noexcept { calls_->deallocate(call); }

    /// Answers a call that is offered. *Blocks* as long as Answer does. *Source:* ITBasicCallControl::Answer
    [[nodiscard]] std::error_code answer(Identifier call) const noexcept { return calls_->answer(call); }

    /// The state that TAPI has told last; `idle` before it has told any.
    [[nodiscard]] CallState state(Identifier call) const noexcept {
        return calls_->look(call, [](const detail::Record& record) { return record.state; }).value_or(CallState::idle);
    }
    /// Whether the call is ours, or only looked at.
    [[nodiscard]] Privilege privilege(Identifier call) const noexcept {
        return calls_->look(call, [](const detail::Record& record) { return record.privilege; })
            .value_or(Privilege::monitor);
    }

    /// All that TAPI knows of the call, also after its end; nothing where the call is not there any more. *Blocks* while a
    /// thread of the service asks. @throws std::bad_alloc *Source:* ITCallInfo
    [[nodiscard]] std::optional<CallInfo> call_info(Identifier call) const {
        const detail::Calls::Use use(*calls_, call);
        if (!use) return {};
        std::optional<CallInfo> info;
        use.ask([&] { info = detail::Reader(use.com(), *use.info()).all(); });
        return info;
    }

    /// The call record, for the termination. What there was no memory for is absent. Of a call that is over it is what TAPI has
    /// said when the end came; one that is live is asked, which *blocks*.
    [[nodiscard]] Statistics snapshot(Identifier call) const noexcept {
        CallRecord record;
        record.connected = calls_->look(call, [](const detail::Record& r) { return r.connected; })
                               .value_or(std::optional<std::chrono::system_clock::time_point>());
        const auto ending = calls_->look(call, [](const detail::Record& r) { return r.ending; })
                                .value_or(std::optional<detail::Ending>());
        record.ended = ending ? ending->ended : std::chrono::system_clock::now();
        try {
            if (!ending) record.info = call_info(call);
            else if (ending->info) record.info = *ending->info;
        } catch (const std::bad_alloc&) {
            record.info.reset();
        }
        return record;
    }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept {
        return std::chrono::steady_clock::now();
    }

    /// Whether waiting has to pump: on a thread with an apartment of its own.
    [[nodiscard]] bool pumps() const noexcept { return calls_->com().must_pump(); }
    template <class Done>
    void wait(std::chrono::steady_clock::time_point deadline, Done done) noexcept {
        using namespace std::chrono;
        while (!done()) {
            const auto now = steady_clock::now();
            if (now >= deadline) return;
            calls_->com().pump((std::min)(ceil<milliseconds>(deadline - now), milliseconds(20)));
        }
    }

private:
    std::shared_ptr<detail::Calls> calls_;
    abi::ITAddress* address_; // of the service, as is whoever may call `open`
    abi::Long media_types_;
};

// The memory of a session is taken before the call is: one that there is none for is not ours, and rings on.
inline std::function<bool(detail::Incoming&)> Telephony::shows(std::function<void(Session<Provider>)> on_call) {
    if (!on_call) return {};
    return [this, take = std::move(on_call)](detail::Incoming& incoming) {
        std::optional<Session<Provider>> session;
        std::error_code error;
        try {
            session.emplace(Session<Provider>::open(error, *this, incoming));
        } catch (const std::bad_alloc&) {
            error = make_error_code(std::errc::not_enough_memory);
        }
        if (!error) take(std::move(*session));
        return error != std::errc::not_enough_memory;
    };
}

inline Telephony::Telephony(Functions& com, const Options& options)
    : calls_(std::make_shared<detail::Calls>(com, workers_, shows(options.on_call), options.on_state, options.patience,
                                             options.grace)),
      workers_(com),
      media_types_(static_cast<abi::Long>(options.media_types)),
      connection_(com, workers_, {options.address, media_types_, options.on_call != nullptr, options.monitors}),
      listener_(workers_, *calls_, connection_, options.patience) {}

// While the calls are waited for, events still come: the causes are nowhere else. *Source:* TAPI 3, samples; ITTAPI::Shutdown
inline Telephony::~Telephony() {
    assert(!workers_.is_here() && "wrapup: a service is not ended by what it calls back");
    workers_.ask([this]() noexcept { connection_.unregister(); });
    calls_->close();
    calls_->wait_while_any_live();
    workers_.ask([this]() noexcept { connection_.unadvise(); });
    listener_.join();
    calls_->give_back_all();
}

} // namespace wrapup::tapi3
