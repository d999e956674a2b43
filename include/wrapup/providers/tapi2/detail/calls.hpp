// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/call.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/cause.hpp>
#include <wrapup/providers/tapi2/detail/record.hpp>
#include <wrapup/providers/tapi2/detail/requests.hpp>
#include <wrapup/providers/tapi2/detail/result.hpp>
#include <wrapup/providers/tapi2/dialing.hpp>
#include <wrapup/providers/tapi2/disconnect_mode.hpp>
#include <wrapup/providers/tapi2/error.hpp>
#include <wrapup/providers/tapi2/functions.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>
#include <wrapup/providers/tapi2/user_user_info.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace wrapup::tapi2::detail {

// The calls of one line: what it and its providers share. It outlives the line as long as there are sessions, whose members
// then find no call.
//
// No function of TAPI is called, no notice given and no handler run under the mutex. A handle is used by whoever has counted
// itself in `Record::uses`; it is given back by the one that finds nobody there, and taken out of `handles_` before that, so
// that what TAPI still says of it finds nobody, and the next call that gets its number hears nothing that was meant for it.
//
// What is due for a call is done by `settle`, by whoever has changed something about it: there is nothing to be remembered.
class Calls {
    using Serial = std::uint64_t;
    static constexpr Serial nobody = 0;

public:
    // `pumps`: messages come while this thread pumps.
    Calls(Functions& tapi, std::function<void(Call)> offer, std::function<void(Call, CallState)> on_state, bool pumps)
        : tapi_(tapi),
          offer_(std::move(offer)),
          on_state_(std::move(on_state)),
          pumping_(pumps ? std::this_thread::get_id() : std::thread::id()) {}

    void opened(abi::Handle line) noexcept {
        const std::lock_guard lock(mutex_);
        line_ = line;
    }

    // ---- what the provider asks for

