// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/call_info.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>
#include <wrapup/providers/tapi3/cause.hpp>
#include <wrapup/providers/tapi3/detail/events.hpp>
#include <wrapup/providers/tapi3/detail/read.hpp>
#include <wrapup/providers/tapi3/detail/record.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>
#include <wrapup/providers/tapi3/detail/result.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/disconnect_code.hpp>
#include <wrapup/providers/tapi3/error.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace wrapup::tapi3::detail {

// The calls of one service: what it and its providers share. It outlives the service as long as there are sessions, whose
// members then find no call.
//
// No method of TAPI is called, no notice given, no handler run and no reference given up under the mutex; and none of TAPI on a
// thread that is not of the workers' apartment. A call's object is used by whoever has counted itself in `Record::uses`; it is
// let go by a worker when nobody is there any more.
//
// What is due for a call is done by `settle`, by whoever has changed something about it.
class Calls {
    using Clock = std::chrono::steady_clock;
    using Table = NotifierTable<Call, Cause>;
    using Key = std::uintptr_t; // a pointer's value, which may be compared when what it points to is gone
    using Book = std::map<Key, Record>;

    static Key key_of(Call call) noexcept { return reinterpret_cast<Key>(call.get()); }
    static Call call_of(Key key) noexcept {
        return Call(reinterpret_cast<abi::ITCallInfo*>(key)); // NOLINT(performance-no-int-to-ptr)
    }

public:
    Calls(Functions& com, Workers& workers, std::function<void(Call)> offer,
          std::function<void(Call, CallState)> on_state, std::chrono::milliseconds patience,
          std::chrono::milliseconds grace)
        : com_(com),
          workers_(&workers),
          offer_(std::move(offer)),
          on_state_(std::move(on_state)),
          patience_((std::min)(patience, longest)),
          grace_((std::min)(grace, longest)) {}

    [[nodiscard]] Functions& com() const noexcept { return com_; }

    // ---- what the provider asks for

    // @throws std::bad_alloc
    [[nodiscard]] Call make_call(std::error_code& error, Notifier<Cause> notifier, abi::ITAddress* address,
                                 const std::u16string& destination, abi::Long media_types) {
        if (const std::lock_guard lock(mutex_); closed_) {
            error = closed_;
            return {};
        }
        Call call;
        workers_->ask([&] {
            Table::Place place = notifiers_.reserve();
            const abi::String to = com_.allocate_string(destination);
            if (!to) throw std::bad_alloc();
            Ref<abi::ITBasicCallControl> control;
            abi::HResult result = address->CreateCall(to, abi::lineaddresstype_phonenumber, media_types, control.out());
            com_.free_string(to);
            error = error_of(result);
            if (error) return;
            abi::ITBasicCallControl* const connecting = control.get();
            call = admit(error, std::move(control), Privilege::owner);
            if (error) return;
            notifiers_.bind(std::move(place), call, std::move(notifier));
            // TAPI may tell of the call before the method returns.
            result = connecting->Connect(abi::variant_false);
            error = error_of(result);
            if (error) forget(call);
            else used(call);
        });
        return error ? Call() : call;
    }

    // A call whose object the program has got by other means. @throws std::bad_alloc
    [[nodiscard]] Call adopt(std::error_code& error, abi::ITBasicCallControl* object) {
        if (const std::lock_guard lock(mutex_); closed_) {
            error = closed_;
            return {};
        }
        Call call;
        workers_->ask([&] {
            call = admit(error, Ref<abi::ITBasicCallControl>::to(object), {});
            if (error) return;
            resynchronize(call);
            used(call);
        });
        return error ? Call() : call;
    }

    void watch(Call call, Notifier<Cause> notifier) noexcept {
        try {
            Table::Place place = notifiers_.reserve();
            {
                const std::lock_guard lock(mutex_);
                const Record* const record = find(call);
                if (!record || record->void_) return; // and the notifier says `lost`
                notifiers_.bind(std::move(place), call, std::move(notifier));
            }
            tell(call);
        } catch (const std::bad_alloc&) { // the notifier says `lost`, and nobody will have the call
            deallocate(call);
        }
    }

