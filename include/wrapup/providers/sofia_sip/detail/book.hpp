// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/sofia_sip/call.hpp>
#include <wrapup/providers/sofia_sip/call_state.hpp>
#include <wrapup/providers/sofia_sip/cause.hpp>
#include <wrapup/providers/sofia_sip/detail/dialog.hpp>
#include <wrapup/providers/sofia_sip/detail/queue.hpp>
#include <wrapup/providers/sofia_sip/detail/record.hpp>
#include <wrapup/providers/sofia_sip/detail/wake.hpp>
#include <wrapup/providers/sofia_sip/reason.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace wrapup::sofia::detail {

// The calls of one service: what it and its providers share. It outlives the service as long as there are sessions, whose
// members then find no call.
//
// Users' threads write down what they want, and wake the stack's thread, which alone calls sofia: so no handle is ever used on
// two threads, and none after it was destroyed. Records are taken out by that thread alone; whoever else looks at one does so
// under the mutex. No notice is given and nothing of sofia called under it.
class Book {
public:
    // @param sdp what calls carry where they are not told. @throws std::system_error where there is no descriptor
    explicit Book(std::string sdp) : sdp_(std::move(sdp)) {}

    [[nodiscard]] const std::string& sdp() const noexcept { return sdp_; }

    // ---- what the provider asks for, on any thread

    // @throws std::bad_alloc
    [[nodiscard]] Call invite(std::error_code& error, Notifier<Cause> notifier, std::string to, std::string sdp) {
        Table::Place place = notifiers_.reserve();
        std::string uri = to;
        const std::lock_guard lock(mutex_);
        if (closed_) {
            error = closed_;
            return {};
        }
        Record& record = insert(Direction::outgoing, {});
        record.target = std::move(to);
        record.info.remote.uri = std::move(uri);
        record.sdp = std::move(sdp);
        notifiers_.bind(std::move(place), record.number, std::move(notifier));
        attend(record);
        return Call(record.number);
    }

