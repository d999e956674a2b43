// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/call_info.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>
#include <wrapup/providers/tapi3/cause.hpp>
#include <wrapup/providers/tapi3/detail/events.hpp>
#include <wrapup/providers/tapi3/detail/keeper.hpp>
#include <wrapup/providers/tapi3/detail/record.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

namespace wrapup::tapi3::detail {

// A call that comes in, and is not ours yet.
struct Incoming {
    Ref<abi::ITBasicCallControl> control;
    std::optional<Privilege> privilege; // where that was told
    bool by_event;                      // otherwise it was found ringing
    Call call{};                        // ours, and in use
};

// What TAPI says of the calls: it is heard in order, on one thread of the apartment, and what was not heard is asked for there.
class Hearing : public Keeper {
public:
    // `offer`: takes the call, and shows it to the user. It says whether there was memory for that.
    Hearing(Functions& com, Workers& workers, std::function<bool(Incoming&)> offer,
            std::function<void(Call, CallState)> on_state, std::chrono::milliseconds patience)
        : Keeper(com, workers), offer_(std::move(offer)), on_state_(std::move(on_state)), patience_(patience) {}

    void handle(const Event& event) noexcept {
        if (event.kind == abi::te_callstate) {
            const auto said = event.object.as<abi::ITCallStateEvent>();
            Ref<abi::ITCallInfo> info;
            abi::Long state = 0, cause = 0;
            if (!said || said->get_Call(info.out()) < 0 || !info || said->get_State(&state) < 0)
                return missed({.states = true});
            if (said->get_Cause(&cause) < 0) cause = 0;
            observe(whose(info.identity()), *info.get(), static_cast<CallState>(state),
                    static_cast<DisconnectCause>(cause));
        } else if (event.kind == abi::te_callnotification) {
            const auto said = event.object.as<abi::ITCallNotificationEvent>();
            Ref<abi::ITCallInfo> info;
            if (!said || said->get_Call(info.out()) < 0 || !info) return missed({.calls = true});
            abi::Long privilege = 0;
            const bool says = said->get_Event(&privilege) >= 0;
            appear({info.as<abi::ITBasicCallControl>(),
                    says ? std::optional(static_cast<Privilege>(privilege)) : std::nullopt, true});
        }
    }

    // Whose events they were is not known: so every call is asked that may have had one, if it does not have one soon.
    void missed(Missed what) noexcept {
        if (what.calls) calls_missed_ = true;
        if (!what.states) return;
        const std::lock_guard lock(mutex_);
        const auto now = Clock::now();
        for (auto& [key, record] : book_.records()) record.missed_event(now);
    }

    // What has to be done now and then: a call whose event does not come is asked itself, what was refused is tried again, and
    // calls that have come in unheard are looked for on the address. An event has come that waits to be handled: so nobody is
    // asked for what has not been waited for until `heard_until`.
    void tick(abi::ITAddress& address, Clock::time_point heard_until) noexcept {
        if (std::exchange(calls_missed_, false)) look_for_calls(address);
        for (Call call = next({}); call != Call(); call = next(call)) {
            bool asks = false, settles = false, tells = false;
            {
                const std::lock_guard lock(mutex_);
                Record* const record = find(call);
                if (!record || record->void_) continue;
                const auto now = Clock::now();
                if (record->retry && record->is_unwanted(closing()) && now - record->asked >= patience_) {
                    record->retry = false;
                    settles = true;
                }
                if (!record->ending && record->is_over() && now - record->asked >= patience_) {
                    record->conclude(); // Disconnect does not return
                    changed_.notify_all();
                    tells = true;
                }
                asks = record->asks(heard_until, patience_);
                if (asks) ++record->uses;
            }
            if (asks) {
                resynchronize(call, true);
                used(call);
            }
            if (tells) tell(call);
            if (settles || tells) settle(call);
        }
    }

protected:
    ~Hearing() = default;