    [[nodiscard]] std::error_code drop(Call call, DisconnectCode code) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || record->void_) return errc::lost;
            if (!record->ending) {
                if (record->privilege != Privilege::owner) return Error::not_owner;
                if (record->drop != Drop::none) return {};
                record->wants_drop(Dropper::session, code);
                post_disconnection(*record);
                return {};
            }
        }
        // It had ended before we came, and that is said before our drop is accepted: it was not our doing.
        tell(call);
        return {};
    }

    // Leaves a call that we only look at: by a worker, who asks what there is to know of it. For one of ours there is no other
    // end than Disconnect: once more, if that is of use.
    [[nodiscard]] std::error_code abort(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || record->void_) return errc::lost;
            if (!record->ending) {
                if (record->privilege != Privilege::owner) {
                    if (record->drop == Drop::none) post_leaving(*record);
                    return {};
                }
                if (record->drop == Drop::none) return Error::invalid_call_state;
                record->again = true;
                if (record->drop == Drop::accepted) disconnect_again(*record);
                return {};
            }
        }
        tell(call);
        return {};
    }

    [[nodiscard]] std::error_code answer(Call call) noexcept {
        const Use use(*this, call);
        if (!use) return errc::lost;
        abi::HResult result = abi::s_ok;
        workers_->ask([&]() noexcept { result = use.control()->Answer(); });
        return error_of(result);
    }

    void deallocate(Call call) noexcept {
        const Notifier<Cause> notifier = notifiers_.remove(call); // what is said too late finds nobody
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record) return;
            record->given_up = true;
            changed_.notify_all();
        }
        settle(call);
    }

    // A call's object for the length of a question.
    class Use {
    public:
        Use(Calls& calls, Call call) noexcept : calls_(calls), call_(call) {
            const std::lock_guard lock(calls.mutex_);
            Record* const record = calls.find(call);
            if (!record || record->void_) return;
            control_ = record->control.get();
            ++record->uses;
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use() {
            if (control_) calls_.used(call_);
        }
        explicit operator bool() const noexcept { return control_ != nullptr; }
        [[nodiscard]] abi::ITBasicCallControl* control() const noexcept { return control_; }
        [[nodiscard]] abi::ITCallInfo* info() const noexcept { return call_.get(); }
        [[nodiscard]] Functions& com() const noexcept { return calls_.com_; }
        // Asks TAPI, on a thread that may. Throws what the task throws.
        template <class Task>
        void ask(Task task) const {
            calls_.workers_->ask(std::move(task));
        }

    private:
        Calls& calls_;
        Call call_;
        abi::ITBasicCallControl* control_ = nullptr;
    };

    // What is known of a call without asking TAPI. @returns nothing where the call is not there any more
    template <class Answer>
    [[nodiscard]] auto look(Call call, Answer answer) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto found = book_.find(key_of(call));
        using Result = decltype(answer(found->second));
        return found == book_.end() ? std::nullopt : std::optional<Result>(answer(found->second));
    }

    // @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<Call> calls;
        calls.reserve(book_.size());
        for (const auto& [key, record] : book_)
            if (!record.void_) calls.push_back(call_of(key));
        return calls;
    }

    // ---- what TAPI says, in order, on one thread of the apartment

    void handle(const Event& event) noexcept {
        if (event.kind == abi::te_callstate) {
            const auto said = event.object.as<abi::ITCallStateEvent>();
            Ref<abi::ITCallInfo> info;
            abi::Long state = 0, cause = 0;
            if (!said || said->get_Call(info.out()) < 0 || !info || said->get_State(&state) < 0)
                return missed({.states = true, .calls = false});
            if (said->get_Cause(&cause) < 0) cause = 0;
            observe(whose(info.identity()), *info.get(), static_cast<CallState>(state),
                    static_cast<DisconnectCause>(cause), true);
        } else if (event.kind == abi::te_callnotification) {
            const auto said = event.object.as<abi::ITCallNotificationEvent>();
            Ref<abi::ITCallInfo> info;
            if (!said || said->get_Call(info.out()) < 0 || !info) return missed({.states = false, .calls = true});
            abi::Long privilege = 0;
            const bool says = said->get_Event(&privilege) >= 0;
            appear(info, says ? std::optional(static_cast<Privilege>(privilege)) : std::nullopt, true);
        }
    }

    // Whose events they were is not known: so every call is asked that may have had one, if it does not have one soon.
    void missed(Missed missed) noexcept {
        if (missed.calls) calls_missed_ = true;
        if (!missed.states) return;
        const std::lock_guard lock(mutex_);
        for (auto& [key, record] : book_) record.missed_event(Clock::now());
    }

    // What has to be done now and then: a call whose event does not come is asked itself, what was refused is tried again, and
    // calls that have come in unheard are looked for on the address.
    void tick(abi::ITAddress& address) noexcept {
        if (std::exchange(calls_missed_, false)) look_for_calls(address);
        for (Key key = next(0); key != 0; key = next(key)) {
            const Call call = call_of(key);
            bool asks = false, settles = false;
            {
                const std::lock_guard lock(mutex_);
                Record* const record = find(call);
                if (!record || record->void_) continue;
                const auto now = Clock::now();
                if (record->retry && now - record->asked >= patience_) {
                    record->retry = false;
                    record->asked = now;
                    settles = true;
                }
                asks = record->asks(now, patience_);
                if (asks) ++record->uses;
            }
            if (asks) {
                resynchronize(call);
                used(call);
            }
            if (settles) settle(call);
        }
    }

    // ---- the end of the service

    // No more calls. Those that are live are disconnected.
    void close() noexcept {
        {
            const std::lock_guard lock(mutex_);
            closed_ = make_error_code(std::errc::operation_canceled);
        }
        for (Key key = next(0); key != 0; key = next(key)) {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call_of(key));
            if (!record || !record->is_live() || record->drop != Drop::none) continue;
            record->wants_drop(Dropper::service, DisconnectCode::normal);
            post_disconnection(*record);
        }
    }
    void wait_while_any_live() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, grace_, [this] {
            return std::none_of(book_.begin(), book_.end(), [](const auto& call) { return call.second.is_live(); });
        });
    }
    // When no event comes any more, on a thread that is no worker: the workers finish what is in progress meanwhile, and let
    // the objects go, however few they are. *Blocks* until they have.
    void give_back_all() noexcept {
        for (Key key = next(0); key != 0; key = next(key)) give_back(call_of(key));
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return book_.empty() && letting_go_ == 0; });
    }

