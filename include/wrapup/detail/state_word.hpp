// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/state.hpp>
#include <wrapup/detail/steps.hpp>
#include <wrapup/error.hpp>
#include <wrapup/source_location.hpp>

#include <cstdint>
#include <system_error>

namespace wrapup::detail {

// The word in which a session's state is, how a step is made on it, and who holds what: leases the identifier, references the
// block. What is permitted by a step that leaves either to nobody is done here; what else steps permit, by who makes them.
template <class Backend>
class StateWord {
public:
    // A step: the state that it was made of, and the one that it left.
    struct Made {
        State before;
        State after;
        bool made;
        explicit operator bool() const noexcept { return made; }
    };

    StateWord(const StateWord&) = delete;
    StateWord& operator=(const StateWord&) = delete;

    [[nodiscard]] State state() const noexcept { return State(look()); }

    // Where there is a lease, it is returned with the state that this left, or without; otherwise `unleased` says why not.
    Made lease() noexcept {
        return hold([](State& s) { return steps::lease(s, Backend::max_leases); });
    }
    [[gnu::cold, gnu::noinline]] static std::error_code unleased(State seen) noexcept {
        if (seen.any(State::given_up)) return errc::released;
        return seen.any(State::lost) ? errc::lost : errc::too_many_leases;
    }
    [[gnu::noinline]] void return_lease(source_location where = {}) noexcept {
        always([](State& s) { s.drop_lease(); }, where);
    }
    // Mostly nothing has happened meanwhile, and then there is nothing to do: the state is the one that was there before.
    void return_lease(State leased) noexcept {
        State after = leased;
        after.drop_lease();
        if (std::uint64_t expected = leased.bits(); !replace(expected, after)) return_lease();
    }

    void refer() noexcept {
        hold([](State& s) {
            s.add_reference(Backend::max_references);
            return true;
        });
    }

    void leave() noexcept { leave_from(state()); }

protected:
    explicit StateWord(State state) noexcept : word_(state.bits()) {}
    ~StateWord() = default;

    [[nodiscard]] std::uint64_t look() const noexcept { return word_.load(Backend::acquire); }

    // Makes a step, where the state is the expected one; otherwise says in its place which it is.
    //
    // Release: what this thread did under its lease, and wrote into the termination, comes before what the next step
    // permits. Acquire: and after all that the steps before it did.
    bool replace(std::uint64_t& expected, State after) noexcept {
        return word_.compare_exchange_weak(expected, after.bits(), Backend::acq_rel, Backend::acquire);
    }

    // A step that adds to those who hold the identifier or the block, or to what is known, and so leaves neither to nobody.
    // `change` makes a step of a state or says that there is none to make; it may be called again.
    template <class Change>
    Made hold(Change change) noexcept {
        for (std::uint64_t seen = look();;) {
            State after(seen);
            if (!change(after)) return {State(seen), State(seen), false};
            if (replace(seen, after)) return {State(seen), after, true};
        }
    }

    void leave_from(State from) noexcept {
        for (std::uint64_t seen = from.bits();;) {
            State s(seen);
            // The last who refers to the block needs no step: nobody else can come to it any more.
            if (s.holds_last_reference()) return destroy();
            s.drop_reference(Backend::max_references);
            if (replace(seen, s)) return;
        }
    }

    // Any step. What it permits is done here: the one that leaves the identifier to nobody gives it back, the one that
    // leaves the block to nobody destroys it.
    template <class Change>
    Made update(Change change, source_location where = {}) noexcept {
        return update_from(look(), change, where);
    }
    template <class Change>
    Made update_from(std::uint64_t seen, Change change, source_location where) noexcept {
        for (;;) {
            const State before(seen);
            State after = before;
            if (!change(after)) return {before, before, false};
            const bool gives_back = after.releasable();
            if (gives_back) after.set(State::deallocating);
            if (!replace(seen, after)) continue;
            if (gives_back) give_back(where);
            else if (after.unreferenced()) destroy();
            return {before, after, true};
        }
    }
    template <class Change>
    void always(Change change, source_location where = {}) noexcept {
        update(
            [&](State& s) {
                change(s);
                return true;
            },
            where);
    }

private:
    // By the step that has left the identifier to nobody: nobody holds a lease, and none is given any more.
    virtual void give_back(source_location where) noexcept = 0;
    // By the step that has left the block to nobody.
    virtual void destroy() noexcept = 0;

    typename Backend::template Atomic<std::uint64_t> word_;
};

} // namespace wrapup::detail
