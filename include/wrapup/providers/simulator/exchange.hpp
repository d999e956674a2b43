// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier_table.hpp>
#include <wrapup/providers/simulator/behaviour.hpp>
#include <wrapup/providers/simulator/call.hpp>
#include <wrapup/providers/simulator/clock.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace wrapup::simulator {

/// The service. When it is destroyed, all its sessions are lost.
///
/// It enforces the rules: to deallocate what is still live, or is not there, aborts the program.
///
/// *Thread safety:* every member from any thread. *Lifetime:* it outlives its providers.
class Exchange {
public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// Loses all sessions. *Blocks* until deallocations in progress on other threads have returned.
    ~Exchange() {
        shut_down();
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return calls_.empty(); });
    }

    /// A session that the other side has begun, to be adopted: `Session<Provider>{exchange.ring(), exchange}`.
    /// @throws std::system_error(std::errc::not_connected) after `shut_down`, std::bad_alloc
    [[nodiscard]] Call ring(Behaviour behaviour = {}) {
        Events made;
        made.emplace(Clock::time_point(), Event());
        auto place = notifiers_.reserve();
        const std::lock_guard lock(mutex_);
        if (shut_down_) throw std::system_error(make_error_code(std::errc::not_connected));
        if (free_numbers_.capacity() < next_number_) free_numbers_.reserve(2 * std::size_t{next_number_});
        const Call call{free_numbers_.empty() ? next_number_ : free_numbers_.back(), next_serial_};
        calls_.try_emplace(call.serial, call.number, std::move(behaviour), now_, made.extract(made.begin()),
                           std::move(place));
        ++next_serial_;
        if (free_numbers_.empty()) ++next_number_;
        else free_numbers_.pop_back();
        return call;
    }

    /// The other side ends the session. @returns whether it was live; where not, it is told again
    bool hang_up(Call call, Cause cause) noexcept { return end(call.serial, {Origin::remote, cause}); }

    /// The other side ends the session after that time. @throws std::bad_alloc
    void hang_up_after(Call call, Clock::duration delay, Cause cause) {
        const std::lock_guard lock(mutex_);
        events_.emplace(now_ + delay, Event{call.serial, {Origin::remote, cause}});
        ++version_;
        changed_.notify_all();
    }

    /// The other side has begun to end the session; `hang_up` or `confirm` complete it.
    void begin_hang_up(Call call, Cause cause) noexcept {
        notifiers_.notify(call.serial, [&](const auto& notifier) { notifier.terminating(Origin::remote, cause); });
    }

    /// Confirms that the session is over, whoever asked for it. @returns whether it was live; where not, it is told again
    bool confirm(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            const auto found = calls_.find(call.serial);
            if (found != calls_.end() && found->second.behaviour.confirmation == Confirmation::never) return false;
        }
        return end(call.serial, {});
    }

    /// Refuses a drop that was accepted; what was due of it will not happen.
    void refuse(Call call, std::error_code error) noexcept {
        {
            const std::lock_guard lock(mutex_);
            const auto found = calls_.find(call.serial);
            if (found != calls_.end()) {
                found->second.accepted = false;
                if (found->second.due)
                    found->second.confirmation = events_.extract(*std::exchange(found->second.due, {}));
            }
        }
        notifiers_.notify(call.serial, [&](const auto& notifier) { notifier.refused(error); });
    }

    /// Voids one identifier.
    void lose(Call call) noexcept {
        const auto notifier = notifiers_.remove(call.serial);
        if (notifier && notifier.lost()) return; // its deallocation takes it off the books
        const std::lock_guard lock(mutex_);
        const auto found = calls_.find(call.serial);
        if (found == calls_.end()) return;
        // Without a notifier it was never watched; or somebody else is at it, and takes it off the books.
        if (notifier || found->second.place) forget(call.serial);
    }

    /// Voids all identifiers, and opens no more.
    void shut_down() noexcept {
        {
            const std::lock_guard lock(mutex_);
            shut_down_ = true;
        }
        for (std::uint64_t serial = 0; next_after(serial);) lose(Call{0, serial});
    }

    /// Moves the clock, and lets happen what falls due, in order.
    void advance(Clock::duration duration) noexcept {
        const auto until = now() + duration;
        while (happen_by(until)) {
        }
    }

    /// What time it is.
    [[nodiscard]] Clock::time_point now() const noexcept {
        const std::lock_guard lock(mutex_);
        return now_;
    }

    /// How many identifiers have been neither deallocated nor lost: zero at the end of a test, or something leaks.
    [[nodiscard]] std::size_t alive() const noexcept {
        const std::lock_guard lock(mutex_);
        return calls_.size();
    }

    /// Which they are. @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<Call> calls;
        for (const auto& [serial, record] : calls_) calls.push_back({record.number, serial});
        return calls;
    }

    /// How many identifiers were deallocated.
    [[nodiscard]] std::size_t deallocations() const noexcept {
        const std::lock_guard lock(mutex_);
        return deallocations_;
    }

