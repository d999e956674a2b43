// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/origin.hpp>
#include <wrapup/phase.hpp>

#include "history.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

// What the library and the model of it have in common: a stage on which a history is played, and a record of everything
// that can be observed there. Which of them a world is shows in what it does when it is told to drop, and whom it calls.
namespace histories {

using wrapup::Origin;
using wrapup::Phase;

// The number of a session, from 1, in the order in which they were begun. It is the identifier too.
using Number = std::uint8_t;
inline constexpr Number nobody = 0;

// What the library calls. For each a history may plan what it answers and what happens in it.
enum class Call : std::uint8_t { drop, abort, snapshot, deallocate, trace, begin, observer, use };
inline constexpr unsigned calls = 8;

// What is written down.
enum class What : std::uint8_t {
    drop,
    drop_for,
    abort,
    snapshot,
    deallocate,
    trace,
    watch,
    open,
    observer,
    ask,
    wait,
    answer, // what a verb returned
    look
};

constexpr const char* to_string(What what) noexcept {
    constexpr std::array<const char*, 13> names{"provider: drop",
                                                "provider: drop, reason",
                                                "provider: abort",
                                                "provider: snapshot",
                                                "provider: deallocate",
                                                "provider: trace",
                                                "provider: watch",
                                                "provider: open",
                                                "callback",
                                                "question",
                                                "provider: wait",
                                                "answer",
                                                "seen"};
    return names[static_cast<std::size_t>(what)];
}

struct Event {
    What what{};
    Number session = nobody;
    std::uint32_t detail = 0;
    friend bool operator==(const Event&, const Event&) = default;
};

// What answers are written down as. Errors of the provider are numbers below 100.
enum Answer : std::uint32_t {
    none = 0,
    drop_refused = 1,
    abort_refused = 2,
    taken_back = 3, // by the notice `refused`
    not_opened = 4,
    open_threw = 5,
    no_memory = 6,
    released = 101, // as in wrapup::errc
    lost_with_service = 102,
    yes = 200,
    no = 201
};

// What a provider can do, and so what the model does.
struct Abilities {
    bool traces, aborts, takes_reasons, reports_causes, snapshots, timed, refuses, notifies;
};

// A transition as it is traced, and a termination, in numbers. 0 is an absent reason, cause or counter.
struct Traced {
    Phase from, to;
    Origin origin;
    bool superseded;
    std::uint32_t refusal;
    unsigned where;

    [[nodiscard]] std::uint32_t detail() const noexcept {
        return static_cast<std::uint32_t>(from) | static_cast<std::uint32_t>(to) << 2 |
               static_cast<std::uint32_t>(origin) << 4 | std::uint32_t{superseded} << 6 | refusal << 7 | where << 16;
    }
};

struct Record {
    std::uint64_t what = static_cast<std::uint64_t>(Phase::released); // in one word, as it is compared after each step
    std::uint32_t began = 0;
    std::uint32_t ended = 0;

    static constexpr std::uint64_t over = 1u << 2;
    static constexpr std::uint64_t contested = 1u << 5;
    static constexpr std::uint64_t abandoned = 1u << 6;

    static Record of(Phase phase) noexcept { return {static_cast<std::uint64_t>(phase)}; }
    static Record of(Phase phase, Origin origin, std::uint64_t flags, std::uint64_t reason, std::uint64_t cause,
                     std::uint64_t statistics, std::uint32_t began, std::uint32_t ended) noexcept {
        return {static_cast<std::uint64_t>(phase) | over | static_cast<std::uint64_t>(origin) << 3 | flags |
                    reason << 8 | cause << 16 | statistics << 32,
                began, ended};
    }
    [[nodiscard]] Record in(Phase phase) const noexcept {
        return {(what & ~std::uint64_t{3}) | static_cast<std::uint64_t>(phase), began, ended};
    }

    // All but the counters and the times.
    [[nodiscard]] std::uint32_t detail() const noexcept { return static_cast<std::uint32_t>(what); }

    friend bool operator==(const Record&, const Record&) = default;
};

// For people: what `Record::detail` has in it.
inline void print_detail(std::uint32_t detail) {
    std::fprintf(stderr, "%s", wrapup::to_string(static_cast<Phase>(detail & 3)));
    if ((detail & Record::over) == 0) return;
    std::fprintf(stderr, ", over: %s%s%s, reason %u, cause %u", wrapup::to_string(static_cast<Origin>(detail >> 3 & 3)),
                 detail & Record::contested ? ", contested" : "", detail & Record::abandoned ? ", abandoned" : "",
                 detail >> 8 & 255, detail >> 16 & 255);
}

template <class World>
class Stage {
public:
    static constexpr std::size_t max_events = 256;