    void watch(Call call, Notifier<Cause> notifier) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call.number());
            if (!record || !record->place) return; // and the notifier says `lost`
            notifiers_.bind(std::move(*std::exchange(record->place, std::nullopt)), call.number(), std::move(notifier));
        }
        tell(call.number());
    }

    [[nodiscard]] std::error_code drop(Call call, Reason reason) noexcept {
        if (!reason.is_valid()) return make_error_code(std::errc::invalid_argument);
        return request(call, [&](Record& record) {
            if (record.drop.asker != Asker::nobody) return;
            record.reason = std::move(reason);
            record.wants_drop(Asker::session);
        });
    }
    [[nodiscard]] std::error_code abort(Call call) noexcept {
        return request(call, [](Record& record) {
            record.aborted = true;
            if (record.drop.asker == Asker::nobody) record.wants_drop(Asker::session);
        });
    }

    [[nodiscard]] std::error_code answer(Call call, std::string sdp) noexcept {
        const std::lock_guard lock(mutex_);
        Record* const record = find(call.number());
        if (!record) return errc::lost;
        if (!record->can_be_answered()) return make_error_code(std::errc::operation_not_permitted);
        if (!sdp.empty()) record->sdp = std::move(sdp);
        record->answer = Answer::wanted;
        attend(*record);
        return {};
    }

    void deallocate(Call call) noexcept {
        const Notifier<Cause> notifier = notifiers_.remove(call.number()); // what is said too late finds nobody
        const std::lock_guard lock(mutex_);
        Record* const record = find(call.number());
        if (!record) return;
        record->given_up = true;
        attend(*record);
    }

    // @returns nothing where the call is not there any more
    template <class Question>
    [[nodiscard]] auto look(Call call, Question question) const {
        const std::lock_guard lock(mutex_);
        const auto found = records_.find(call.number());
        using Result = decltype(question(found->second));
        return found == records_.end() ? std::nullopt : std::optional<Result>(question(found->second));
    }

    // @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<Call> calls;
        calls.reserve(records_.size());
        for (const auto& [number, record] : records_)
            if (!record.given_up) calls.push_back(Call(number));
        return calls;
    }

    // No more calls; those that are live are to be ended.
    void close() noexcept {
        const std::lock_guard lock(mutex_);
        closed_ = make_error_code(std::errc::operation_canceled);
        for (auto& [number, record] : records_) {
            if (!record.is_live() || record.drop.asker != Asker::nobody) continue;
            record.wants_drop(Asker::service);
            attend(record);
        }
        wake_.up();
    }

    // ---- for the stack, on its thread

    [[nodiscard]] const Wake& wake() const noexcept { return wake_; }

    [[nodiscard]] bool is_closed() const noexcept {
        const std::lock_guard lock(mutex_);
        return static_cast<bool>(closed_);
    }
    [[nodiscard]] bool any_live() const noexcept {
        const std::lock_guard lock(mutex_);
        return std::any_of(records_.begin(), records_.end(), [](const auto& r) { return r.second.is_live(); });
    }

    // A call comes in, with its handle. @returns none where no calls are taken any more. @throws std::bad_alloc; then nothing was
    // taken
    [[nodiscard]] Call admit(nua_handle_s* handle) {
        Table::Place place = notifiers_.reserve();
        const std::lock_guard lock(mutex_);
        if (closed_) return {};
        Record& record = insert(Direction::incoming, std::move(place));
        record.handle = handle;
        return Call(record.number);
    }

    // The record that somebody has to see to next, and what is due; nothing, when there is none. It stays where it is until it is
    // destroyed here.
    [[nodiscard]] std::pair<Record*, Due> take_due(std::uint64_t pass) noexcept {
        const std::lock_guard lock(mutex_);
        while (Record* const first = queue_.first()) {
            first->carried_out(carried_out_);
            if (const Due due = first->take_due(pass); due != Due::nothing) return {first, due};
            queue_.remove(*first);
        }
        return {nullptr, Due::nothing};
    }

    // Everything that was asked for in this round and before has been carried out.
    void carried_out(std::uint64_t pass) noexcept {
        const std::lock_guard lock(mutex_);
        carried_out_ = pass;
    }

    // Those that are given up now are to be told of. @returns one of them, or 0
    [[nodiscard]] std::uint64_t give_up(std::chrono::steady_clock::duration patience) noexcept {
        const std::lock_guard lock(mutex_);
        for (auto& [number, record] : records_) {
            record.carried_out(carried_out_);
            const bool given_up = record.gives_up(patience);
            if (given_up || record.may_be_unanswered()) attend(record);
            if (given_up) return number;
        }
        return 0;
    }

    // Changes what is known of a call. @returns what the change returns, or nothing where the call is not there
    template <class Change>
    auto change(std::uint64_t number, Change change) noexcept {
        using Result = decltype(change(std::declval<Record&>()));
        std::optional<Result> result;
        bool ends = false;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(number);
            if (!record) return result;
            record->carried_out(carried_out_);
            const bool was_live = record->is_live();
            result.emplace(change(*record));
            ends = was_live && !record->is_live();
            attend(*record);
        }
        if (ends) tell(number);
        return result;
    }

    // Says how a call has ended, where it has.
    void tell(std::uint64_t number) noexcept {
        Ending ending;
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(number);
            if (!record || !record->ending) return;
            ending = *record->ending; // also what another thread is about to say: it has to be said before the end is
            cause = copy_of(record->cause);
        }
        notifiers_.notify(number, [&](const Notifier<Cause>& notifier) {
            for (; ending.withdrawn > 0; --ending.withdrawn)
                notifier.refused(make_error_code(std::errc::not_connected));
            if (ending.confirmed) notifier.terminating();
            if (ending.origin) notifier.terminated(*ending.origin, std::move(cause));
            else notifier.terminated(std::move(cause));
        });
    }

    // Takes a record out. @returns its handle
    nua_handle_s* erase(Record& record) noexcept {
        nua_handle_s* const handle = record.handle;
        Records::node_type gone; // dies after the lock
        const std::lock_guard lock(mutex_);
        queue_.remove(record);
        gone = records_.extract(record.number);
        return handle;
    }

    // Reports a call lost that is left over, and takes it out.
    // @param was_live whether it had not ended before. @returns its number, or 0 where there is none
    std::uint64_t lose_one(nua_handle_s*& handle, bool& was_live) noexcept {
        Record* record = nullptr;
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            if (records_.empty()) return 0;
            record = &records_.begin()->second;
            was_live = record->is_live();
            cause = copy_of(record->cause);
        }
        // A deallocation that is under way finds no call, or has found it before we could.
        const std::uint64_t number = record->number;
        const Notifier<Cause> notifier = notifiers_.remove(number);
        handle = erase(*record);
        notifier.lost(std::move(cause));
        return number;
    }

private:
    using Records = std::map<std::uint64_t, Record>;

    // What the session wants of a call that is live.
    template <class Change>
    std::error_code request(Call call, Change change) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call.number());
            if (!record) return errc::lost;
            if (record->is_live()) {
                ++record->requests;
                change(*record);
                attend(*record);
                return {};
            }
        }
        // It had ended before we came. Said before the request is accepted, so that it is not taken for the cause.
        tell(call.number());
        return {};
    }

    // With the mutex:

    Record* find(std::uint64_t number) noexcept {
        const auto found = records_.find(number);
        return found == records_.end() ? nullptr : &found->second;
    }
    Record& insert(Direction direction, std::optional<Table::Place> place) {
        const std::uint64_t number = numbers_ + 1;
        Record& record = records_.try_emplace(number, number, direction, std::move(place)).first->second;
        record.info.times.invited = std::chrono::system_clock::now();
        numbers_ = number;
        return record;
    }
    void attend(Record& record) noexcept {
        if (queue_.push(record)) wake_.up();
    }

    const std::string sdp_;
    Wake wake_;
    Table notifiers_;
    mutable std::mutex mutex_;
    Records records_;
    Queue queue_; // those that somebody has to see to
    std::uint64_t numbers_ = 0;
    std::uint64_t carried_out_ = 0;
    std::error_code closed_{}; // why there are no more calls
};

} // namespace wrapup::sofia::detail