private:
    friend class Provider;

    struct Ending {
        std::optional<Origin> origin; // none: the answer to our own request, where there is one
        std::optional<Cause> cause;
    };
    struct Event {
        std::uint64_t serial;
        Ending ending;
    };
    using Events = std::multimap<Clock::time_point, Event>;

    struct Record {
        Record(std::uint32_t given, Behaviour b, Clock::time_point t, Events::node_type node,
               NotifierTable<std::uint64_t, Cause>::Place p)
            : number(given), behaviour(std::move(b)), began(t), confirmation(std::move(node)), place(std::move(p)) {}

        std::uint32_t number;
        Behaviour behaviour;
        Clock::time_point began;
        std::optional<Clock::time_point> ended;
        Ending ending;
        int drops = 0;
        bool accepted = false;
        // Taken when the session began, so that ending it needs no memory.
        Events::node_type confirmation;
        std::optional<Events::iterator> due; // where it is now
        std::optional<NotifierTable<std::uint64_t, Cause>::Place> place;
    };

    // ---- what the provider asks for

    Call open(std::error_code& error, Notifier<Cause> notifier, Behaviour behaviour) {
        if ((error = behaviour.open_error)) return {};
        try {
            const Call call = ring(std::move(behaviour));
            watch(call, std::move(notifier));
            return call;
        } catch (const std::system_error& refused) {
            error = refused.code();
        } catch (const std::bad_alloc&) {
            error = make_error_code(std::errc::not_enough_memory);
        }
        return {};
    }

    void watch(Call call, Notifier<Cause> notifier) noexcept {
        std::optional<Ending> past;
        {
            const std::lock_guard lock(mutex_);
            const auto found = calls_.find(call.serial);
            if (found == calls_.end() || !found->second.place)
                return; // lost before it was watched: so says the notifier
            notifiers_.bind(std::move(*found->second.place), call.serial, std::move(notifier));
            found->second.place.reset();
            if (found->second.ended) past = found->second.ending;
        }
        if (past) tell(call.serial, *past);
    }

    std::error_code drop(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            const auto found = calls_.find(call.serial);
            if (found == calls_.end()) return make_error_code(std::errc::not_connected);
            Record& record = found->second;
            ++record.drops;
            if (record.ended) return {};
            if (record.behaviour.refusals > 0) {
                --record.behaviour.refusals;
                return record.behaviour.refusal ? record.behaviour.refusal
                                                : make_error_code(std::errc::operation_not_permitted);
            }
            record.accepted = true;
            if (record.behaviour.confirmation == Confirmation::later && record.confirmation) {
                record.confirmation.key() = now_ + record.behaviour.delay;
                record.confirmation.mapped() = {call.serial, {}};
                record.due = events_.insert(std::move(record.confirmation));
                ++version_;
                changed_.notify_all();
            }
            if (record.behaviour.confirmation != Confirmation::at_once) return {};
        }
        end(call.serial, {});
        return {};
    }

    std::error_code abort(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            const auto found = calls_.find(call.serial);
            if (found == calls_.end()) return make_error_code(std::errc::not_connected);
            if (found->second.behaviour.abort_refusal) return found->second.behaviour.abort_refusal;
            found->second.accepted = true;
        }
        end(call.serial, {});
        return {};
    }

    void deallocate(Call call) noexcept {
        // First the notifier, so that a late event finds nobody.
        const auto notifier = notifiers_.remove(call.serial);
        const std::lock_guard lock(mutex_);
        const auto found = calls_.find(call.serial);
        if (found == calls_.end()) misuse("an identifier was deallocated that is not there", call);
        // One that could not be watched for want of memory has been dropped, and nobody could be told of its end.
        const Record& record = found->second;
        if (!record.ended && !(record.place && record.accepted))
            misuse("an identifier was deallocated whose session is live", call);
        ++deallocations_;
        forget(call.serial);
    }

    [[nodiscard]] std::optional<Statistics> statistics(Call call) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto found = calls_.find(call.serial);
        if (found == calls_.end()) return {};
        const Record& record = found->second;
        return Statistics{record.ended.value_or(now_) - record.began, record.drops};
    }

    template <class Done>
    void wait(Clock::time_point deadline, Done done) noexcept {
        while (!done()) {
            std::uint64_t version = 0;
            {
                const std::lock_guard lock(mutex_);
                version = version_;
            }
            if (done()) return;
            if (happen_by(deadline)) continue;
            if (deadline != (Clock::time_point::max)()) return;
            // Nothing is due, ever: what ends the session must come from another thread.
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return version_ != version; });
        }
    }

    // ---- how it works

    bool end(std::uint64_t serial, const Ending& ending) noexcept {
        bool live = false;
        {
            const std::lock_guard lock(mutex_);
            const auto found = calls_.find(serial);
            if (found == calls_.end()) return false;
            live = !found->second.ended;
            if (live) {
                found->second.ended = now_;
                found->second.ending = ending;
            }
        }
        tell(serial, ending); // where it is over already, a duplicate, as services have them
        return live;
    }

    // No lock is held: what is told may come back to us.
    void tell(std::uint64_t serial, const Ending& ending) noexcept {
        notifiers_.notify(serial, [&](const Notifier<Cause>& notifier) {
            if (ending.origin && ending.cause) notifier.terminated(*ending.origin, *ending.cause);
            else notifier.terminated();
        });
        const std::lock_guard lock(mutex_);
        ++version_;
        changed_.notify_all();
    }

    // Lets the next event happen that is due by then, or else moves the clock there. @returns whether there was one
    bool happen_by(Clock::time_point until) noexcept {
        Events::node_type next;
        {
            const std::lock_guard lock(mutex_);
            if (events_.empty() || events_.begin()->first > until) {
                if (until != (Clock::time_point::max)() && until > now_) now_ = until;
                return false;
            }
            next = events_.extract(events_.begin());
            if (next.key() > now_) now_ = next.key();
            const auto found = calls_.find(next.mapped().serial);
            if (found != calls_.end() && found->second.due && !next.mapped().ending.origin) found->second.due.reset();
        }
        end(next.mapped().serial, next.mapped().ending);
        return true;
    }

    bool next_after(std::uint64_t& serial) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto next = calls_.upper_bound(serial);
        if (next == calls_.end()) return false;
        serial = next->first;
        return true;
    }

    void forget(std::uint64_t serial) noexcept {
        const auto found = calls_.find(serial);
        if (found == calls_.end()) return;
        free_numbers_.push_back(found->second.number);
        if (found->second.due) events_.erase(*found->second.due);
        calls_.erase(found);
        ++version_;
        changed_.notify_all();
    }

    [[noreturn]] static void misuse(const char* what, Call call) noexcept {
        std::fprintf(stderr, "wrapup::simulator: %s: number %lu, serial %llu\n", what,
                     static_cast<unsigned long>(call.number), static_cast<unsigned long long>(call.serial));
        std::abort();
    }

    NotifierTable<std::uint64_t, Cause> notifiers_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t version_ = 0; // what `changed_` is notified of
    std::map<std::uint64_t, Record> calls_;
    Events events_;
    Clock::time_point now_{};
    std::vector<std::uint32_t> free_numbers_; // with room for all that may come back
    std::uint32_t next_number_ = 1;
    std::uint64_t next_serial_ = 1;
    std::size_t deallocations_ = 0;
    bool shut_down_ = false;
};

} // namespace wrapup::simulator