    void begin(const History& history, bool narrated) noexcept {
        history_ = &history;
        narrated_ = narrated;
        count_ = 0;
        time_ = 0;
        written_ = 0;
        plans_ = {};
        self().clear();
    }

    // Performs a step, and what is planned to happen inside it. Returns the one that comes next.
    std::size_t play(std::size_t at) noexcept {
        written_ = 0;
        ++time_;
        perform(at);
        return at + width(at);
    }

    // Ends what is left, all slots of one sort in a step: the service's part first, or last. Returns whether there was
    // something to do in this step.
    bool finish(unsigned at) noexcept {
        constexpr unsigned sorts = 5;
        if (at >= sorts) return false;
        written_ = 0;
        plans_ = {};
        const unsigned sort = history_->service_goes_first() ? (at + sorts - 1) % sorts : at;
        if (narrated_) std::fprintf(stderr, "   everybody goes: %u of %u\n", sort, sorts);
        World& world = self();
        for (unsigned slot = 0; sort == 0 && slot < callbacks; ++slot) world.remove_callback(slot);
        for (unsigned slot = 0; sort == 1 && slot < leases; ++slot) world.return_lease(slot);
        for (unsigned slot = 0; sort == 2 && slot < handles; ++slot) world.destroy(slot, 0);
        for (unsigned slot = 0; sort == 3 && slot < controllers; ++slot) world.drop_controller(slot);
        for (unsigned slot = 1; sort == 4 && slot <= count_; ++slot) world.drop_notifier(static_cast<Number>(slot), 0);
        return true;
    }

    [[nodiscard]] std::size_t written() const noexcept { return written_; }
    [[nodiscard]] const Event& event(std::size_t at) const noexcept { return events_[at]; }

    [[nodiscard]] unsigned count() const noexcept { return count_; }

    void tell(const Event& event) const {
        indent();
        std::fprintf(stderr, "   -> %s", to_string(event.what));
        if (event.session != nobody)
            std::fprintf(stderr, ", %s %d", event.what == What::observer ? "slot" : "session", event.session);
        if (event.what == What::trace) {
            std::fprintf(stderr, ": %s to %s, %s%s, refusal %u, asked for by %s",
                         wrapup::to_string(static_cast<Phase>(event.detail & 3)),
                         wrapup::to_string(static_cast<Phase>(event.detail >> 2 & 3)),
                         wrapup::to_string(static_cast<Origin>(event.detail >> 4 & 3)),
                         event.detail >> 6 & 1 ? ", superseded" : "", event.detail >> 7 & 255,
                         event.detail >> 16 ? to_string(static_cast<Verb>((event.detail >> 16) - 1)) : "nobody");
        } else if (event.what == What::look || event.what == What::observer) {
            std::fputs(": ", stderr);
            print_detail(event.detail);
        } else if (event.detail != 0) {
            std::fprintf(stderr, ": %u", event.detail);
        }
        std::fputc('\n', stderr);
    }

protected:
    ~Stage() = default;

    void note(What what, Number session, std::uint32_t detail = 0) noexcept {
        ++time_;
        if (written_ == max_events) std::abort(); // a history of so few steps has no such step
        events_[written_++] = {what, session, detail};
        if (narrated_) tell(events_[written_ - 1]);
    }

    // The library calls. Returns whether the answer is to be a refusal; what is planned to happen inside has happened.
    bool called(Call call, What what, Number session, std::uint32_t detail = 0) noexcept {
        note(what, session, detail);
        Plan& plan = plans_[session][static_cast<std::size_t>(call)];
        if (!plan.made) return false;
        if (plan.skipped > 0) {
            --plan.skipped;
            return false;
        }
        const bool refuses = plan.refusals > 0;
        if (refuses) --plan.refusals;
        if (plan.steps > 0) {
            ++depth_;
            std::size_t at = plan.step;
            for (unsigned steps = std::exchange(plan.steps, std::uint8_t{0}); steps > 0 && at < history_->size;
                 --steps) {
                perform(at);
                at += width(at);
            }
            --depth_;
        }
        return refuses;
    }

