// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/testing/notifier_reference.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace wrapup::testing {

/// The service of the recording providers: it keeps every call in order, counts the identifiers that are alive, does in each
/// call what the test says, and where it is misused keeps that as a violation.
///
///     testing::Recorder recorder;
///     Session<testing::RecordingProvider> session(recorder.begin(1), recorder);
///     session.drop();
///     recorder.notifier(1).terminated("confirmed");
///     session.release();
///     CHECK(recorder.calls() == std::vector<std::string>{"watch 1", ..., "drop 1", ..., "deallocate 1"});
///     CHECK(recorder.alive() == 0 && recorder.violations().empty());
///
/// A violation is what would be undefined behaviour with a real service: an identifier is used that is not there, or was
/// given back; is given back twice, after it was lost, or while its session is live. It stands among the calls too, and the
/// call does nothing.
///
/// *Lifetime:* it outlives its providers. When it goes, sessions that are still watched are lost.
/// *Thread safety:* every member function from any thread; the actions are set while nobody calls, or inside a call, and run
/// on the thread that calls, with no lock held. It takes memory for what it records.
class Recorder {
public:
    using Notifier = wrapup::Notifier<std::string>;
    using Reference = NotifierReference<std::string>;

    /// A clock that stands still until `advance` or a wait moves it.
    struct Clock {
        using duration = std::chrono::nanoseconds;
        using rep = duration::rep;
        using period = duration::period;
        using time_point = std::chrono::time_point<Clock>;
        static constexpr bool is_steady = true;
    };

    // ---- what the test says: run inside the provider's call of that name, with the identifier

    std::function<std::error_code(int)> on_drop;  ///< what it returns is the answer; without it: accepted
    std::function<std::error_code(int)> on_abort; ///< the same
    std::function<void(int)> on_open;             ///< may throw: then there is no session
    std::function<void(int)> on_watch;
    std::function<void(int)> on_snapshot;
    std::function<void(int)> on_deallocate; ///< the identifier is gone by then
    std::function<void()> on_wait;          ///< one step of the pump, called until the wait is over
    std::error_code open_error;             ///< what `open` answers, if not empty

    Recorder() = default;
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    ~Recorder() {
        std::map<int, Entry> left; // what their notifiers say as they die may come back to us
        const std::lock_guard lock(mutex_);
        left.swap(entries_);
    }

    /// A session that is there already, to be adopted. Numbers may be used again once they are given back.
    int begin(int id) {
        Entry former; // dies after the lock: its notifier may have something to say
        const std::lock_guard lock(mutex_);
        former = std::exchange(entries_[id], Entry());
        entries_[id].status = Status::alive;
        return id;
    }

    /// The notifier that the session of this number was watched with: to speak with, to move from, to replace, so that the
    /// former says `lost`. @pre nobody replaces it meanwhile
    [[nodiscard]] Notifier& notifier(int id = 1) {
        const std::lock_guard lock(mutex_);
        return entries_[id].notifier;
    }

    /// The service voids the identifier.
    void lose(int id = 1) {
        Reference reference;
        {
            const std::lock_guard lock(mutex_);
            Entry& entry = entries_[id];
            if (entry.status == Status::alive) entry.status = Status::lost;
            reference = entry.reference;
        }
        reference->lost();
    }

    /// How many identifiers have been neither given back nor lost.
    [[nodiscard]] std::size_t alive() const { return outstanding().size(); }

    /// Which they are, in order.
    [[nodiscard]] std::vector<int> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<int> identifiers;
        for (const auto& [id, entry] : entries_)
            if (entry.status == Status::alive) identifiers.push_back(id);
        return identifiers;
    }
    [[nodiscard]] bool is_alive(int id) const {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(id);
        return found != entries_.end() && found->second.status == Status::alive;
    }

    /// Every call so far, in order: "drop 1", "drop for busy 1", "trace active terminating user".
    [[nodiscard]] std::vector<std::string> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }
    /// Puts the test's own line among the calls.
    void note(std::string line) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(std::move(line));
    }

    /// What was called against the rules, in order. Empty at the end of a test, or something is wrong.
    [[nodiscard]] std::vector<std::string> violations() const {
        const std::lock_guard lock(mutex_);
        return violations_;
    }

    [[nodiscard]] Clock::time_point now() const noexcept {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    void advance(Clock::duration duration) noexcept {
        const std::lock_guard lock(mutex_);
        now_ += duration;
    }

private:
    friend class RecordingBase;
    friend class RecordingProvider;

    enum class Status { unknown, alive, lost, given_back };

    struct Entry {
        Status status = Status::unknown;
        bool asked = false; // for the end, so that one who is not watched may be given back
        Notifier notifier;
        Reference reference;
    };

    // A call with this identifier. @returns an error where it may not be made
    std::error_code enter(const std::string& what, int id, bool asks = false) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(line(what, id));
        const auto found = entries_.find(id);
        const Status status = found == entries_.end() ? Status::unknown : found->second.status;
        if (status == Status::alive) {
            found->second.asked |= asks;
            return {};
        }
        if (status == Status::lost) return errc::lost; // a call in progress may come to that
        violate(line(what, id) + (status == Status::unknown ? ": there is none" : ": it was given back"));
        return errc::released;
    }

    void give_back(int id) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(line("deallocate", id));
        const auto found = entries_.find(id);
        if (found == entries_.end()) return violate(line("deallocate", id) + ": there is none");
        Entry& entry = found->second;
        if (entry.status == Status::given_back) return violate(line("deallocate", id) + ": it was given back");
        if (entry.status == Status::lost) return violate(line("deallocate", id) + ": it was lost");
        if (!(entry.reference ? entry.reference.over() : entry.asked))
            return violate(line("deallocate", id) + ": its session is live");
        entry.status = Status::given_back;
    }

    void bind(int id, Notifier notifier) {
        Reference reference(notifier);
        const std::lock_guard lock(mutex_);
        Entry& entry = entries_[id];
        std::swap(entry.notifier, notifier); // what there was dies after the lock
        std::swap(entry.reference, reference);
    }

    void vanish(int id) {
        const std::lock_guard lock(mutex_);
        entries_[id].status = Status::unknown;
    }

    void violate(std::string what) {
        calls_.push_back("VIOLATION: " + what);
        violations_.push_back(std::move(what));
    }

    static std::string line(const std::string& what, int id) { return what + " " + std::to_string(id); }

    mutable std::mutex mutex_;
    std::map<int, Entry> entries_;
    std::vector<std::string> calls_;
    std::vector<std::string> violations_;
    Clock::time_point now_{};
};

} // namespace wrapup::testing
