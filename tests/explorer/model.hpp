// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "program.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

// What a program can come to, found without the explorer: every state that it can be in, one operation at a time, where all
// threads see the same memory.
namespace programs {

// What each thread has seen, what is left in memory, and whether all have come to their ends.
using Outcome = std::string;

inline Outcome outcome(const std::vector<std::string>& seen, const std::string& memory, bool deadlock) {
    Outcome all;
    for (const auto& thread : seen) all += thread + "|";
    return all + (deadlock ? "deadlock" : memory);
}

class Model {
public:
    explicit Model(const Program& program) : program_(program) {
        State state;
        state.spurious_failures = program.spurious_failures;
        state.spurious_wake_ups = program.spurious_wake_ups;
        state.failing_allocations = program.failing_allocations;
        state.threads.resize(program.threads.size());
        states_.push_back(state);
        while (!states_.empty()) {
            State next = std::move(states_.back());
            states_.pop_back();
            if (known_.insert(key(next)).second) visit(next);
        }
    }

    std::set<Outcome> outcomes;
    bool race = false; // two threads may be about to use the same plain memory, and one of them to write it

private:
    // Within an operation of several steps.
    enum class Stage : char { begin, asleep, to_lock, late };

    struct Thread {
        std::size_t at = 0;
        Stage stage = Stage::begin;
        bool notified = false;
        char looks = 0; // at the flag that it waits for
        std::string seen;
    };
    struct State {
        std::vector<Thread> threads;
        std::array<char, atomics> atomic{};
        std::array<char, plains> plain{};
        std::array<char, mutexes> owner{}; // one more than the thread
        std::array<char, mutexes> flag{};
        std::array<unsigned, mutexes> waiting{};
        std::array<unsigned, atomics> sleeping{};
        unsigned spurious_failures = 0, spurious_wake_ups = 0, failing_allocations = 0;
        char time = 0;
    };

    static std::string key(const State& s) {
        std::string k;
        for (const Thread& t : s.threads) {
            k += static_cast<char>(t.at);
            k += static_cast<char>(t.stage);
            k += static_cast<char>(t.notified);
            k += t.looks;
            k += t.seen + "|";
        }
        k.append(s.atomic.data(), atomics).append(s.plain.data(), plains);
        k.append(s.owner.data(), mutexes).append(s.flag.data(), mutexes);
        for (const unsigned mask : s.waiting) k += static_cast<char>(mask);
        for (const unsigned mask : s.sleeping) k += static_cast<char>(mask);
        k += static_cast<char>(s.spurious_failures);
        k += static_cast<char>(s.spurious_wake_ups);
        k += static_cast<char>(s.failing_allocations);
        return k + s.time;
    }

    const Step* next_of(const State& s, std::size_t i) const {
        const Thread& t = s.threads[i];
        return t.at < program_.threads[i].size() ? &program_.threads[i][t.at] : nullptr;
    }

    void visit(const State& s) {
        bool over = true;
        bool stuck = true;
        for (std::size_t i = 0; i < s.threads.size(); ++i) {
            const Step* const step = next_of(s, i);
            if (!step) continue;
            over = false;
            for (std::size_t j = 0; j < i; ++j) look_for_a_race(*step, next_of(s, j));
            const std::size_t before = states_.size();
            move(s, i, *step);
            if (states_.size() > before) stuck = false;
        }
        if (!stuck) return;
        std::vector<std::string> seen;
        for (const Thread& t : s.threads) seen.push_back(t.seen);
        std::string memory(s.atomic.data(), atomics);
        memory.append(s.plain.data(), plains).append(s.flag.data(), mutexes) += s.time;
        outcomes.insert(outcome(seen, memory, !over));
    }
    void look_for_a_race(const Step& a, const Step* b) {
        const auto plain = [](const Step& step) { return step.verb == Verb::read || step.verb == Verb::write; };
        if (b && plain(a) && plain(*b) && a.object == b->object && (a.verb == Verb::write || b->verb == Verb::write))
            race = true;
    }

    // ---- steps: each pushes the states that it may lead to

    State& go(const State& s, std::size_t i, int seen = -1) {
        State next = s;
        Thread& t = next.threads[i];
        t.stage = Stage::begin;
        t.looks = 0;
        ++t.at;
        if (seen >= 0) t.seen += static_cast<char>(seen);
        states_.push_back(std::move(next));
        return states_.back();
    }
    State& stay(const State& s, std::size_t i, Stage stage) {
        State next = s;
        next.threads[i].stage = stage;
        states_.push_back(std::move(next));
        return states_.back();
    }
    static unsigned bit(std::size_t thread) { return 1u << thread; }

