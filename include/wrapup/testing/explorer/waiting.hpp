// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/explorer/engine.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>

namespace wrapup::testing::explorer {

/// A mutex. Where another thread holds it, its `lock` is not among the steps to choose from.
class Mutex {
public:
    Mutex() noexcept {
        if (Engine* const engine = Engine::current()) engine->construct(location_, "mutex");
    }
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;
    ~Mutex() {
        if (Engine* const engine = Engine::current()) engine->destroy(location_);
    }

    void lock() {
        Engine* const engine = Engine::current();
        if (!engine) return;
        if (location_.owner == static_cast<int>(engine->running())) engine->violate("a mutex is locked that is held");
        engine->operate({.name = "lock", .location = &location_, .changes = true, .needs = Operation::Needs::mutex});
        if (engine->tracing()) engine->tell(name_of(location_) + " lock");
        location_.owner = static_cast<int>(engine->running());
        engine->clock().join(location_.released);
        engine->done();
    }

    /// Not a step of its own, but part of the one before: until it is unlocked, nobody can do anything with it, so that
    /// nothing that comes between makes a difference.
    void unlock() {
        Engine* const engine = Engine::current();
        if (!engine) return;
        if (location_.owner != static_cast<int>(engine->running()) && location_.owner != Location::anybody)
            engine->violate("a mutex is unlocked that is not held");
        if (engine->tracing()) engine->tell(name_of(location_) + " unlock");
        location_.owner = Location::nobody;
        location_.released = engine->clock();
        location_.accessed[engine->running()] = engine->clock()[engine->running()];
        engine->done();
    }

protected:
    explicit Mutex(int owner) noexcept : Mutex() { location_.owner = owner; }

private:
    Location location_;
};

/// A word that one thread at a time has, from `lock` to `unlock`, in which it is given another value. It is locked until
/// `unlock` is called for the first time.
class LockedWord {
public:
    using Value = std::uintptr_t;

    Value lock() {
        mutex_.lock();
        return value_;
    }
    void unlock(Value value) {
        value_ = value;
        mutex_.unlock();
    }

private:
    struct Locked : Mutex {
        Locked() : Mutex(Location::anybody) {}
    };
    Locked mutex_;
    Value value_ = 0;
};

/// A clock that stands still until a wait with a deadline times out.
struct Clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;

    static time_point now() {
        Engine* const engine = Engine::current();
        if (!engine) return {};
        engine->operate({.name = "now", .location = &engine->clock_location()});
        engine->done();
        return time_point(duration(engine->time()));
    }
};

/// A condition variable. A wait with a deadline may time out at any moment, and the clock is then set to it.
class ConditionVariable {
public:
    ConditionVariable() noexcept {
        if (Engine* const engine = Engine::current()) engine->construct(location_, "condition variable");
    }
    ConditionVariable(const ConditionVariable&) = delete;
    ConditionVariable& operator=(const ConditionVariable&) = delete;
    ~ConditionVariable() {
        if (Engine* const engine = Engine::current()) engine->destroy(location_);
    }

    void notify_one() { notify(false); }
    void notify_all() { notify(true); }

    template <class Predicate>
    void wait(std::unique_lock<Mutex>& lock, Predicate predicate) {
        while (!predicate()) sleep(lock, nullptr);
    }
    template <class Predicate>
    bool wait_until(std::unique_lock<Mutex>& lock, Clock::time_point deadline, Predicate predicate) {
        while (!predicate())
            if (!sleep(lock, &deadline)) return predicate();
        return true;
    }

private:
    // Whether it was woken; otherwise it is late. Outside of an execution it is late at once, or nobody will ever wake it.
    bool sleep(std::unique_lock<Mutex>& lock, const Clock::time_point* deadline) {
        Engine* const engine = Engine::current();
        if (!engine && !deadline) std::abort();
        if (!engine) return false;
        engine->operate({.name = "wait", .location = &location_, .changes = true});
        if (engine->tracing()) engine->tell(name_of(location_) + (deadline ? " wait_until" : " wait"));
        engine->done();
        engine->sleep(location_);
        lock.unlock();
        bool woken = true;
        if (engine->mishap(engine->left().spurious_wake_ups)) {
            engine->notified(location_);
        } else {
            const std::string name = engine->tracing() ? name_of(location_) : std::string();
            engine->operate(
                {.name = "wait",
                 .location = &location_,
                 .other = deadline ? &engine->clock_location() : nullptr,
                 .changes = true,
                 .needs = deadline ? Operation::Needs::notification_or_time : Operation::Needs::notification});
            woken = engine->notified(location_);
            if (!woken) engine->advance_to(deadline->time_since_epoch().count());
            if (engine->tracing()) engine->tell(name + (woken ? " woken" : " timed out"));
            engine->done();
        }
        lock.lock();
        return woken;
    }
    void notify(bool all) {
        Engine* const engine = Engine::current();
        if (!engine) return;
        engine->operate({.name = "notify", .location = &location_, .changes = true});
        if (engine->tracing()) engine->tell(name_of(location_) + " notify");
        engine->notify(location_, all, false);
        engine->done();
    }

    Location location_;
};

} // namespace wrapup::testing::explorer