    // @throws std::bad_alloc
    [[nodiscard]] Call make_call(std::error_code& error, Notifier<Cause> notifier, const std::u16string& address,
                                 const Dialing& dialing) {
        Admitted call(*this, error);
        if (error) return {};
        const Serial serial = call.serial();
        abi::CallParams params{};
        params.dwTotalSize = sizeof params;
        params.dwBearerMode = abi::linebearermode_voice;
        params.dwMediaMode = dialing.media_modes;
        params.dwAddressMode = abi::lineaddressmode_addressid;
        abi::Handle line = 0;
        abi::Handle* written = nullptr;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(serial);
            notifiers_.bind(*std::exchange(record.place, std::nullopt), serial, std::move(notifier));
            requests_.begin();
            written = &record.written;
            line = line_;
        }
        const abi::Long number = tapi_.lineMakeCallW(line, written, address.c_str(), dialing.country, &params);
        std::optional<abi::Long> reply;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(serial);
            if (number > 0) reply = requests_.made(number, serial, Request::make, record.requests);
            else requests_.failed();
            error = request_error(reply && *reply < 0 ? *reply : number);
            if (!error && record.void_) error = closed_;
            if (!error || record.requests.outstanding(Request::make)) call.keep(); // TAPI may yet write into it
        }
        // What was said of the call before we knew that it is one is asked for again.
        if (!error && reply && made(serial, *reply)) resynchronize(serial);
        return error ? Call() : Call(serial);
    }

    // A call whose handle the program has got by other means. @throws std::bad_alloc
    [[nodiscard]] Call adopt(std::error_code& error, abi::Handle handle, Privilege privilege) {
        Admitted call(*this, error);
        if (error) return {};
        Serial former = nobody;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(call.serial());
            if (record.void_) error = closed_;
            if (error) return {};
            record.privilege = privilege;
            former = map(call.serial(), record, handle);
            call.keep();
        }
        lose(former, {});
        resynchronize(call.serial());
        return Call(call.serial());
    }

    void watch(Call call, Notifier<Cause> notifier) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call.number_);
            if (!record || record->void_ || !record->place) return; // and the notifier says `lost`
            notifiers_.bind(*std::exchange(record->place, std::nullopt), call.number_, std::move(notifier));
        }
        tell(call.number_);
    }

    [[nodiscard]] std::error_code drop(Call call, const UserUserInfo& info) noexcept {
        const Serial serial = call.number_;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->void_) return errc::lost;
            if (!record->ending) {
                if (record->privilege != Privilege::owner) return Error::not_owner;
                if (record->drop != Drop::none) return {};
                record->dropper = Dropper::session;
                record->sent = info;
                if (!record->handle) {
                    record->drop = Drop::wanted;
                    return {};
                }
                record->drop = Drop::asking;
            }
        }
        // It had ended before we came: said before the request is accepted, so that it is not taken for the cause.
        if (is_over(serial)) {
            tell(serial);
            return {};
        }
        return ask(serial);
    }

    // Leaves a call that we only look at. For one of ours there is no other end than lineDrop: once more, if that is of use.
    [[nodiscard]] std::error_code abort(Call call) noexcept {
        const Serial serial = call.number_;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->void_) return errc::lost;
            if (!record->ending && record->privilege != Privilege::owner) {
                record->ending = Ending{{}, record->cause};
            } else if (!record->ending) {
                if (!record->handle || (record->drop != Drop::none && record->drop != Drop::accepted))
                    return Error::operation_unavailable;
                record->stands = record->drop == Drop::accepted;
                record->drop = Drop::asking;
                record->dropper = Dropper::session;
            }
        }
        if (is_over(serial)) {
            tell(serial);
            return {};
        }
        return ask(serial);
    }

    [[nodiscard]] std::error_code answer(Call call) noexcept {
        const Serial serial = call.number_;
        abi::Handle handle = 0;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->void_) return errc::lost;
            if (!record->handle || record->ending) return Error::invalid_call_state;
            if (record->requests.outstanding(Request::answer)) return {};
            record->refused.clear();
            handle = record->handle;
            ++record->uses;
            requests_.begin();
        }
        const abi::Long number = tapi_.lineAnswer(handle, nullptr, 0);
        std::optional<abi::Long> reply;
        {
            const std::lock_guard lock(mutex_);
            if (number > 0) reply = requests_.made(number, serial, Request::answer, find(serial)->requests);
            else requests_.failed();
        }
        if (reply) answered(serial, *reply);
        used(serial);
        return request_error(number);
    }

    void deallocate(Call call) noexcept {
        const Notifier<Cause> notifier = notifiers_.remove(call.number_); // what is said too late finds nobody
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call.number_);
            if (!record) return;
            record->given_up = true;
            changed_.notify_all();
            if (!record->handle && !record->ending && record->drop == Drop::none) {
                record->drop = Drop::wanted;
                record->dropper = Dropper::line;
            }
        }
        settle(call.number_);
    }

    // The handle of a call for the length of a question; 0 where there is none (any more).
    class Use {
    public:
        Use(Calls& calls, Call call) noexcept : Use(calls, call.number_) {}
        Use(Calls& calls, Serial serial) noexcept : calls_(calls), serial_(serial) {
            const std::lock_guard lock(calls.mutex_);
            Record* const record = calls.find(serial);
            if (!record || record->void_ || record->freeing || !record->handle) return;
            handle_ = record->handle;
            ++record->uses;
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use() {
            if (handle_) calls_.used(serial_);
        }
        [[nodiscard]] abi::Handle handle() const noexcept { return handle_; }
        [[nodiscard]] Functions& tapi() const noexcept { return calls_.tapi_; }

    private:
        Calls& calls_;
        Serial serial_;
        abi::Handle handle_ = 0;
    };

    // What is known of a call without asking TAPI. @returns nothing where the call is not there any more
    template <class Answer>
    [[nodiscard]] auto look(Call call, Answer answer) const noexcept {
        const std::lock_guard lock(mutex_);
        const Record* const record = find(call.number_);
        using Result = decltype(answer(*record));
        return record ? std::optional<Result>(answer(*record)) : std::nullopt;
    }

    // @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<Call> calls;
        calls.reserve(calls_.size());
        for (const auto& [serial, record] : calls_)
            if (!record.void_) calls.push_back(Call(serial));
        return calls;
    }

    // ---- what TAPI says, in order, on one thread

    void handle(const abi::Message& message) noexcept {
        switch (message.dwMessageID) {
        case abi::line_callstate:
            observe(serial_of(message.hDevice), dword(message.dwParam1), dword(message.dwParam2),
                    dword(message.dwParam3), true);
            break;
        case abi::line_reply: replied(result_of(message.dwParam1), result_of(message.dwParam2)); break;
        case abi::line_appnewcall: appear(dword(message.dwParam2), Privilege(dword(message.dwParam3))); break;
        case abi::line_close: lose_all(Error::invalid_line_handle); break;
        default: break;
        }
    }

    // All handles are void: they must not be used any more, not even to be given back. *Source:* LINE_CLOSE
    void lose_all(std::error_code why) noexcept {
        {
            const std::lock_guard lock(mutex_);
            closed_ = why;
            void_ = true;
        }
        for (Serial serial = next(nobody); serial != nobody; serial = next(serial)) lose(serial, why);
    }

    // Tries again what was refused and has to be done, now and then.
    void retry() noexcept {
        {
            const std::lock_guard lock(mutex_);
            const auto now = std::chrono::steady_clock::now();
            if (now - retried_ < std::chrono::seconds(1)) return;
            retried_ = now;
        }
        for (Serial serial = next(nobody); serial != nobody; serial = next(serial)) {
            {
                const std::lock_guard lock(mutex_);
                Record* const record = find(serial);
                if (!record || !record->retry) continue;
                record->retry = false;
            }
            settle(serial);
        }
    }

    // ---- pumping

    // Whether nothing is heard unless the caller pumps.
    [[nodiscard]] bool pumps() const noexcept { return std::this_thread::get_id() == pumping_; }

    // Pumps until then, or until it is done. What other threads do is looked at now and then.
    template <class Done>
    void pump(std::chrono::steady_clock::time_point deadline, Done done) {
        using namespace std::chrono;
        while (!done()) {
            const auto now = steady_clock::now();
            if (now >= deadline) return;
            tapi_.pump((std::min)(ceil<milliseconds>(deadline - now), milliseconds(20)));
            retry();
        }
    }
    // For each message that TAPI calls back with.
    static void call_back(abi::Dword device, abi::Dword message, abi::DwordPtr instance, abi::DwordPtr param1,
                          abi::DwordPtr param2, abi::DwordPtr param3) {
        if (instance == 0) return;                         // of no line
        auto& calls = *reinterpret_cast<Calls*>(instance); // NOLINT(performance-no-int-to-ptr): as TAPI hands it on
        calls.handle({device, message, instance, param1, param2, param3});
        calls.retry();
    }

    // ---- the end of the line

    // No more calls. Those that are live are asked to end.
    void close() noexcept {
        {
            const std::lock_guard lock(mutex_);
            if (!closed_) closed_ = make_error_code(std::errc::operation_canceled);
        }
        for (Serial serial = next(nobody); serial != nobody; serial = next(serial)) {
            {
                const std::lock_guard lock(mutex_);
                Record* const record = find(serial);
                if (!record || !is_live(*record) || record->drop != Drop::none) continue;
                record->dropper = Dropper::line;
                record->drop = record->handle ? Drop::asking : Drop::wanted;
                if (!record->handle) continue;
            }
            if (ask(serial)) want_retry(serial);
        }
    }

    [[nodiscard]] bool any_live() const noexcept {
        const std::lock_guard lock(mutex_);
        return any_is_live();
    }
    template <class Clock, class Duration>
    void wait_while_any_live(std::chrono::time_point<Clock, Duration> deadline) const {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline, [this] { return !any_is_live(); });
    }

    // Gives back what there is. *Blocks* until deallocations and questions in progress on other threads are over.
    void give_back_all() noexcept {
        for (Serial serial = next(nobody); serial != nobody; serial = next(serial)) give_back(serial);
    }

    // Nothing is left, and nothing that comes is taken any more. @returns false while something is left
    [[nodiscard]] bool seal(bool& line_was_void) noexcept {
        const std::lock_guard lock(mutex_);
        for (const auto& [serial, record] : calls_)
            if (!record.void_) return false;
        line_was_void = std::exchange(void_, true);
        return true;
    }