    template <std::size_t n>
    void notify(const State& s, std::size_t i, std::array<unsigned, n> State::*who, std::size_t object, bool all) {
        const unsigned asleep = (s.*who)[object];
        if (all || asleep == 0) {
            State& next = go(s, i);
            for (std::size_t j = 0; j < s.threads.size(); ++j)
                if ((asleep & bit(j)) != 0) next.threads[j].notified = true;
            (next.*who)[object] = 0;
            return;
        }
        for (std::size_t j = 0; j < s.threads.size(); ++j) {
            if ((asleep & bit(j)) == 0) continue;
            State& next = go(s, i);
            next.threads[j].notified = true;
            (next.*who)[object] &= ~bit(j);
        }
    }

    void move(const State& s, std::size_t i, const Step& step) {
        const std::size_t o = step.object;
        const auto value = static_cast<char>(step.value);
        const Thread& t = s.threads[i];
        switch (step.verb) {
        case Verb::load: go(s, i, s.atomic[o]); break;
        case Verb::store: go(s, i).atomic[o] = value; break;
        case Verb::exchange: go(s, i, s.atomic[o]).atomic[o] = value; break;
        case Verb::add: go(s, i, s.atomic[o]).atomic[o] = static_cast<char>(s.atomic[o] + value); break;
        case Verb::cas_strong:
        case Verb::cas_weak:
            if (s.atomic[o] != static_cast<char>(step.expected)) {
                go(s, i, s.atomic[o]);
                break;
            }
            go(s, i, 100).atomic[o] = value;
            if (step.verb == Verb::cas_weak && s.spurious_failures > 0) --go(s, i, s.atomic[o]).spurious_failures;
            break;
        case Verb::sleep:
            if (t.stage == Stage::asleep && !t.notified) break;
            if (s.atomic[o] != value) {
                go(s, i);
            } else {
                State& next = stay(s, i, Stage::asleep);
                next.threads[i].notified = false;
                next.sleeping[o] |= bit(i);
            }
            break;
        case Verb::ring: notify(s, i, &State::sleeping, o, false); break;
        case Verb::ring_all: notify(s, i, &State::sleeping, o, true); break;
        case Verb::read: go(s, i, s.plain[o]); break;
        case Verb::write: go(s, i).plain[o] = value; break;
        case Verb::lock:
            if (s.owner[o] == 0) go(s, i).owner[o] = static_cast<char>(i + 1);
            break;
        case Verb::unlock: go(s, i).owner[o] = 0; break;
        case Verb::raise: go(s, i).flag[o] = 1; break;
        case Verb::await: await(s, i, step, false); break;
        case Verb::await_until: await(s, i, step, true); break;
        case Verb::notify: notify(s, i, &State::waiting, o, false); break;
        case Verb::notify_all: notify(s, i, &State::waiting, o, true); break;
        case Verb::now: go(s, i, s.time); break;
        case Verb::pick:
            go(s, i, 0);
            go(s, i, 1);
            break;
        case Verb::allocate:
            go(s, i, 1);
            if (s.failing_allocations > 0) --go(s, i, 0).failing_allocations;
            break;
        case Verb::skip: {
            State& next = go(s, i);
            if (t.seen.empty() || t.seen.back() % 2 == 0) ++next.threads[i].at;
            break;
        }
        }
    }
    void await(const State& s, std::size_t i, const Step& step, bool timed) {
        const std::size_t o = step.object;
        const Thread& t = s.threads[i];
        switch (t.stage) {
        case Stage::begin:
            if (s.flag[o] != 0) {
                go(s, i, 2 * t.looks + 1);
                break;
            }
            {
                State& next = stay(s, i, Stage::asleep);
                ++next.threads[i].looks;
                next.owner[o] = 0;
                next.waiting[o] |= bit(i);
                next.threads[i].notified = false;
            }
            if (s.spurious_wake_ups > 0) {
                State& next = stay(s, i, Stage::to_lock);
                ++next.threads[i].looks;
                next.owner[o] = 0;
                --next.spurious_wake_ups;
            }
            break;
        case Stage::asleep:
            if (t.notified) {
                stay(s, i, Stage::to_lock);
            } else if (timed) {
                State& next = stay(s, i, Stage::late);
                next.waiting[o] &= ~bit(i);
                next.time = std::max(s.time, static_cast<char>(step.value));
            }
            break;
        case Stage::to_lock:
            if (s.owner[o] == 0) stay(s, i, Stage::begin).owner[o] = static_cast<char>(i + 1);
            break;
        case Stage::late:
            if (s.owner[o] == 0) go(s, i, 2 * t.looks + s.flag[o]).owner[o] = static_cast<char>(i + 1);
            break;
        }
    }

    const Program& program_;
    std::vector<State> states_;
    std::set<std::string> known_;
};

} // namespace programs