    // Where an event may have been missed: the cause is lost then. By somebody who has the call in use. `waits`: a call that is
    // found to be over without a drop of ours may have ended just now, so its event is waited for once more.
    void resynchronize(Call call, bool waits = false) noexcept {
        unsigned entered = 0;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(call);
            record.doubtful = false; // what is missed from here on counts
            entered = record.entered;
        }
        abi::Long state = 0;
        if (call.get()->get_CallState(&state) < 0) {
            const std::lock_guard lock(mutex_);
            return find(call)->missed_event(Clock::now()); // and it is asked again
        }
        if (waits && state == abi::cs_disconnected) {
            const std::lock_guard lock(mutex_);
            if (find(call)->found_over(Clock::now())) return;
        }
        observe(call, *call.get(), static_cast<CallState>(state), DisconnectCause::unknown, entered);
    }

private:
    Call whose(std::uintptr_t identity) const noexcept {
        const std::lock_guard lock(mutex_);
        return book_.whose(identity);
    }

    // Handlers hear what comes in events. `info`: a reference to the call's object. `entered`: of what was asked for, what had
    // been entered by then; what an event has said meanwhile is newer than the answer, or another event will come.
    void observe(Call call, abi::ITCallInfo& info, CallState state, DisconnectCause cause,
                 std::optional<unsigned> entered = {}) noexcept {
        std::shared_ptr<const CallInfo> said;
        const auto wants_info = [](const Record& r) { return !r.ending && !r.is_over() && !r.given_up && !r.void_; };
        if (state == CallState::disconnected && look(call, wants_info) == true) said = ask_all(info);
        bool heard = false, ends = false;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || record->void_) return;
            if (entered && *entered != record->entered && state != CallState::disconnected) return;
            heard = !entered && on_state_ && !record->ending && !record->is_over();
            const bool had_ended = record->ending.has_value(); // and whoever has said so tells of it
            record->enter(state, cause, std::move(said));
            ends = !had_ended && record->ending;
            changed_.notify_all();
        }
        if (heard) on_state_(call, state);
        if (ends) tell(call);
        settle(call);
    }

    // A call has come to us. Where we are closing nobody is shown it, and it is disconnected all the same. Where there is no
    // memory to take it and to show it, it rings on, and is looked for again: to reject it here, where events are handled, could
    // take minutes.
    void appear(Incoming incoming) noexcept {
        if (const Call known = whose(incoming.control.identity()); known != Call())
            return appear_again(known, incoming);
        const bool offers = [this] {
            const std::lock_guard lock(mutex_);
            return offer_ && !closing();
        }();
        if (!(offers ? offer_(incoming) : take_unseen(incoming))) missed({.calls = true});
        if (incoming.call != Call()) used(incoming.call);
    }
    bool take_unseen(Incoming& incoming) noexcept {
        std::error_code error;
        try {
            incoming.call = admit(error, std::move(incoming.control), incoming.privilege, true);
        } catch (const std::bad_alloc&) {
            return false;
        }
        const std::lock_guard lock(mutex_);
        if (!error) find(incoming.call)->given_up = true;
        return true;
    }

    // One that we look at may have been handed to us.
    void appear_again(Call call, const Incoming& incoming) noexcept {
        if (incoming.privilege != Privilege::owner) return;
        {
            const std::lock_guard lock(mutex_);
            if (Record* const record = find(call)) record->is_handed_to_us();
        }
        settle(call);
    }

    // Calls that are ringing, and that we have not heard of. Who has answered one has heard of it. *Source:*
    // ITAddress::EnumerateCalls
    void look_for_calls(abi::ITAddress& address) noexcept {
        if (const std::lock_guard lock(mutex_); closed_) return; // we want no more
        Ref<abi::IEnumCall> calls;
        if (address.EnumerateCalls(calls.out()) < 0 || !calls) return missed({.calls = true});
        for (;;) {
            Ref<abi::ITCallInfo> info;
            if (calls->Next(1, info.out(), nullptr) != abi::s_ok || !info) return;
            abi::Long state = 0;
            if (info->get_CallState(&state) >= 0 && state == abi::cs_offering)
                appear({info.as<abi::ITBasicCallControl>(), {}, false});
        }
    }

    const std::function<bool(Incoming&)> offer_;
    const std::function<void(Call, CallState)> on_state_;
    const std::chrono::milliseconds patience_;
    bool calls_missed_ = false; // of the thread on which events are handled
};

} // namespace wrapup::tapi3::detail
