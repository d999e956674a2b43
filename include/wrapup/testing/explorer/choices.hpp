// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wrapup::testing::explorer {

/// Logical threads, a bit for each.
using Threads = std::uint8_t;

constexpr Threads only(unsigned thread) noexcept { return static_cast<Threads>(1u << thread); }
constexpr bool has(Threads threads, unsigned thread) noexcept { return (threads & only(thread)) != 0; }
constexpr Threads with(Threads threads, unsigned thread) noexcept {
    return static_cast<Threads>(threads | only(thread));
}
constexpr Threads without(Threads threads, unsigned thread) noexcept {
    return static_cast<Threads>(threads & ~only(thread));
}
/// The one that `n` others come before; there are more than `n`.
constexpr unsigned nth(Threads threads, unsigned n) noexcept {
    while (n-- > 0) threads = static_cast<Threads>(threads & (threads - 1));
    return static_cast<unsigned>(std::countr_zero(threads));
}

/// The path through the tree of choices that one execution takes, and the way to the next one: depth first, at random, or
/// along a path that is given.
///
/// Depth first without a bound, an execution is not begun where it could only reorder what does not conflict: a thread whose
/// step was tried from here *sleeps* until a step is made that conflicts with its own (Godefroid's sleep sets). Where loads
/// may return old values, a load and a store do not conflict: behind the store, what the load could return in front of it is
/// left out. With a bound on preemptions nobody sleeps: the execution that a sleeping one repeats may be beyond the bound.
class Choices {
public:
    static constexpr unsigned unbounded = std::numeric_limits<unsigned>::max();

    /// The whole tree, or one of so many parts of it.
    /// @throws std::invalid_argument where there is no such part
    static Choices depth_first(unsigned preemptions, unsigned part = 0, unsigned parts = 1) {
        if (part >= parts) throw std::invalid_argument("there is no such part");
        Choices choices(Mode::depth_first, preemptions);
        choices.part_ = part;
        choices.parts_ = parts;
        return choices;
    }
    static Choices at_random(std::uint64_t seed, std::uint64_t executions) {
        Choices choices(Mode::random, unbounded);
        choices.random_.seed(seed);
        choices.left_ = executions;
        return choices;
    }
    /// @throws std::invalid_argument where that is no path
    static Choices along(std::string_view path) {
        Choices choices(Mode::path, unbounded);
        for (std::size_t i = 0; i < path.size();) choices.given_.push_back(read(path, i));
        return choices;
    }

    /// Chooses who goes on, out of several. `asleep` are those that sleep; afterwards, those that sleep from here on.
    unsigned thread(Threads enabled, unsigned running, Threads& asleep) {
        if (depth_ == path_.size()) {
            const Threads first = bounded() ? enabled : static_cast<Threads>(enabled & ~asleep);
            Node node{.enabled = enabled, .asleep = asleep, .running = static_cast<std::uint8_t>(running)};
            node.preemptions = preemptions_;
            node.chosen = static_cast<std::uint8_t>(pick_thread(first, running));
            path_.push_back(node);
        }
        const Node& node = path_[depth_++];
        if (node.count != 0 || node.enabled != enabled) astray_ = true;
        preemptions_ = node.preemptions + (preempts(node, node.chosen) ? 1 : 0);
        asleep = bounded() ? Threads{0} : without(node.asleep | node.done, node.chosen);
        return node.chosen;
    }

    /// Chooses one of the values below `count`, which is at most 255.
    unsigned value(unsigned count) {
        if (depth_ == path_.size()) {
            Node node{.count = static_cast<std::uint8_t>(count)};
            node.chosen = static_cast<std::uint8_t>(pick_value(count));
            path_.push_back(node);
        }
        const Node& node = path_[depth_++];
        if (node.count != count) astray_ = true;
        return node.chosen;
    }

    /// Turns to the next path. @returns whether there is one
    bool next() {
        depth_ = 0;
        preemptions_ = 0;
        if (mode_ != Mode::depth_first) {
            path_.clear();
            return mode_ == Mode::random && --left_ > 0;
        }
        for (; !path_.empty(); pop())
            while (turn(path_.back()))
                if (is_ours()) return true;
        return false;
    }

    /// The path as far as it was gone: a digit for a thread, a letter for a value, a number in braces for a large one.
    [[nodiscard]] std::string path() const {
        std::string text;
        for (std::size_t i = 0; i < depth_; ++i) {
            const Node& node = path_[i];
            if (node.count == 0) text += static_cast<char>('0' + node.chosen);
            else if (node.chosen < 26) text += static_cast<char>('a' + node.chosen);
            else text += "{" + std::to_string(node.chosen) + "}";
        }
        return text;
    }

