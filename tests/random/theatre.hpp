// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "history.hpp"
#include "inline_model.hpp"
#include "inline_world.hpp"
#include "model.hpp"
#include "world.hpp"

#include <cstddef>
#include <cstdio>

namespace histories {

// Plays histories, each with the library and with the model, and compares all that can be seen after each step.
class Theatre {
public:
    // Returns what is wrong, or null. With narration, what happens is written to stderr.
    const char* play(const History& history, bool narrated = false) noexcept {
        switch (history.kind()) {
        case Kind::full: return play(full_, shared_model_, history, narrated);
        case Kind::quiet: return play(quiet_, shared_model_, history, narrated);
        case Kind::bare: return play(bare_, shared_model_, history, narrated);
        case Kind::inline_full: return play(inline_full_, inline_model_, history, narrated);
        case Kind::inline_bare: return play(inline_bare_, inline_model_, history, narrated);
        }
        return "there is no such kind of provider";
    }

    // From now on the model has a rule wrong.
    void mislead(Mistake mistake) noexcept { shared_model_.make(mistake); }

    // Steps played so far, those included that end what is left.
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

private:
    template <class World, class Model>
    const char* play(World& world, Model& model, const History& history, bool narrated) noexcept {
        model.can(World::able());
        world.begin(history, narrated);
        model.begin(history, false);
        const char* wrong = play_steps(world, model, history, narrated);
        unsigned at = 0;
        for (; !wrong && world.finish(at); ++at) {
            model.finish(at);
            wrong = compare(world, model, narrated);
        }
        if (!wrong) return nothing_left(model);
        for (at = 0; world.finish(at);) ++at; // the next history begins with nothing all the same
        return wrong;
    }

    template <class World, class Model>
    const char* play_steps(World& world, Model& model, const History& history, bool narrated) noexcept {
        for (std::size_t at = 0; at < history.size;) {
            const std::size_t next = world.play(at);
            model.play(at);
            if (const char* wrong = compare(world, model, narrated)) return wrong;
            at = next;
        }
        return nullptr;
    }

    template <class World, class Model>
    const char* compare(const World& world, const Model& model, bool narrated) noexcept {
        ++steps_;
        if (world.wrong()) return world.wrong();
        const bool same_calls = same_events(world, model);
        if (same_calls && same_sight(world, model)) return nullptr;
        if (narrated) {
            if (!same_calls) print_events(model);
            print_sight("the library", world);
            print_sight("the model", model);
        }
        return same_calls ? "after a step, what can be seen is not what the model has"
                          : "in a step, the calls and answers are not those of the model";
    }

    template <class Model>
    static void print_events(const Model& model) {
        std::fputs("  but by the model:\n", stderr);
        for (std::size_t i = 0; i < model.written(); ++i) model.tell(model.event(i));
    }

    // Whatever happened: when everybody is gone, so is everything.
    template <class Model>
    static const char* nothing_left(const Model& model) noexcept {
        for (unsigned s = 1; s <= model.count(); ++s)
            if (model.blocks(s) != 0) return "at the end, a session's memory is left";
        if (!model.all_released()) return "at the end, an identifier is left";
        return nullptr;
    }

    World<Full> full_;
    World<Quiet> quiet_;
    World<Bare> bare_;
    InlineWorld<InlineFull> inline_full_;
    InlineWorld<InlineBare> inline_bare_;
    Model shared_model_;
    InlineModel inline_model_;
    std::uint64_t steps_ = 0;
};

} // namespace histories
