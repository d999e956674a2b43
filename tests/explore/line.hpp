// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/testing/explorer.hpp>
#include <wrapup/wait.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

// A service with one session, whose provider answers in every way that it can, and the books of what was done to it.
namespace scenarios {

namespace ex = wrapup::testing::explorer;

using Number = ex::Plain<int>;
using wrapup::Origin;
using wrapup::Phase;

inline const std::error_code refusal = make_error_code(std::errc::device_or_resource_busy);

// What the values mean that travel through a termination.
inline constexpr int the_identifier = 1;
inline constexpr int the_reason = 5;
inline constexpr int the_counters = 7;
inline constexpr int of_an_answer = 11;
inline constexpr int of_the_remote = 12;
inline constexpr int of_the_service = 13;

// What may go wrong in a scenario, and what its actors do that this depends on.
struct Rules {
    // Which calls of a provider that fails do so.
    enum class Wrong : std::uint8_t { any, of_watch, once_begun };

    unsigned whims = 0;       // so many times the provider answers otherwise than by accepting
    unsigned faults = 0;      // so many calls of one that fails go wrong
    Wrong wrong = Wrong::any; // these
    bool can_be_lost = false; // an actor may void the identifier
    bool alone = false;       // an actor has the owner's handle for its own
    bool delivers = false;    // an actor lets happen what was put off
};

template <class Backend>
struct Service {
    explicit Service(const Rules& rules = {}) : whims(rules.whims), can_be_lost(rules.can_be_lost) {}

    // What the identifier stands for: every use reads it, and giving it back destroys it. So a use beside the deallocation,
    // before or after it, is a race, whatever the order of the steps.
    std::optional<Number> object{the_identifier};
    wrapup::Notifier<Number, Backend> notifier;

    unsigned whims;
    bool can_be_lost;
    bool voided = false; // it was lost, and no deallocation had begun
    // What else happens, once, while a member of the provider is in progress.
    std::function<void()> in_open, in_watch, in_drop, in_query;
    int drops = 0, refusals = 0, aborts = 0, abort_refusals = 0, retractions = 0;
    int snapshots = 0, deallocations = 0;
    int claims = 0, withdrawals = 0, publications = 0, requests = 0; // as they are traced

    static void once(std::function<void()>& action) {
        if (const auto now = std::exchange(action, {})) now();
    }
    unsigned whim(unsigned answers) {
        if (whims == 0) return 0;
        const unsigned answer = ex::pick(answers);
        if (answer != 0) --whims;
        return answer;
    }
    void use(const Number& id, const char* when_gone) {
        if (!object) ex::check(false, when_gone);
        ex::check(object->get() == id.get(), "the provider is called with the session's identifier");
    }

    // Who says what the other side does.
    [[nodiscard]] const auto* remote() const { return &notifier; }
    // How many answers have left less standing than was asked for.
    [[nodiscard]] int withdrawn() const { return refusals + abort_refusals + retractions; }

    // What a service of a provider that fails has to do, and to say, besides.
    template <class CallBack>
    void begun(CallBack) {}
    void deliver() {}
    void end() {}
    [[nodiscard]] bool was_never_watched() const { return false; }
};

// Every capability but waiting and tracing.
template <class B>
struct Line {
    using Backend = B;
    using Served = Service<Backend>;
    using Identifier = Number;
    using Cause = Number;
    using Reason = Number;

    Service<Backend>* service;

    explicit Line(Service<Backend>* s) noexcept : service(s) {}

    Number open(std::error_code& error, wrapup::Notifier<Number, Backend> notifier) noexcept {
        service->notifier = std::move(notifier);
        Service<Backend>::once(service->in_open);
        if (service->whim(2) == 0) return the_identifier;
        error = refusal;
        service->object.reset();
        return {};
    }
    void watch(const Number& id, wrapup::Notifier<Number, Backend> notifier) noexcept {
        service->use(id, "watch: the identifier is gone");
        service->notifier = std::move(notifier);
        Service<Backend>::once(service->in_watch);
    }
    std::error_code drop(const Number& id) noexcept {
        service->use(id, "drop: the identifier is gone");
        ++service->drops;
        Service<Backend>::once(service->in_drop);
        return answer(id);
    }
    std::error_code drop(const Number& id, const Number& reason) noexcept {
        ex::check(reason.get() == the_reason, "the provider is told the reason");
        return drop(id);
    }
    std::error_code abort(const Number& id) noexcept {
        service->use(id, "abort: the identifier is gone");
        ++service->aborts;
        switch (service->whim(3)) {
        case 1: ++service->abort_refusals; return refusal;
        case 2: service->notifier.terminated(Number(of_an_answer)); break;
        default: break;
        }
        return {};
    }
    Number snapshot(const Number& id) noexcept {
        service->use(id, "snapshot: the identifier is gone");
        ++service->snapshots;
        return the_counters;
    }
    void deallocate(const Number& id) noexcept {
        service->use(id, "deallocate: the identifier is gone");
        service->object.reset();
        ++service->deallocations;
    }

    int ask(const Number& id) const noexcept {
        Service<Backend>::once(service->in_query);
        service->use(id, "query: the identifier is gone");
        return the_identifier;
    }

private:
    std::error_code answer(const Number& id) noexcept {
        switch (service->whim(5)) {
        case 1: ++service->refusals; return refusal;
        case 2: // confirmed before it returns
            service->notifier.terminated(Number(of_an_answer));
            return {};
        case 3: // refused, since the other side was faster
            ++service->refusals;
            service->notifier.terminated(Origin::remote, Number(of_the_remote));
            return refusal;
        case 4: // accepted, taken back, and still in the call
            ++service->retractions;
            service->notifier.refused(refusal);
            service->use(id, "drop: the identifier is gone before it has returned");
            return {};
        default: return {};
        }
    }
};

// Whether it is one whose calls go wrong, as in failing_line.hpp.
template <class L>
inline constexpr bool fails = !std::is_same_v<typename L::Served, Service<typename L::Backend>>;

// The same, and it is told of the transitions, which takes steps of its own.
template <class B>
struct TracingLine : Line<B> {
    using Line<B>::Line;

    void trace(const wrapup::Transition& transition) noexcept {
        auto& books = *this->service;
        const bool asks = transition.from == Phase::active || (transition.superseded && !transition.refusal);
        if (asks && transition.origin == Origin::user) ++books.requests;
        if (transition.from == transition.to) return;
        if (transition.to == Phase::active) ++books.withdrawals;
        else if (transition.from == Phase::active) ++books.claims;
        else if (transition.from == Phase::terminating) ++books.publications;
    }
};

} // namespace scenarios