    /// Whether there was no such choice as the path asked for: one that was given, or that was taken before.
    [[nodiscard]] bool astray() const noexcept { return astray_; }
    /// Whether the execution has come to its end before the path.
    [[nodiscard]] bool unfinished() const noexcept {
        return mode_ == Mode::path ? depth_ < given_.size() : depth_ < path_.size();
    }
    /// What either of these means.
    [[nodiscard]] const char* why_astray() const noexcept {
        return mode_ == Mode::path ? "the schedule is not one of this scenario with these options"
                                   : "the scenario is not the same each time: it depends on more than its choices";
    }

    /// Whether it is not the whole tree that is walked.
    [[nodiscard]] bool bounded_by_chance() const noexcept { return mode_ != Mode::depth_first; }

    [[nodiscard]] bool bounded() const noexcept { return mode_ != Mode::depth_first || most_preemptions_ != unbounded; }

private:
    enum class Mode : std::uint8_t { depth_first, random, path };

    struct Node {
        std::uint8_t chosen = 0;
        std::uint8_t count = 0; // of values; of threads where it is zero
        Threads enabled = 0;
        Threads asleep = 0;
        Threads done = 0; // were chosen here before
        std::uint8_t running = 0;
        bool turned = false;      // it is not the first choice here
        unsigned preemptions = 0; // made before
    };

    Choices(Mode mode, unsigned preemptions) : mode_(mode), most_preemptions_(preemptions) {}

    static bool preempts(const Node& node, unsigned thread) noexcept {
        return thread != node.running && has(node.enabled, node.running);
    }

    // Whoever runs goes on, if it may.
    static unsigned first_of(Threads threads, unsigned running) noexcept {
        return has(threads, running) ? running : nth(threads, 0);
    }

    unsigned pick_thread(Threads threads, unsigned running) {
        if (mode_ == Mode::random)
            return nth(threads, static_cast<unsigned>(random_() % static_cast<unsigned>(std::popcount(threads))));
        if (mode_ == Mode::path && depth_ < given_.size()) {
            const int thread = -1 - given_[depth_];
            if (thread >= 0 && has(threads, static_cast<unsigned>(thread))) return static_cast<unsigned>(thread);
            astray_ = true;
        }
        return first_of(threads, running);
    }
    unsigned pick_value(unsigned count) {
        if (mode_ == Mode::random) return static_cast<unsigned>(random_() % count);
        if (mode_ == Mode::path && depth_ < given_.size()) {
            const int value = given_[depth_];
            if (value >= 0 && static_cast<unsigned>(value) < count) return static_cast<unsigned>(value);
            astray_ = true;
        }
        return 0;
    }
    // The second choice on the way that is not the first one at its place is dealt, with all below it, to the parts in turn. There
    // are many times as many of these as there are parts, and none is large. What is above is walked by all.
    bool is_ours() noexcept { return turned_ != 2 || dealt_++ % parts_ == part_; }

    void pop() noexcept {
        if (path_.back().turned) --turned_;
        path_.pop_back();
    }
    bool turn(Node& node) {
        if (!node.turned) ++turned_;
        node.turned = true;
        if (node.count != 0) return ++node.chosen < node.count;
        node.done = with(node.done, node.chosen);
        auto left = static_cast<Threads>(node.enabled & ~node.done & ~(bounded() ? 0 : node.asleep));
        for (; left != 0; left = without(left, nth(left, 0))) {
            const unsigned thread = nth(left, 0);
            if (preempts(node, thread) && node.preemptions >= most_preemptions_) continue;
            node.chosen = static_cast<std::uint8_t>(thread);
            return true;
        }
        return false;
    }

    // A value, or minus one minus a thread.
    static int read(std::string_view path, std::size_t& i) {
        const char c = path[i++];
        if (c >= '0' && c <= '7') return -1 - (c - '0');
        if (c >= 'a' && c <= 'z') return c - 'a';
        int value = 0;
        const std::size_t first = i;
        for (; c == '{' && i < path.size() && path[i] >= '0' && path[i] <= '9' && value < 256; ++i)
            value = 10 * value + (path[i] - '0');
        if (i == first || i == path.size() || path[i] != '}') throw std::invalid_argument("this is not a schedule");
        ++i;
        return value;
    }

    Mode mode_;
    unsigned most_preemptions_;
    unsigned part_ = 0, parts_ = 1;
    std::uint64_t dealt_ = 0;
    unsigned turned_ = 0; // so many of the path's nodes
    unsigned preemptions_ = 0;
    std::size_t depth_ = 0;
    std::vector<Node> path_;
    std::vector<int> given_;
    bool astray_ = false;
    std::mt19937_64 random_;
    std::uint64_t left_ = 0;
};

} // namespace wrapup::testing::explorer
