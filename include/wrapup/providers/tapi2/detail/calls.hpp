// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/call.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/cause.hpp>
#include <wrapup/providers/tapi2/detail/book.hpp>
#include <wrapup/providers/tapi2/detail/record.hpp>
#include <wrapup/providers/tapi2/detail/requests.hpp>
#include <wrapup/providers/tapi2/detail/result.hpp>
#include <wrapup/providers/tapi2/dialing.hpp>
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
// itself in `Record::uses`; it is given back by the one that finds nobody there, and unmapped before that, so that what TAPI
// still says of it finds nobody, and the next call that gets its number hears nothing that was meant for it.
//
// What is due for a call is done by `settle`, by whoever has changed something about it: there is nothing to be remembered.
class Calls {
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
            Record& record = *book_.find(serial);
            notifiers_.bind(*std::exchange(record.place, std::nullopt), serial, std::move(notifier));
            book_.requests.begin();
            written = &record.written;
            line = line_;
        }
        const abi::Long number = tapi_.lineMakeCallW(line, written, address.c_str(), dialing.country, &params);
        std::optional<abi::Long> reply;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *book_.find(serial);
            if (number > 0) reply = book_.requests.made(number, serial, Request::make, record.requests);
            else book_.requests.failed();
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
            Record& record = *book_.find(call.serial());
            if (record.void_) error = closed_;
            if (error) return {};
            record.privilege = privilege;
            former = book_.map(call.serial(), handle);
            call.keep();
        }
        lose(former, {});
        drop_wanted(call.serial());
        resynchronize(call.serial());
        return Call(call.serial());
    }

    void watch(Call call, Notifier<Cause> notifier) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(call.number_);
            if (!record || record->void_ || !record->place) return; // and the notifier says `lost`
            notifiers_.bind(*std::exchange(record->place, std::nullopt), call.number_, std::move(notifier));
        }
        tell(call.number_);
    }

    [[nodiscard]] std::error_code drop(Call call, const UserUserInfo& info) noexcept {
        const Serial serial = call.number_;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record || record->void_) return errc::lost;
            if (!record->ending) {
                if (record->privilege != Privilege::owner) return Error::not_owner;
                if (record->drop != Drop::none) return {};
                record->sent = info;
                record->wants_drop(Dropper::session);
            }
        }
        return ask(serial);
    }

    // Leaves a call that we only look at. For one of ours there is no other end than lineDrop: once more, if that is of use.
    [[nodiscard]] std::error_code abort(Call call) noexcept {
        const Serial serial = call.number_;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record || record->void_) return errc::lost;
            if (!record->ending && record->privilege != Privilege::owner) {
                record->ends({});
            } else if (!record->ending) {
                if (!record->handle || (record->drop != Drop::none && record->drop != Drop::accepted))
                    return Error::operation_unavailable;
                record->stands = record->drop == Drop::accepted;
                record->wants_drop(Dropper::session);
            }
        }
        return ask(serial);
    }

    [[nodiscard]] std::error_code answer(Call call) noexcept {
        const Serial serial = call.number_;
        abi::Handle handle = 0;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record || record->void_) return errc::lost;
            if (!record->handle || record->ending) return Error::invalid_call_state;
            if (record->requests.outstanding(Request::answer)) return {};
            record->refused.clear();
            handle = record->handle;
            ++record->uses;
            book_.requests.begin();
        }
        const abi::Long number = tapi_.lineAnswer(handle, nullptr, 0);
        std::optional<abi::Long> reply;
        {
            const std::lock_guard lock(mutex_);
            if (number > 0) reply = book_.requests.made(number, serial, Request::answer, book_.find(serial)->requests);
            else book_.requests.failed();
        }
        if (reply) answered(serial, *reply);
        used(serial);
        return request_error(number);
    }

    void deallocate(Call call) noexcept {
        const Notifier<Cause> notifier = notifiers_.remove(call.number_); // what is said too late finds nobody
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(call.number_);
            if (!record) return;
            record->given_up = true;
            changed_.notify_all();
            if (!record->handle && !record->ending && record->drop == Drop::none) record->wants_drop(Dropper::line);
        }
        settle(call.number_);
    }

    // The handle of a call for the length of a question; 0 where there is none (any more).
    class Use {
    public:
        Use(Calls& calls, Call call) noexcept : Use(calls, call.number_) {}
        Use(Calls& calls, Serial serial) noexcept : calls_(calls), serial_(serial) {
            const std::lock_guard lock(calls.mutex_);
            Record* const record = calls.book_.find(serial);
            if (!record || record->void_ || !record->handle) return;
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
        const Record* const record = book_.find(call.number_);
        using Result = decltype(answer(*record));
        return record ? std::optional<Result>(answer(*record)) : std::nullopt;
    }

    // @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<Call> calls;
        calls.reserve(book_.calls().size());
        for (const auto& [serial, record] : book_.calls())
            if (!record.void_) calls.push_back(Call(serial));
        return calls;
    }

    // ---- what TAPI says, in order, on one thread

    void handle(const abi::Message& message) noexcept {
        switch (message.dwMessageID) {
        case abi::line_callstate:
            observe(whose(message.hDevice), dword(message.dwParam1), dword(message.dwParam2), dword(message.dwParam3),
                    true);
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
        for (Serial serial = next_after(nobody); serial != nobody; serial = next_after(serial)) lose(serial, why);
    }

    // Tries again what was refused and has to be done, now and then.
    void retry() noexcept {
        {
            const std::lock_guard lock(mutex_);
            const auto now = std::chrono::steady_clock::now();
            if (now - retried_ < std::chrono::seconds(1)) return;
            retried_ = now;
        }
        for (Serial serial = next_after(nobody); serial != nobody; serial = next_after(serial)) {
            {
                const std::lock_guard lock(mutex_);
                Record* const record = book_.find(serial);
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
        for (Serial serial = next_after(nobody); serial != nobody; serial = next_after(serial)) {
            {
                const std::lock_guard lock(mutex_);
                Record* const record = book_.find(serial);
                if (!record || !record->is_live() || record->drop != Drop::none) continue;
                record->wants_drop(Dropper::line);
            }
            if (ask(serial)) want_retry(serial);
        }
    }

    [[nodiscard]] bool any_live() const noexcept {
        const std::lock_guard lock(mutex_);
        return book_.any_live();
    }
    template <class Clock, class Duration>
    void wait_while_any_live(std::chrono::time_point<Clock, Duration> deadline) const {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline, [this] { return !book_.any_live(); });
    }

    // Gives back what there is. *Blocks* until deallocations and questions in progress on other threads are over.
    void give_back_all() noexcept {
        for (Serial serial = next_after(nobody); serial != nobody; serial = next_after(serial)) give_back(serial);
    }

    // Nothing is left, and nothing that comes is taken any more. @returns false while something is left
    [[nodiscard]] bool seal(bool& line_was_void) noexcept {
        const std::lock_guard lock(mutex_);
        for (const auto& [serial, record] : book_.calls())
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
            serial_ = calls.book_.add(std::move(place));
            calls.book_.find(serial_)->uses = 1; // until it is what it is to be: nobody takes it away meanwhile
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

    void erase(Serial serial) noexcept { // with the mutex
        book_.erase(serial);
        changed_.notify_all();
    }

    Serial whose(abi::Handle handle) const noexcept {
        const std::lock_guard lock(mutex_);
        return book_.whose(handle);
    }
    Serial next_after(Serial serial) const noexcept {
        const std::lock_guard lock(mutex_);
        return book_.next(serial);
    }
    void want_retry(Serial serial) noexcept {
        const std::lock_guard lock(mutex_);
        if (Record* const record = book_.find(serial)) record->retry = true;
    }

    // A call of TAPI with the handle is over. What was refused is not due at once, or it would be asked for without end.
    void used(Serial serial, bool settles = true) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
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
            const Record* const record = book_.find(serial);
            if (!record || !record->has_news()) return;
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

    // Does what is due.
    void settle(Serial serial) noexcept {
        Due due{};
        abi::Handle free = 0;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record) return;
            due = record->due();
            switch (due) {
            case Due::nothing: return;
            case Due::erasure: return erase(serial);
            case Due::drop: record->wants_drop(Dropper::line); break;
            case Due::deallocation:
                ++record->uses;
                free = book_.unmap(*record);
                break;
            }
        }
        if (due == Due::deallocation) deallocate(serial, free);
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
            Record& record = *book_.find(serial);
            --record.uses;
            if (freed || record.void_) return erase(serial);
            former = book_.map(serial, handle);
            record.retry = true;
            drops = drops && !record.requests.outstanding(Request::drop);
            if (drops) record.wants_drop(Dropper::line);
            changed_.notify_all();
        }
        lose(former, {});
        if (drops) static_cast<void>(ask(serial, false));
        else drop_wanted(serial);
    }

    // ---- dropping

    // The call has its handle: it is dropped if that was wanted meanwhile.
    void drop_wanted(Serial serial) noexcept {
        const std::optional<Dropper> dropper = look(Call(serial), [](const Record& record) { return record.dropper; });
        const std::error_code refused = ask(serial);
        if (refused && dropper == Dropper::session) tell_refused(serial, refused);
        else if (refused) want_retry(serial);
    }

    // Calls lineDrop if that is wanted, unless the call has no handle yet. @returns why it was refused
    std::error_code ask(Serial serial, bool settles = true) noexcept {
        abi::Handle handle = 0;
        UserUserInfo info;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record || record->void_) return errc::lost;
            if (record->drop_begins()) {
                handle = record->handle;
                info = record->sent;
                ++record->uses;
                book_.requests.begin();
            }
        }
        if (handle == 0) {
            tell(serial); // if it had ended before we came
            return {};
        }
        const std::string_view bytes = info.bytes();
        const abi::Long number =
            tapi_.lineDrop(handle, bytes.empty() ? nullptr : bytes.data(), static_cast<abi::Dword>(bytes.size()));
        std::optional<abi::Long> reply;
        {
            const std::lock_guard lock(mutex_);
            Record& record = *book_.find(serial);
            if (number > 0) {
                if (record.drop == Drop::asking) record.drop = Drop::asked;
                reply = book_.requests.made(number, serial, Request::drop, record.requests);
            } else {
                book_.requests.failed();
            }
        }
        std::error_code refused;
        if (reply) refused = dropped(serial, *reply);
        else if (number <= 0) refused = withdraw(serial, number);
        tell(serial);
        used(serial, settles && !refused);
        return refused;
    }

    // The reply to a lineDrop has come. Success means that the end was initiated: it is over at idle.
    std::error_code dropped(Serial serial, abi::Long result) noexcept {
        if (result < 0) return withdraw(serial, result);
        const std::lock_guard lock(mutex_);
        Record* const record = book_.find(serial);
        if (!record || !record->drop_accepted()) return {};
        return Error::operation_failed;
    }

    // A lineDrop was refused. @returns nothing if the call is over all the same
    std::error_code withdraw(Serial serial, abi::Long result) noexcept {
        // It may be over already.
        if (result == result_of(Error::invalid_call_state)) resynchronize(serial, CallState::idle);
        if (result == result_of(Error::invalid_call_handle)) {
            lose(serial, Error::invalid_call_handle);
            return errc::lost;
        }
        const std::error_code error = request_error(result);
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record) return {};
            if (result == result_of(Error::not_owner)) record->privilege = Privilege::monitor;
            record->drop_refused();
            if (record->ending) return {};
        }
        tell(serial);
        return error;
    }

    // ---- what TAPI says

    // Handlers hear what comes in messages, and on the thread where those come.
    void observe(Serial serial, abi::Dword raw, abi::Dword mode, abi::Dword privilege, bool by_message) noexcept {
        const CallState state = call_state(raw);
        bool offered = false, heard = false, come_to_nothing = false, promised = false;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record || record->void_) return;
            if (privilege != 0) record->privilege = Privilege(privilege);
            offered = by_message && std::exchange(record->offered, false);
            heard = by_message && on_state_ && !record->is_idle;
            if (by_message && state == CallState::idle) record->is_idle = true;
            if (!record->ending) come_to_nothing = record->enter(state, mode);
            promised = record->dropper == Dropper::session;
            changed_.notify_all();
        }
        if (offered) offer_(Call(serial));
        if (heard) on_state_(Call(serial), state);
        tell(serial);
        if (!come_to_nothing) settle(serial);
        else if (promised) tell_refused(serial, Error::operation_failed);
        else want_retry(serial); // later: or we ask and are answered for ever
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

    // Where a message may have been missed: any, or that of a certain state.
    void resynchronize(Serial serial, std::optional<CallState> state = {}) noexcept {
        const abi::CallStatus status = status_of(serial);
        if (status.dwCallState != 0 && (!state || call_state(status.dwCallState) == state))
            observe(serial, status.dwCallState, status.dwCallStateMode, status.dwCallPrivilege, false);
    }

    void replied(abi::Long number, abi::Long result) noexcept {
        std::optional<std::pair<Serial, Request>> request;
        Dropper dropper{};
        {
            const std::lock_guard lock(mutex_);
            request = book_.requests.replied(
                number, result, [this](Serial serial) -> Requests::Slots& { return book_.find(serial)->requests; });
            if (!request) return;
            const Record& record = *book_.find(request->first);
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
        bool has_handle = false;
        Serial former = nobody;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = book_.find(serial);
            if (!record || record->void_) return false;
            has_handle = result >= 0 && record->written != 0;
            if (has_handle) {
                former = book_.map(serial, record->written);
            } else {
                record->cause.error = result < 0 ? error_of(result) : make_error_code(std::errc::protocol_error);
                record->ends(Origin::service);
                changed_.notify_all();
            }
        }
        lose(former, {});
        drop_wanted(serial);
        tell(serial);
        settle(serial);
        return has_handle;
    }

    void answered(Serial serial, abi::Long result) noexcept {
        const std::lock_guard lock(mutex_);
        if (Record* const record = book_.find(serial)) record->refused = error_of(result);
    }

    // A call has come to us. It is shown when its state is known, which is said next. *Source:* LINE_APPNEWCALL
    void appear(abi::Handle handle, Privilege privilege) noexcept {
        Serial serial = nobody, former = nobody;
        try {
            std::error_code error;
            Admitted call(*this, error, true);
            if (error) return; // nothing may be done with it any more
            const std::lock_guard lock(mutex_);
            Record& record = *book_.find(call.serial());
            if (record.void_) return;
            record.privilege = privilege;
            record.offered = offer_ && !closed_;
            record.given_up = !record.offered;
            serial = call.serial();
            former = book_.map(serial, handle);
            call.keep();
        } catch (const std::bad_alloc&) {
            refuse(handle, privilege);
        }
        lose(former, {});
        drop_wanted(serial);
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
            Record* const record = book_.find(serial);
            if (!record) return;
            record->void_ = true;
            book_.unmap(*record);
            if (!record->ending) record->cause.error = why;
            cause = record->cause;
            changed_.notify_all();
        }
        // A deallocation that is under way finds a handle that is void.
        const Notifier<Cause> notifier = notifiers_.remove(serial);
        notifier.lost(cause);
        const std::lock_guard lock(mutex_);
        Record* const record = book_.find(serial);
        if (record && record->uses == 0 && !record->requests.outstanding(Request::make)) erase(serial);
    }

    void give_back(Serial serial) noexcept {
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            const Record* const record = book_.find(serial);
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
                    const Record* const record = book_.find(serial);
                    return !record || record->given_up;
                });
            changed_.wait(lock, [&] {
                const Record* const record = book_.find(serial);
                return !record || record->uses == 0;
            });
            Record* const record = book_.find(serial);
            if (!record || record->void_) return;
            undropped = record->is_live() && record->drop <= Drop::asking;
            record->void_ = true;
            handle = book_.unmap(*record);
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
    Book book_;
    abi::Handle line_ = 0;
    std::chrono::steady_clock::time_point retried_ = std::chrono::steady_clock::now();
    std::error_code closed_{}; // why there are no more calls
    bool void_ = false;        // no handle of the line is valid any more
};

} // namespace wrapup::tapi2::detail
