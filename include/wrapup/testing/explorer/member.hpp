// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/fiber.hpp>
#include <wrapup/testing/explorer/location.hpp>
#include <wrapup/testing/explorer/vector_clock.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace wrapup::testing::explorer {

class Scheduler;

/// A logical thread, as the scheduler keeps it.
struct Member {
    using Entry = void (*)(void*);
    static constexpr int nobody = -1;

    /// `live` is what runs on the fiber: it calls the entry, again and again.
    explicit Member(void (*live)(void*)) : fiber(live, this) {}

    Scheduler* scheduler = nullptr;
    const char* name = "";
    Entry entry = nullptr;
    void* argument = nullptr;
    Operation pending;     // what it does when it is its turn
    bool notified = false; // since it went to sleep
    std::size_t tried = 0; // so many values of its location, the oldest, it need not read
    int starter = nobody;  // that it goes back to, before its first visible operation
    Threads awaited = 0;   // which it has run
    VectorClock clock;
    Fiber fiber;
};

/// The logical threads of one scheduler. They are taken from those that others of the same system thread have left, since
/// a stack is dear.
///
/// *Lifetime:* gives them back, unless something is left on their stacks; those are kept for ever.
class Crew {
public:
    Crew(Scheduler& scheduler, void (*live)(void*)) : scheduler_(scheduler), live_(live) {}
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;
    ~Crew() {
        for (const auto& member : members_) member->fiber.check_stack();
        if (broken_off_) keep(std::move(members_));
        else std::move(members_.begin(), members_.end(), std::back_inserter(idle()));
    }

    Member& operator[](unsigned thread) {
        while (members_.size() <= thread) add();
        return *members_[thread];
    }
    [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(members_.size()); }

    void restart() {
        for (auto& member : members_) member->fiber.restart();
    }
    /// The execution is over, and not all have come to their ends. What is on their stacks may refer to memory, which is so
    /// reachable for a leak detector, and is not destroyed.
    void break_off() noexcept { broken_off_ = true; }

private:
    using Members = std::vector<std::unique_ptr<Member>>;

    static Members& idle() {
        static thread_local Members members;
        return members;
    }
    static void keep(Members members) {
        static std::mutex mutex;
        static auto& kept = *new std::vector<Members>;
        const std::lock_guard lock(mutex);
        for (auto& member : members) member->fiber.abandon();
        kept.push_back(std::move(members));
    }

    void add() {
        if (idle().empty()) {
            members_.push_back(std::make_unique<Member>(live_));
        } else {
            members_.push_back(std::move(idle().back()));
            idle().pop_back();
        }
        members_.back()->scheduler = &scheduler_;
        members_.back()->clock = {};
    }

    Scheduler& scheduler_;
    void (*live_)(void*);
    Members members_;
    bool broken_off_ = false;
};

} // namespace wrapup::testing::explorer
