// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/choices.hpp>
#include <wrapup/testing/explorer/location.hpp>
#include <wrapup/testing/explorer/scheduler.hpp>
#include <wrapup/testing/explorer/vector_clock.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wrapup::testing::explorer {

/// A scheduler that watches over what its threads do to memory: the happens-before relation, what is alive, what is
/// allocated; and keeps the time.
class Engine : public Scheduler {
public:
    using Scheduler::Scheduler;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() {
        if (violated()) keep(std::move(memory_));
    }

    /// The engine of the execution that this system thread is in; null outside.
    [[nodiscard]] static Engine* current() noexcept { return current_engine; }

    /// Runs the scenario once. @returns whether it came to its end without a violation
    bool execute(Entry scenario, void* argument, bool tracing) {
        locations_ = 0;
        time_ = 0;
        clock_location_ = {};
        clock_location_.kind = "clock";
        clock_location_.alive = true;
        shadows_.clear();
        allocated_.clear();
        memory_.clear();
        Engine* const outer = std::exchange(current_engine, this);
        Scheduler::execute(scenario, argument, tracing);
        current_engine = outer;
        if (!violated() && !allocated_.empty())
            note_violation("leak: " + std::to_string(allocated_.size()) + " allocation(s) are left");
        return !violated();
    }

    /// A choice of who goes on. It returns when the calling thread may make the operation.
    void operate(const Operation& operation) {
        Scheduler::operate(operation);
        for (Location* location : {operation.location, operation.other}) {
            if (!location) continue;
            if (!location->alive) violate("use after destruction of " + name_of(*location));
            location->accessed[running()] = clock()[running()];
            touched(*location, operation.changes);
        }
    }

    // ---- time

    [[nodiscard]] Location& clock_location() noexcept { return clock_location_; }
    [[nodiscard]] std::int64_t time() const noexcept { return time_; }
    void advance_to(std::int64_t time) noexcept { time_ = time > time_ ? time : time_; }

    // ---- what threads synchronize on

    void construct(Location& location, const char* kind) noexcept {
        location.kind = kind;
        location.number = ++locations_;
        location.alive = true;
        location.accessed[running()] = clock()[running()];
    }
    void destroy(Location& location) {
        if (location.number == 0) return;
        if (!location.alive) violate("double destruction of " + name_of(location));
        const unsigned racing = clock().first_unseen(location.accessed);
        if (racing < max_threads)
            violate("race: " + name_of(location) + " is destroyed, and used by " + member(racing).name);
        if (location.owner != Location::nobody) violate(name_of(location) + " is destroyed while it is held");
        if (const Member* const user = about_to_use(location))
            violate(name_of(location) + " is destroyed, and about to be used by " + user->name);
        location.alive = false;
    }

    // ---- plain memory

    void construct(Shadow& shadow) noexcept {
        shadow.alive = true;
        shadow.written[running()] = clock()[running()];
    }
    void read(Shadow& shadow) {
        check_order(shadow.alive, shadow.written, "read", "written");
        shadow.read[running()] = clock()[running()];
    }
    void write(Shadow& shadow) {
        check_order(shadow.alive, shadow.written, "written", "written");
        check_order(shadow.alive, shadow.read, "written", "read");
        shadow.written = {};
        shadow.written[running()] = clock()[running()];
        shadow.read = {};
    }
    void destroy(Shadow& shadow) {
        write(shadow);
        shadow.alive = false;
    }
    Shadow& shadow_of(const void* address) {
        Shadow& shadow = shadows_[address];
        shadow.alive = true;
        return shadow;
    }

    // ---- what is allocated

    void* allocate(std::size_t size) {
        if (mishap(left().failing_allocations)) {
            tell("allocation fails");
            return nullptr;
        }
        memory_.push_back(std::make_unique<Block[]>((size + sizeof(Block) - 1) / sizeof(Block)));
        allocated_.push_back(memory_.back().get());
        return memory_.back().get();
    }
    /// The memory is kept until the end of the execution, so that its use is seen.
    void deallocate(void* memory) {
        for (auto& allocated : allocated_) {
            if (allocated != memory) continue;
            allocated = allocated_.back();
            allocated_.pop_back();
            return;
        }
        violate("double free, or a free of what was not allocated");
    }

private:
    struct alignas(64) Block {
        unsigned char bytes[64];
    };
    using Memory = std::vector<std::unique_ptr<Block[]>>;

    // What an execution that was broken off has left may refer to more, as its stacks do.
    static void keep(Memory memory) {
        static std::mutex mutex;
        static auto& kept = *new std::vector<Memory>;
        const std::lock_guard lock(mutex);
        kept.push_back(std::move(memory));
    }

    void check_order(bool alive, const VectorClock& before, const char* now, const char* then) {
        if (!alive) violate(std::string("plain memory is ") + now + " after its destruction");
        const unsigned racing = clock().first_unseen(before);
        if (racing < max_threads)
            violate(std::string("race: plain memory is ") + now + ", and " + then + " by " + member(racing).name);
    }

    static inline thread_local constinit Engine* current_engine = nullptr;

    std::uint32_t locations_ = 0;
    Location clock_location_;
    std::int64_t time_ = 0;
    std::unordered_map<const void*, Shadow> shadows_;
    Memory memory_;
    std::vector<void*> allocated_;
};

} // namespace wrapup::testing::explorer
