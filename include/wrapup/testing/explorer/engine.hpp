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
        clock_location_.life = execution_ = ++executions;
        shadows_.clear();
        allocated_.clear();
        memory_.clear();
        Engine* const outer = std::exchange(current_engine, this);
        Scheduler::execute(scenario, argument, tracing);
        current_engine = outer;
        if (!violated() && choices().unfinished()) note_violation(choices().why_astray());
        if (!violated() && !allocated_.empty())
            note_violation("leak: " + std::to_string(allocated_.size()) + " allocation(s) are left");
        return !violated();
    }

    /// A choice of who goes on. It returns when the calling thread may make the operation.
    void operate(const Operation& operation) {
        Scheduler::operate(operation);
        for (Location* location : {current_operation().location, current_operation().other}) {
            if (!location) continue;
            location = unknown(location);
            if (location->life != execution_) violate(operation.name + (" " + not_alive(*location)));
            if (!clock().sees(location->maker, location->made))
                violate("race: " + name_of(*location) + " is used, and constructed by " + member(location->maker).name);
            location->accessed[running()] = clock()[running()];
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
        location.life = execution_;
        location.maker = running();
        location.made = clock()[running()];
        location.accessed[running()] = clock()[running()];
    }
    void destroy(Location& object) {
        Location& location = *unknown(&object);
        if (location.life == unborn) return; // it was constructed outside of any execution
        if (location.life == ended) violate("double destruction of " + name_of(location));
        if (location.life != execution_) violate("destruction " + not_alive(location));
        const unsigned racing = clock().first_unseen(location.accessed);
        if (racing < max_threads)
            violate("race: " + name_of(location) + " is destroyed, and used by " + member(racing).name);
        if (location.owner >= 0) violate(name_of(location) + " is destroyed while it is held");
        if (const Member* const user = about_to_use(location))
            violate(name_of(location) + " is destroyed, and about to be used by " + user->name);
        location.life = ended;
    }

    // ---- plain memory

    void construct(Shadow& shadow) noexcept {
        shadow.life = execution_;
        shadow.written[running()] = clock()[running()];
    }
    void read(Shadow& memory) {
        Shadow& shadow = *unknown(&memory);
        check_order(shadow.life, shadow.written, "read", "written");
        shadow.read[running()] = clock()[running()];
    }
    void write(Shadow& memory) {
        Shadow& shadow = *unknown(&memory);
        check_order(shadow.life, shadow.written, "written", "written");
        check_order(shadow.life, shadow.read, "written", "read");
        shadow.written = {};
        shadow.written[running()] = clock()[running()];
        shadow.read = {};
    }
    void destroy(Shadow& memory) {
        Shadow& shadow = *unknown(&memory);
        if (shadow.life == unborn) return; // it was constructed outside of any execution
        check_order(shadow.life, shadow.written, "destroyed", "written");
        check_order(shadow.life, shadow.read, "destroyed", "read");
        shadow.life = ended;
    }
    /// Of memory that has nothing of its own to be watched by.
    Shadow& shadow_of(const void* address) {
        Shadow& shadow = shadows_[address];
        shadow.life = execution_;
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

    // What a destructor writes into its object, and what is read from one that was destroyed, is of no account to a compiler
    // that knows so: it leaves out the one, and invents the other. It does not know where this points.
    template <class T>
    static T* unknown(T* memory) noexcept {
        asm("" : "+r"(memory));
        return memory;
    }

    static std::string not_alive(const Location& location) {
        if (location.life == ended) return "after destruction of " + name_of(location);
        return location.life == unborn ? "of what is not constructed, or was outside of the execution"
                                       : "of what belongs to another execution";
    }
    void check_order(Life life, const VectorClock& before, const char* now, const char* then) {
        if (life != execution_)
            violate(std::string("plain memory is ") + now +
                    (life == ended    ? " after its destruction"
                     : life == unborn ? ", and not constructed, or was outside of the execution"
                                      : ", and belongs to another execution"));
        const unsigned racing = clock().first_unseen(before);
        if (racing < max_threads)
            violate(std::string("race: plain memory is ") + now + ", and " + then + " by " + member(racing).name);
    }

    static inline thread_local constinit Engine* current_engine = nullptr;

    static inline thread_local constinit Life executions = unborn;

    Life execution_ = unborn;
    std::uint32_t locations_ = 0;
    Location clock_location_;
    std::int64_t time_ = 0;
    std::unordered_map<const void*, Shadow> shadows_;
    Memory memory_;
    std::vector<void*> allocated_;
};

} // namespace wrapup::testing::explorer
