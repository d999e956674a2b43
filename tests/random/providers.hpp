// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>

#include "stage.hpp"

#include <chrono>
#include <cstdint>
#include <system_error>
#include <utility>

// Providers whose service is the world that a history is played in. They record what they are called for, and do and answer
// what the history has planned.
namespace histories {

using Cause = std::uint8_t;
enum class Reason : std::uint8_t {};

inline std::error_code refusal(std::uint32_t answer) noexcept {
    return answer == none ? std::error_code() : std::error_code(static_cast<int>(answer), std::generic_category());
}

// The clock of a world: how much has happened in it.
struct Clock {
    using duration = std::chrono::duration<std::int64_t>;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
};

// Each knows whose session it belongs to, so that one that is called for another's is found out; and as each session keeps
// one, the memory of those that are gone is known to be gone.
template <class World>
class Attached {
public:
    using Identifier = int;

    Attached() noexcept : world_(nullptr), session_(nobody) {} // of an empty inline session
    Attached(World& world, Number session) noexcept : world_(&world), session_(session) {
        world_->provider_made(session);
    }
    Attached(Attached&& other) noexcept
        : world_(std::exchange(other.world_, nullptr)), session_(std::exchange(other.session_, nobody)) {}
    Attached& operator=(Attached&&) = delete;
    ~Attached() {
        if (session_ != nobody) world_->provider_gone(session_);
    }

    void deallocate(int id) noexcept { world().on_deallocate(session_, id); }

    [[nodiscard]] Number session() const noexcept { return session_; }
    [[nodiscard]] int asked(int id) noexcept { return world().on_ask(session_, id); }

protected:
    [[nodiscard]] World& world() const noexcept { return *world_; }
    void tell(const wrapup::Transition& transition) noexcept {
        if (world_) world_->on_trace(session_, transition);
    }

private:
    World* world_;
    Number session_;
};

// What a provider can do besides, where it can do everything but notify, trace, and wait.
template <class World>
class Able : public Attached<World> {
public:
    using Reason = histories::Reason;
    using Attached<World>::Attached;

    std::error_code drop(int id) noexcept {
        return refusal(this->world().on_drop(this->session(), id, 0) ? drop_refused : none);
    }
    std::error_code drop(int id, Reason reason) noexcept {
        return refusal(this->world().on_drop(this->session(), id, static_cast<std::uint8_t>(reason)) ? drop_refused
                                                                                                     : none);
    }
    std::error_code abort(int id) noexcept {
        return refusal(this->world().on_abort(this->session(), id) ? abort_refused : none);
    }
    std::uint32_t snapshot(int id) noexcept { return this->world().on_snapshot(this->session(), id); }
    [[nodiscard]] Clock::time_point now() const noexcept {
        return Clock::time_point(Clock::duration(this->world().now()));
    }
};

template <class World>
class Quiet : public Able<World> {
public:
    using Cause = histories::Cause;
    using Able<World>::Able;

    int open(std::error_code& error, wrapup::Notifier<Cause> notifier, std::uint32_t outcome) {
        error = refusal(outcome);
        return this->world().on_open(this->session(), std::move(notifier), outcome);
    }
    void watch(int id, wrapup::Notifier<Cause> notifier) noexcept {
        this->world().on_watch(this->session(), id, std::move(notifier));
    }
    template <class Done>
    void wait(Clock::time_point, Done done) noexcept {
        this->world().on_wait(this->session(), done());
    }
};

template <class World>
class Full : public Quiet<World> {
public:
    using Quiet<World>::Quiet;

    void trace(const wrapup::Transition& transition) noexcept { this->tell(transition); }
};

template <class World>
class Bare : public Attached<World> {
public:
    using Attached<World>::Attached;

    void drop(int id) noexcept { this->world().on_drop(this->session(), id, 0); }
    int open(std::error_code& error, wrapup::Notifier<void> notifier, std::uint32_t outcome) {
        error = refusal(outcome);
        return this->world().on_open(this->session(), std::move(notifier), outcome);
    }
    void watch(int id, wrapup::Notifier<void> notifier) noexcept {
        this->world().on_watch(this->session(), id, std::move(notifier));
    }
};

// Providers of inline sessions.
template <class World>
class InlineFull : public Able<World> {
public:
    using Able<World>::Able;

    int open(std::error_code& error, std::uint32_t outcome) {
        error = refusal(outcome);
        return this->world().on_open(this->session(), outcome);
    }
    void trace(const wrapup::Transition& transition) noexcept { this->tell(transition); }
};

template <class World>
class InlineBare : public Attached<World> {
public:
    using Attached<World>::Attached;

    void drop(int id) noexcept { this->world().on_drop(this->session(), id, 0); }
    int open(std::error_code& error, std::uint32_t outcome) {
        error = refusal(outcome);
        return this->world().on_open(this->session(), outcome);
    }
};

} // namespace histories