    // Where a session begins that may turn out to be none. Nobody where there are too many already.
    Number next_number() noexcept { return count_ < max_sessions ? ++count_ : nobody; }

    [[nodiscard]] std::uint32_t time() const noexcept { return time_; }

private:
    struct Plan {
        bool made = false;
        std::uint8_t step = 0; // and so many from there
        std::uint8_t steps = 0;
        std::uint8_t refusals = 0;
        std::uint8_t skipped = 0;
    };

    World& self() noexcept { return static_cast<World&>(*this); }

    // How many of the steps that follow a plan happen inside the call, each with what it plans itself.
    [[nodiscard]] unsigned planned_steps(std::size_t at) const noexcept {
        const unsigned how = history_->steps[at].how;
        // An inline session is not to be used inside its own provider's calls.
        if (history_->kind() >= Kind::inline_full || history_->verb(at) != Verb::plan || (how & 128) == 0) return 0;
        return static_cast<Call>(how & 7) == Call::trace ? 1 : 1 + (how >> 5 & 3);
    }
    [[nodiscard]] std::size_t width(std::size_t at) const noexcept {
        std::size_t width = 1;
        for (std::size_t inside = planned_steps(at); inside > 0 && at + width < history_->size; --inside)
            width += this->width(at + width);
        return width;
    }

    void perform(std::size_t at) noexcept {
        const Step step = history_->steps[at];
        const unsigned who = step.who;
        const unsigned how = step.how;
        const auto verb = history_->verb(at);
        const auto number = static_cast<Number>(count_ == 0 ? nobody : 1 + who % count_);
        if (narrated_) tell(at, verb, step, number);
        World& world = self();
        switch (verb) {
        case Verb::adopt: return world.adopt(who % handles, how % 32 == 31);
        case Verb::open: return world.open(who % handles, how % 16);
        case Verb::drop: return world.drop(who % handles);
        case Verb::disconnect: return world.disconnect(who % handles, reason(how));
        case Verb::abort: return world.abort(who % handles);
        case Verb::release: return world.release(who % handles);
        case Verb::destroy: return world.destroy(who % handles, how % 2);
        case Verb::move: return world.move(who % handles, how % handles, how / 4 % 2 == 1);
        case Verb::detach: return world.detach(who % handles);
        case Verb::ask: return world.ask(who % (handles + controllers), how % 32);
        case Verb::id: return world.id(who % handles);
        case Verb::wait: return world.wait(who % (handles + controllers));
        case Verb::look: return world.look(who % (handles + controllers));
        case Verb::control: return world.control(who % controllers, how % handles);
        case Verb::copy_controller:
            return world.copy_controller(who % controllers, how % controllers, how / 4 % 2 == 1);
        case Verb::drop_controller: return world.drop_controller(who % controllers);
        case Verb::drop_by_controller: return world.drop_by_controller(who % controllers);
        case Verb::disconnect_by_controller: return world.disconnect_by_controller(who % controllers, reason(how));
        case Verb::abort_by_controller: return world.abort_by_controller(who % controllers);
        case Verb::lease: return world.lease(who % leases, how % controllers);
        case Verb::return_lease: return world.return_lease(who % leases);
        case Verb::move_lease: return world.move_lease(who % leases, how % leases);
        case Verb::add_callback: return world.add_callback(who % callbacks, how % (handles + controllers));
        case Verb::remove_callback: return world.remove_callback(who % callbacks);
        case Verb::terminating: return world.terminating(number, how % 8, cause(how));
        case Verb::terminated: return world.terminated(number, how % 8, cause(how));
        case Verb::refused: return world.refused(number);
        case Verb::lost: return world.lost(number, cause(how));
        case Verb::drop_notifier: return world.drop_notifier(number, how % 2);
        case Verb::move_notifier:
            return world.move_notifier(number, count_ ? static_cast<Number>(1 + how % count_) : nobody);
        case Verb::plan: {
            plans_[planned_for(step)][how & 7] = {true, static_cast<std::uint8_t>(at + 1),
                                                  static_cast<std::uint8_t>(planned_steps(at)),
                                                  static_cast<std::uint8_t>(how >> 3 & 3), skipped_by(step)};
            return;
        }
        }
    }