private:
    // ---- with the mutex

    Record* find(Call call) noexcept {
        const auto found = book_.find(key_of(call));
        return found == book_.end() ? nullptr : &found->second;
    }
    void post(Record& record, Record::Posted& job, void (*run)(Job&) noexcept) noexcept {
        ++record.uses;
        job.calls = this;
        job.call = record.info.get();
        job.run = run;
        workers_->post(job);
    }
    void post_disconnection(Record& record) noexcept {
        post(record, record.disconnecting, [](Job& job) noexcept {
            auto& posted = static_cast<Record::Posted&>(job);
            posted.calls->disconnect(Call(posted.call));
        });
    }

    void post_leaving(Record& record) noexcept {
        record.wants_drop(Dropper::session, record.code); // once
        post(record, record.disconnecting, [](Job& job) noexcept {
            auto& posted = static_cast<Record::Posted&>(job);
            posted.calls->leave(Call(posted.call));
        });
    }

    void disconnect_again(Record& record) noexcept {
        record.again = false;
        record.stands = true;
        record.wants_drop(Dropper::session, record.code);
        post_disconnection(record);
    }

    // ---- without it

    Call whose(std::uintptr_t identity) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto found = identities_.find(identity);
        return found == identities_.end() ? Call() : Call(found->second);
    }
    // The call after this one, so that one can go through them while they come and go.
    Key next(Key key) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto found = book_.upper_bound(key);
        return found == book_.end() ? 0 : found->first;
    }

    // A call that is ours from now on, and in use; `late`, also where we are closing. On a thread of the apartment.
    // @throws std::bad_alloc; the reference is given up then
    Call admit(std::error_code& error, Ref<abi::ITBasicCallControl> control, std::optional<Privilege> privilege,
               bool late = false) {
        Ref<abi::ITCallInfo> info = control.as<abi::ITCallInfo>();
        const std::uintptr_t identity = control.identity();
        if (!info || identity == 0) {
            error = Error::no_interface;
            return {};
        }
        abi::Long said = abi::cp_owner;
        if (!privilege && info->get_Privilege(&said) < 0) said = abi::cp_owner;
        abi::ITCallInfo* const key = info.get();
        const std::lock_guard lock(mutex_);
        error = late ? std::error_code() : closed_;
        if (error) return {};
        if (identities_.count(identity) != 0) {
            error = Error::in_use;
            return {};
        }
        const auto name = identities_.emplace(identity, key).first;
        try {
            book_
                .try_emplace(key_of(Call(key)), std::move(control), std::move(info), identity,
                             privilege.value_or(static_cast<Privilege>(said)))
                .first->second.uses = 1;
        } catch (...) {
            identities_.erase(name);
            throw;
        }
        return Call(key);
    }

    // There is no call after all. Nobody is waited for: this is a worker, and whoever uses the call may be waiting for one. The
    // last to use it has it let go; mostly that is this one, and then it is gone when the caller hears of the error.
    void forget(Call call) noexcept {
        const Notifier<Cause> notifier = withdraw(call);
        let_go_if_unused(call);
    }
    // Nobody begins to use the call, and what is said of it finds nobody. It is void first: so whoever comes to watch it either
    // finds that, or is found here.
    Notifier<Cause> withdraw(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            if (Record* const record = find(call)) record->void_ = true;
        }
        return notifiers_.remove(call);
    }
    // By a worker, who has it in use.
    void let_go_if_unused(Call call) noexcept {
        Book::node_type gone; // its references are given up without the lock
        {
            const std::lock_guard lock(mutex_);
            if (--find(call)->uses > 0) return; // whoever is the last settles
            gone = book_.extract(key_of(call));
            identities_.erase(gone.mapped().identity);
            ++letting_go_;
        }
        gone = {};
        const std::lock_guard lock(mutex_);
        --letting_go_;
        changed_.notify_all();
    }

    void used(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || --record->uses > 0) return;
            changed_.notify_all();
        }
        settle(call);
    }

    // Says what is the case. As often as one likes: the notifier knows what it has heard.
    void tell(Call call) const noexcept {
        const auto ending = look(call, [](const Record& record) { return record.ending; });
        if (!ending || !*ending) return;
        notifiers_.notify(call, [&](const Notifier<Cause>& notifier) {
            if ((*ending)->origin) notifier.terminated(*(*ending)->origin, (*ending)->cause);
            else notifier.terminated((*ending)->cause);
        });
    }

    // Does what is due.
    void settle(Call call) noexcept {
        const std::lock_guard lock(mutex_);
        Record* const record = find(call);
        if (!record) return;
        switch (record->due()) {
        case Due::nothing: break;
        case Due::disconnection:
            record->wants_drop(Dropper::service, DisconnectCode::normal);
            post_disconnection(*record);
            break;
        case Due::release:
            post(*record, record->releasing, [](Job& job) noexcept {
                auto& posted = static_cast<Record::Posted&>(job);
                posted.calls->let_go_if_unused(Call(posted.call)); // somebody may have come to use it since this was posted
            });
            break;
        }
    }
    // By a worker, who has the call in use. *Source:* ITBasicCallControl::Disconnect: S_FALSE is not success, TAPI_E_TIMEOUT
    // is not the end, and what a second one returns is not documented.
    void disconnect(Call call) noexcept {
        abi::ITBasicCallControl* control = nullptr;
        abi::Long code = 0;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (record->drop_begins()) {
                control = record->control.get();
                code = static_cast<abi::Long>(record->code);
            }
        }
        std::error_code refused;
        int refusals = 0; // of what was accepted
        if (control) {
            const abi::HResult result = control->Disconnect(code);
            abi::Long state = abi::cs_idle;
            if (result != abi::s_ok && call.get()->get_CallState(&state) < 0) state = abi::cs_idle;
            const std::lock_guard lock(mutex_);
            Record& record = *find(call);
            const bool is_over = state == abi::cs_disconnected;
            if (result == abi::s_ok || (is_over && result == result_of(Error::timeout)))
                record.drop_accepted(Clock::now());
            else if (is_over) record.drop_came_late(Clock::now());
            else if (!record.ending) {
                record.drop_refused(Clock::now());
                refused = result < 0 ? error_of(result) : make_error_code(Error::nothing_to_disconnect);
                if (record.dropper == Dropper::session) refusals = std::exchange(record.again, false) ? 2 : 1;
            }
            if (record.again && record.is_live()) disconnect_again(record);
        }
        for (; refusals > 0; --refusals)
            notifiers_.notify(call, [&](const Notifier<Cause>& notifier) { notifier.refused(refused); });
        used(call);
    }

    // By a worker, who has the call in use.
    void leave(Call call) noexcept {
        std::shared_ptr<const CallInfo> info = ask_all(*call.get());
        {
            const std::lock_guard lock(mutex_);
            find(call)->leave(std::move(info));
            changed_.notify_all();
        }
        tell(call);
        used(call);
    }

    // On a thread of the apartment. Nothing where there is no memory.
    std::shared_ptr<const CallInfo> ask_all(abi::ITCallInfo& info) const noexcept {
        try {
            return std::make_shared<const CallInfo>(Reader(com_, info).all());
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

    // Handlers hear what comes in events. `info`: a reference to the call's object.
    void observe(Call call, abi::ITCallInfo& info, CallState state, DisconnectCause cause, bool by_event) noexcept {
        std::shared_ptr<const CallInfo> said;
        if (state == CallState::disconnected && look(call, [](const Record& r) { return !r.ending && !r.void_; }) == true)
            said = ask_all(info);
        bool heard = false;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || record->void_) return;
            heard = by_event && on_state_ && !record->ending;
            record->enter(state, cause, std::move(said));
            changed_.notify_all();
        }
        if (heard) on_state_(call, state);
        tell(call);
        settle(call);
    }

    // Where an event may have been missed: the cause is lost then. By somebody who has the call in use.
    void resynchronize(Call call) noexcept {
        abi::Long state = 0;
        if (call.get()->get_CallState(&state) < 0) return; // it is asked again
        {
            const std::lock_guard lock(mutex_);
            find(call)->doubtful = false;
        }
        observe(call, *call.get(), static_cast<CallState>(state), DisconnectCause::unknown, false);
    }

    // A call has come to us. Where we are closing nobody is shown it, and it is disconnected all the same. Where there is no
    // memory to take it, it rings on, and is looked for again: to reject it here, where events are handled, could take minutes.
    void appear(const Ref<abi::ITCallInfo>& info, std::optional<Privilege> privilege, bool by_event) noexcept {
        Call call;
        try {
            std::error_code error;
            call = admit(error, info.as<abi::ITBasicCallControl>(), privilege, true);
            if (error) return; // it is known already
        } catch (const std::bad_alloc&) {
            return missed({.states = false, .calls = true});
        }
        if (!by_event) resynchronize(call);
        bool offered = false;
        {
            const std::lock_guard lock(mutex_);
            offered = offer_ && !closed_;
            find(call)->given_up = !offered;
        }
        if (offered) offer_(call);
        used(call);
    }

    // Calls that are ringing, and that we have not heard of. Who has answered one has heard of it. *Source:*
    // ITAddress::EnumerateCalls
    void look_for_calls(abi::ITAddress& address) noexcept {
        if (const std::lock_guard lock(mutex_); closed_) return; // we want no more
        Ref<abi::IEnumCall> calls;
        if (address.EnumerateCalls(calls.out()) < 0 || !calls) return missed({.states = false, .calls = true});
        for (;;) {
            Ref<abi::ITCallInfo> info;
            if (calls->Next(1, info.out(), nullptr) != abi::s_ok || !info) return;
            abi::Long state = 0;
            if (info->get_CallState(&state) >= 0 && state == abi::cs_offering) appear(info, {}, false);
        }
    }

    void give_back(Call call) noexcept {
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record) return;
            cause = record->cause;
            ++record->uses; // it stays until its session has heard of it
        }
        cause.error = make_error_code(std::errc::operation_canceled);
        const bool begun = withdraw(call).lost(cause);
        if (begun) { // on another thread, which needs no worker to say so
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return find(call)->given_up; });
        }
        used(call); // and whoever is the last has it let go
    }

    Functions& com_;
    Workers* const workers_;
    const std::function<void(Call)> offer_;
    const std::function<void(Call, CallState)> on_state_;
    static constexpr std::chrono::milliseconds longest =
        std::chrono::hours(24 * 365); // a clock can count no further for ever
    const std::chrono::milliseconds patience_, grace_;
    Table notifiers_;
    mutable std::mutex mutex_;
    std::condition_variable changed_; // a call is over, or not in use, or gone
    Book book_;
    std::map<std::uintptr_t, abi::ITCallInfo*> identities_;
    unsigned letting_go_ = 0;  // calls that are not in the book any more, and not released yet
    std::error_code closed_{}; // why there are no more calls
    bool calls_missed_ = false; // of the thread on which events are handled
};

} // namespace wrapup::tapi3::detail