private:
    // A call to be, with all that it may need.
    class Admitted {
    public:
        // `late`: also while the line is closing.
        Admitted(Calls& calls, std::error_code& error, bool late = false) : calls_(calls) {
            Table::Place place = calls.notifiers_.reserve();
            const std::lock_guard lock(calls.mutex_);
            error = calls.closed_;
            if (error && !(late && !calls.void_)) return;
            error.clear();
            calls.requests_.reserve(calls.calls_.size() + 1);
            // In use until it is what it is to be: nobody takes it away meanwhile.
            calls.calls_.try_emplace(calls.serials_ + 1, std::move(place)).first->second.uses = 1;
            serial_ = ++calls.serials_;
        }
        Admitted(const Admitted&) = delete;
        Admitted& operator=(const Admitted&) = delete;
        ~Admitted() {
            if (serial_ == nobody) return;
            if (kept_) {
                calls_.used(serial_);
            } else {
                const Notifier<Cause> notifier = calls_.notifiers_.remove(serial_);
                const std::lock_guard lock(calls_.mutex_);
                calls_.erase(serial_);
            }
        }
        [[nodiscard]] Serial serial() const noexcept { return serial_; }
        void keep() noexcept { kept_ = true; }

    private:
        Calls& calls_;
        Serial serial_ = nobody;
        bool kept_ = false;
    };

    // What an asynchronous function says by its result: zero is none that it may have.
    static std::error_code request_error(abi::Long result) noexcept {
        return result == 0 ? make_error_code(std::errc::protocol_error) : error_of(result);
    }

    // ---- with the mutex

    template <class Self>
    static auto* find_in(Self& calls, Serial serial) noexcept {
        const auto found = calls.find(serial);
        return found == calls.end() ? nullptr : &found->second;
    }
    Record* find(Serial serial) noexcept { return find_in(calls_, serial); }
    const Record* find(Serial serial) const noexcept { return find_in(calls_, serial); }

    // @returns whose the handle was before, if TAPI has forgotten to say that it is not any more
    Serial map(Serial serial, Record& record, abi::Handle handle) noexcept {
        Serial former = nobody;
        if (const auto found = handles_.find(handle); found != handles_.end()) {
            former = found->second;
            unmap(*find(former));
        }
        record.spare_handle.key() = handle;
        record.spare_handle.mapped() = serial;
        handles_.insert(std::move(record.spare_handle));
        record.handle = handle;
        // What was wanted meanwhile, and is not of a call that was made, `settle` does.
        if (record.drop == Drop::wanted && !record.written) {
            record.drop = Drop::none;
            record.given_up = true;
        }
        return former;
    }
    abi::Handle unmap(Record& record) noexcept {
        if (record.handle) record.spare_handle = handles_.extract(record.handle);
        return std::exchange(record.handle, 0);
    }
    void erase(Serial serial) noexcept {
        Record& record = *find(serial);
        unmap(record);
        requests_.forget(record.requests);
        calls_.erase(serial);
        changed_.notify_all();
    }

    static bool is_live(const Record& record) noexcept {
        return !record.ending && !record.void_ && record.privilege == Privilege::owner;
    }
    bool any_is_live() const noexcept {
        for (const auto& [serial, record] : calls_)
            if (is_live(record)) return true;
        return false;
    }

    // ---- without it

    Serial serial_of(abi::Handle handle) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto found = handles_.find(handle);
        return found == handles_.end() ? nobody : found->second;
    }
    bool is_over(Serial serial) const noexcept {
        const std::lock_guard lock(mutex_);
        const Record* const record = find(serial);
        return !record || record->ending;
    }
    Serial next(Serial serial) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto found = calls_.upper_bound(serial);
        return found == calls_.end() ? nobody : found->first;
    }
    void set_drop(Serial serial, Drop drop) noexcept {
        const std::lock_guard lock(mutex_);
        if (Record* const record = find(serial)) record->drop = drop;
    }
    void want_retry(Serial serial) noexcept {
        const std::lock_guard lock(mutex_);
        if (Record* const record = find(serial)) record->retry = true;
    }

    // A call of TAPI with the handle is over. What was refused is not due at once, or it would be asked for without end.
    void used(Serial serial, bool settles = true) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || --record->uses > 0) return;
            changed_.notify_all();
            if (record->void_) {
                // TAPI may still write the handle of a call that is being made.
                if (!record->requests.outstanding(Request::make)) erase(serial);
                return;
            }
        }
        if (settles) settle(serial);
    }

    // Says what is the case. As often as one likes: the notifier knows what it has heard.
    void tell(Serial serial) const noexcept {
        std::optional<Ending> ending;
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            const Record* const record = find(serial);
            if (!record || (!record->ending && !record->far_end_gone)) return;
            ending = record->ending;
            cause = record->cause;
        }
        notifiers_.notify(serial, [&](const Notifier<Cause>& notifier) {
            if (!ending) notifier.terminating(Origin::remote, cause);
            else if (ending->origin) notifier.terminated(*ending->origin, ending->cause);
            else notifier.terminated(ending->cause);
        });
    }
    void tell_refused(Serial serial, std::error_code error) const noexcept {
        notifiers_.notify(serial, [&](const Notifier<Cause>& notifier) { notifier.refused(error); });
    }

    // Does what is due: clears a call that the other party has left, drops one that nobody wants any more, gives a handle
    // back when its call is over.
    void settle(Serial serial) noexcept {
        abi::Handle free = 0;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->void_ || record->freeing) return;
            const bool over = record->ending || record->privilege != Privilege::owner;
            if (record->given_up && over && record->uses == 0) {
                if (!record->handle) return erase(serial);
                record->freeing = true;
                ++record->uses;
                free = unmap(*record);
            } else if (!over && record->handle && record->drop == Drop::none &&
                       (record->given_up || record->far_end_gone)) {
                record->drop = Drop::asking;
                record->dropper = Dropper::line;
            } else {
                return;
            }
        }
        if (free) deallocate(serial, free);
        else if (ask(serial)) want_retry(serial);
    }

    // A handle that TAPI does not know is given back already. Anything else is tried again. *Source:* lineDeallocateCall
    void deallocate(Serial serial, abi::Handle handle) noexcept {
        const abi::Long result = tapi_.lineDeallocateCall(handle);
        const bool freed = result >= 0 || result == result_of(Error::invalid_call_handle);
        // Not idle, whatever we have heard, and by the rules before 2.0 to be dropped first.
        bool drops = result == result_of(Error::invalid_call_state) &&
                     call_state(status_of(handle).dwCallState) != CallState::idle;
        Serial former = nobody;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(serial);
            --record.uses;
            record.freeing = false;
            if (freed || record.void_) return erase(serial);
            former = map(serial, record, handle);
            record.retry = true;
            drops = drops && !record.requests.outstanding(Request::drop);
            if (drops) record.drop = Drop::asking;
            changed_.notify_all();
        }
        lose(former, {});
        if (drops) static_cast<void>(ask(serial, false));
    }

    // ---- dropping

    // Calls lineDrop for a call that is marked as `asking`. @returns why it was refused
    std::error_code ask(Serial serial, bool settles = true) noexcept {
        abi::Handle handle = 0;
        UserUserInfo info;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->void_ || !record->handle) return errc::lost;
            if (record->ending && !record->given_up) return {};
            record->reverted = false;
            record->held = record->state == CallState::on_hold_pending_conference ||
                           record->state == CallState::on_hold_pending_transfer;
            handle = record->handle;
            info = record->sent;
            ++record->uses;
            requests_.begin();
        }
        const std::string_view bytes = info.bytes();
        const abi::Long number =
            tapi_.lineDrop(handle, bytes.empty() ? nullptr : bytes.data(), static_cast<abi::Dword>(bytes.size()));
        std::optional<abi::Long> reply;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(serial);
            if (number > 0) {
                if (record.drop == Drop::asking) record.drop = Drop::asked;
                reply = requests_.made(number, serial, Request::drop, record.requests);
            } else {
                requests_.failed();
            }
        }
        std::error_code refused;
        if (reply) refused = dropped(serial, *reply);
        else if (number <= 0) refused = withdraw(serial, number);
        used(serial, settles && !refused);
        return refused;
    }

    // The reply to a lineDrop has come. Success means that the end was initiated: it is over at idle.
    std::error_code dropped(Serial serial, abi::Long result) noexcept {
        if (result < 0) return withdraw(serial, result);
        const std::lock_guard lock(mutex_);
        Record* const record = find(serial);
        if (!record) return {};
        record->sent = {};
        if (record->drop != Drop::asked) return {};
        record->drop = Drop::accepted;
        if (record->ending || !std::exchange(record->reverted, false)) return {};
        record->drop = Drop::none;
        record->stands = false;
        record->retry = true;
        return Error::operation_failed;
    }

    // A lineDrop was refused. @returns nothing if the call is over all the same
    std::error_code withdraw(Serial serial, abi::Long result) noexcept {
        // It may be over already, and then it was not for our request.
        if (result == result_of(Error::invalid_call_state)) {
            const abi::CallStatus status = status_of(serial);
            if (call_state(status.dwCallState) == CallState::idle) {
                set_drop(serial, Drop::none);
                observe(serial, status.dwCallState, status.dwCallStateMode, status.dwCallPrivilege, false);
                return {};
            }
        }
        if (result == result_of(Error::invalid_call_handle)) {
            lose(serial, Error::invalid_call_handle);
            return errc::lost;
        }
        const std::error_code error = request_error(result);
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->ending) return {};
            record->drop = record->stands ? Drop::accepted : Drop::none; // what was accepted before
            record->sent = {};
            if (result == result_of(Error::not_owner)) record->privilege = Privilege::monitor;
            if (record->stands) return error;
            record->retry = true;
            if (!is_live(*record) || !wants_clearing(record->state)) return error;
            // The other party had gone meanwhile, which was to be the answer to our request.
            record->far_end_gone = true;
        }
        tell(serial);
        return error;
    }

    // ---- what TAPI says

    static bool wants_clearing(CallState state) noexcept {
        return state == CallState::disconnected || state == CallState::busy || state == CallState::special_information;
    }

    // Handlers hear what comes in messages, and on the thread where those come.
    void observe(Serial serial, abi::Dword raw, abi::Dword mode, abi::Dword privilege, bool by_message) noexcept {
        const CallState state = call_state(raw);
        bool offered = false, heard = false, come_to_nothing = false, promised = false;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->void_) return;
            if (privilege != 0) record->privilege = Privilege(privilege);
            offered = by_message && std::exchange(record->offered, false);
            heard = by_message && on_state_ && !record->is_idle;
            if (by_message && state == CallState::idle) record->is_idle = true;
            if (!record->ending) come_to_nothing = enter(*record, state, mode);
            promised = record->dropper == Dropper::session;
        }
        if (offered) offer_(Call(serial));
        if (heard) on_state_(Call(serial), state);
        tell(serial);
        if (!come_to_nothing) settle(serial);
        else if (promised) tell_refused(serial, Error::operation_failed);
        else want_retry(serial); // later: or we ask and are answered for ever
    }

    // Each message says what the state is, whatever it was before; idle alone is for ever. *Source:* LINECALLSTATE_ Constants,
    // "state-ovr". @returns whether a drop has come to nothing
    bool enter(Record& record, CallState state, abi::Dword mode) noexcept {
        record.state = state;
        record.reverted = false;
        switch (state) {
        case CallState::connected: {
            if (!record.connected) record.connected = std::chrono::system_clock::now();
            // A bridged line that others still use, or a call that was about to be transferred: lineDrop has not ended it.
            constexpr abi::Dword inactive = 0x2 | 0x8; // LINECONNECTEDMODE_INACTIVE, _INACTIVEHELD
            if (record.drop < Drop::asking || ((mode & inactive) == 0 && !record.held)) return false;
            // Until the reply is there, nothing else may be asked for.
            record.reverted = record.drop != Drop::accepted;
            if (record.reverted) return false;
            record.drop = Drop::none;
            record.stands = false;
            return true;
        }
        case CallState::disconnected: record.cause.mode = merge(record.cause.mode, DisconnectMode(mode)); break;
        case CallState::busy: record.cause.mode = merge(record.cause.mode, DisconnectMode::busy); break;
        case CallState::special_information:
            record.cause.mode = merge(record.cause.mode, DisconnectMode::unreachable);
            break;
        case CallState::idle: {
            std::optional<Origin> origin; // the answer to what the session has asked for
            if (record.far_end_gone || record.drop == Drop::none) origin = Origin::remote;
            else if (record.dropper == Dropper::line) origin = Origin::service;
            record.ending = Ending{origin, record.cause};
            changed_.notify_all();
            return false;
        }
        default: return false;
        }
        // Where our drop is under way, this is how it goes on, and not the other party's doing.
        if (is_live(record) && record.drop == Drop::none) record.far_end_gone = true;
        return false;
    }

    // All zero where TAPI does not say.
    abi::CallStatus status_of(abi::Handle handle) noexcept {
        abi::CallStatus status{};
        status.dwTotalSize = sizeof status;
        return tapi_.lineGetCallStatus(handle, &status) < 0 ? abi::CallStatus() : status;
    }

    abi::CallStatus status_of(Serial serial) noexcept {
        const Use use(*this, serial);
        return use.handle() ? status_of(use.handle()) : abi::CallStatus();
    }

    // Where a message may have been missed.
    void resynchronize(Serial serial) noexcept {
        const abi::CallStatus status = status_of(serial);
        if (status.dwCallState != 0)
            observe(serial, status.dwCallState, status.dwCallStateMode, status.dwCallPrivilege, false);
    }

    void replied(abi::Long number, abi::Long result) noexcept {
        std::optional<std::pair<Serial, Request>> request;
        Dropper dropper{};
        {
            const std::lock_guard lock(mutex_);
            request = requests_.replied(number, result,
                                        [this](Serial serial) -> Requests::Slots& { return find(serial)->requests; });
            if (!request) return;
            const Record& record = *find(request->first);
            dropper = record.dropper;
            if (record.void_ && record.uses == 0) return erase(request->first);
        }
        const Serial serial = request->first;
        switch (request->second) {
        case Request::make: static_cast<void>(made(serial, result)); break;
        case Request::answer: answered(serial, result); break;
        case Request::drop:
            const std::error_code refused = dropped(serial, result);
            if (!refused) settle(serial);
            else if (dropper == Dropper::session) tell_refused(serial, refused);
            break;
        }
    }

    // The call has its handle, or there will be none. @returns whether it has
    bool made(Serial serial, abi::Long result) noexcept {
        bool has_handle = false, drops = false;
        Dropper dropper{};
        Serial former = nobody;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record || record->void_) return false;
            has_handle = result >= 0 && record->written != 0;
            if (has_handle) {
                former = map(serial, *record, record->written);
                dropper = record->dropper;
                drops = record->drop == Drop::wanted;
                if (drops) record->drop = Drop::asking;
            } else {
                record->cause.error = result < 0 ? error_of(result) : make_error_code(std::errc::protocol_error);
                record->ending = Ending{Origin::service, record->cause};
                changed_.notify_all();
            }
        }
        lose(former, {});
        if (drops) {
            const std::error_code refused = ask(serial);
            if (refused && dropper == Dropper::session) tell_refused(serial, refused);
            else if (refused) want_retry(serial);
        }
        tell(serial);
        settle(serial);
        return has_handle;
    }

    void answered(Serial serial, abi::Long result) noexcept {
        const std::lock_guard lock(mutex_);
        if (Record* const record = find(serial)) record->refused = error_of(result);
    }

    // A call has come to us. It is shown when its state is known, which is said next. *Source:* LINE_APPNEWCALL
    void appear(abi::Handle handle, Privilege privilege) noexcept {
        Serial former = nobody;
        try {
            std::error_code error;
            Admitted call(*this, error, true);
            if (error) return; // nothing may be done with it any more
            const std::lock_guard lock(mutex_);
            Record& record = *find(call.serial());
            if (record.void_) return;
            record.privilege = privilege;
            record.offered = offer_ && !closed_;
            record.given_up = !record.offered;
            former = map(call.serial(), record, handle);
            call.keep();
        } catch (const std::bad_alloc&) {
            refuse(handle, privilege);
        }
        lose(former, {});
    }
    // Where it cannot be kept. To wait for idle one would have to keep it.
    void refuse(abi::Handle handle, Privilege privilege) noexcept {
        if (privilege == Privilege::owner) static_cast<void>(tapi_.lineDrop(handle, nullptr, 0));
        static_cast<void>(tapi_.lineDeallocateCall(handle));
    }

    void lose(Serial serial, std::error_code why) noexcept {
        if (serial == nobody) return;
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(serial);
            if (!record) return;
            record->void_ = true;
            unmap(*record);
            if (!record->ending) record->cause.error = why;
            cause = record->cause;
            changed_.notify_all();
        }
        // A deallocation that is under way finds a handle that is void.
        const Notifier<Cause> notifier = notifiers_.remove(serial);
        notifier.lost(cause);
        const std::lock_guard lock(mutex_);
        Record* const record = find(serial);
        if (record && record->uses == 0 && !record->requests.outstanding(Request::make)) erase(serial);
    }

    void give_back(Serial serial) noexcept {
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            const Record* const record = find(serial);
            if (!record || record->void_) return;
            cause = record->cause;
            if (!record->ending) cause.error = make_error_code(std::errc::operation_canceled);
        }
        abi::Handle handle = 0;
        bool undropped = false;
        const Notifier<Cause> notifier = notifiers_.remove(serial);
        const bool begun = notifier.lost(cause);
        {
            std::unique_lock lock(mutex_);
            if (begun)
                changed_.wait(lock, [&] {
                    const Record* const record = find(serial);
                    return !record || record->given_up;
                });
            changed_.wait(lock, [&] {
                const Record* const record = find(serial);
                return !record || record->uses == 0;
            });
            Record* const record = find(serial);
            if (!record || record->void_) return;
            undropped = is_live(*record) && record->drop <= Drop::asking;
            record->void_ = true;
            handle = unmap(*record);
            if (!record->requests.outstanding(Request::make)) erase(serial);
        }
        // Where that is refused, the line's end makes it void.
        if (handle && undropped) static_cast<void>(tapi_.lineDrop(handle, nullptr, 0));
        if (handle) static_cast<void>(tapi_.lineDeallocateCall(handle));
    }

    Functions& tapi_;
    const std::function<void(Call)> offer_;
    const std::function<void(Call, CallState)> on_state_;
    const std::thread::id pumping_;
    Table notifiers_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_; // a call is over, or not in use, or gone
    std::map<Serial, Record> calls_;          // in the order of their serials, for `next`
    Handles handles_;
    Requests requests_;
    Serial serials_ = nobody;
    abi::Handle line_ = 0;
    std::chrono::steady_clock::time_point retried_ = std::chrono::steady_clock::now();
    std::error_code closed_{}; // why there are no more calls
    bool void_ = false;        // no handle of the line is valid any more
};

} // namespace wrapup::tapi2::detail