    // For which session; the next one to begin is one of them. A callback's plan belongs to its slot.
    [[nodiscard]] unsigned planned_for(Step step) const noexcept {
        if (static_cast<Call>(step.how & 7) == Call::observer) return 1 + step.who % callbacks;
        return 1 + step.who % (count_ < max_sessions ? count_ + 1u : count_);
    }
    // Of the many traces, a later one may be meant.
    static std::uint8_t skipped_by(Step step) noexcept {
        return static_cast<Call>(step.how & 7) == Call::trace ? step.how >> 5 & 3 : 0;
    }
    static std::uint8_t reason(unsigned how) noexcept { return static_cast<std::uint8_t>(1 + how % 200); }
    static std::uint8_t cause(unsigned how) noexcept { return static_cast<std::uint8_t>(how >> 4); }

    // ---- for people

    void indent() const {
        for (unsigned i = 0; i < 2 * depth_ + 2; ++i) std::fputc(' ', stderr);
    }
    void tell(std::size_t at, Verb verb, Step step, Number number) const {
        indent();
        std::fprintf(stderr, "%2zu %s (who %d, how %d", at, to_string(verb), step.who, step.how);
        if (verb >= Verb::terminating && verb < Verb::plan) std::fprintf(stderr, ", notifier %d", number);
        if (verb == Verb::plan) {
            constexpr std::array<const char*, calls> names{"drop",  "abort",         "snapshot", "deallocate",
                                                           "trace", "watch or open", "callback", "question or wait"};
            std::fprintf(stderr, ", of %u: in %s", planned_for(step), names[step.how & 7]);
            if (skipped_by(step) > 0) std::fprintf(stderr, ", after %d", skipped_by(step));
            if (step.how >> 3 & 3) std::fprintf(stderr, ", refuse %d", step.how >> 3 & 3);
            if (const unsigned steps = planned_steps(at)) std::fprintf(stderr, ", the next %u steps happen", steps);
        }
        std::fputs(")\n", stderr);
    }
    const History* history_ = nullptr;
    bool narrated_ = false;
    Number count_ = 0;
    unsigned depth_ = 0;
    std::uint32_t time_ = 0;
    std::size_t written_ = 0;
    std::array<std::array<Plan, calls>, max_sessions + 1> plans_{};
    std::array<Event, max_events> events_{};
};

// What was called and answered in a step.
template <class World, class Model>
bool same_events(const World& world, const Model& model) noexcept {
    if (world.written() != model.written()) return false;
    for (std::size_t i = 0; i < world.written(); ++i)
        if (world.event(i) != model.event(i)) return false;
    return true;
}

// All that can be seen after a step.
template <class World, class Model>
bool same_sight(const World& world, const Model& model) noexcept {
    for (unsigned h = 0; h < handles; ++h)
        if (world.handle(h) != model.handle(h)) return false;
    for (unsigned c = 0; c < controllers; ++c)
        if (world.controller(c) != model.controller(c)) return false;
    for (unsigned l = 0; l < leases; ++l)
        if (world.leased(l) != model.leased(l)) return false;
    for (unsigned s = 1; s <= world.count(); ++s)
        if (world.deallocated(s) != model.deallocated(s) || world.blocks(s) != model.blocks(s)) return false;
    return true;
}

// The same, for people.
template <class World>
void print_sight(const char* whose, const World& world) {
    const auto one = [](const char* name, unsigned at, const Record& r) {
        std::fprintf(stderr, "    %s %u: ", name, at);
        print_detail(r.detail());
        if (r.what & Record::over)
            std::fprintf(stderr, ", counters %u, began %u, ended %u", static_cast<unsigned>(r.what >> 32), r.began,
                         r.ended);
        std::fputc('\n', stderr);
    };
    std::fprintf(stderr, "  %s:\n", whose);
    for (unsigned h = 0; h < handles; ++h) one("handle", h, world.handle(h));
    for (unsigned c = 0; c < controllers; ++c) one("controller", c, world.controller(c));
    for (unsigned l = 0; l < leases; ++l)
        if (world.leased(l) != nobody) std::fprintf(stderr, "    lease %u: session %d\n", l, world.leased(l));
    for (unsigned s = 1; s <= world.count(); ++s)
        std::fprintf(stderr, "    session %u: deallocated %u times, memory %s\n", s, world.deallocated(s),
                     world.blocks(s) != 0 ? "in use" : "given back");
}

} // namespace histories
