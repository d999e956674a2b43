// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// Histories: sequences of small integers that say what happens to a handful of sessions, in which order.
namespace histories {

// What a step does. The slots that it does it with are numbers: three handles, three controllers, two leases, three
// callbacks, and for each session that was begun, a notifier.
enum class Verb : std::uint8_t {
    adopt,
    open,
    drop,
    disconnect,
    abort,
    release,
    destroy,
    move,
    detach,
    ask,
    id,
    wait,
    look,
    control,
    copy_controller,
    drop_controller,
    drop_by_controller,
    disconnect_by_controller,
    abort_by_controller,
    lease,
    return_lease,
    move_lease,
    add_callback,
    remove_callback,
    terminating,
    terminated,
    refused,
    lost,
    drop_notifier,
    move_notifier,
    plan // what a call will answer, and that the next step happens inside it
};

inline constexpr unsigned verbs = static_cast<unsigned>(Verb::plan) + 1;

constexpr const char* to_string(Verb verb) noexcept {
    constexpr std::array<const char*, verbs> names{"adopt",
                                                   "open",
                                                   "drop",
                                                   "disconnect",
                                                   "abort",
                                                   "release",
                                                   "destroy",
                                                   "move",
                                                   "detach",
                                                   "ask",
                                                   "id",
                                                   "wait",
                                                   "look",
                                                   "control",
                                                   "copy a controller",
                                                   "drop a controller",
                                                   "drop by controller",
                                                   "disconnect by controller",
                                                   "abort by controller",
                                                   "lease",
                                                   "return a lease",
                                                   "move a lease",
                                                   "add a callback",
                                                   "remove a callback",
                                                   "notice: terminating",
                                                   "notice: terminated",
                                                   "notice: refused",
                                                   "notice: lost",
                                                   "drop a notifier",
                                                   "move a notifier",
                                                   "plan"};
    return names[static_cast<std::size_t>(verb)];
}

// How often a verb comes up, of 256: a random byte is a verb.
struct Weight {
    Verb verb;
    unsigned weight;
};
using Lots = std::array<Verb, 256>;

template <std::size_t n>
consteval Lots lots(const Weight (&weights)[n]) {
    Lots result{};
    std::size_t at = 0;
    for (const Weight& w : weights)
        for (unsigned i = 0; i < w.weight; ++i) result.at(at++) = w.verb;
    if (at != result.size()) throw "the weights do not add up to 256";
    return result;
}

inline constexpr Lots shared_lots = lots({{Verb::adopt, 14},
                                          {Verb::open, 10},
                                          {Verb::drop, 14},
                                          {Verb::disconnect, 10},
                                          {Verb::abort, 8},
                                          {Verb::release, 10},
                                          {Verb::destroy, 8},
                                          {Verb::move, 8},
                                          {Verb::ask, 7},
                                          {Verb::id, 2},
                                          {Verb::wait, 5},
                                          {Verb::look, 6},
                                          {Verb::control, 11},
                                          {Verb::copy_controller, 4},
                                          {Verb::drop_controller, 4},
                                          {Verb::drop_by_controller, 6},
                                          {Verb::disconnect_by_controller, 5},
                                          {Verb::abort_by_controller, 6},
                                          {Verb::lease, 8},
                                          {Verb::return_lease, 5},
                                          {Verb::move_lease, 3},
                                          {Verb::add_callback, 11},
                                          {Verb::remove_callback, 5},
                                          {Verb::terminating, 10},
                                          {Verb::terminated, 14},
                                          {Verb::refused, 10},
                                          {Verb::lost, 7},
                                          {Verb::drop_notifier, 5},
                                          {Verb::move_notifier, 4},
                                          {Verb::plan, 36}});

inline constexpr Lots inline_lots = lots({{Verb::adopt, 28},
                                          {Verb::open, 24},
                                          {Verb::drop, 30},
                                          {Verb::disconnect, 24},
                                          {Verb::abort, 20},
                                          {Verb::release, 24},
                                          {Verb::destroy, 16},
                                          {Verb::move, 24},
                                          {Verb::detach, 10},
                                          {Verb::ask, 12},
                                          {Verb::id, 2},
                                          {Verb::look, 2},
                                          {Verb::plan, 40}});

// What kind of provider the sessions of a history have: all of it, all but traces, nothing beyond notices; and inline.
enum class Kind : std::uint8_t { full, quiet, bare, inline_full, inline_bare };

constexpr const char* to_string(Kind kind) noexcept {
    constexpr std::array<const char*, 5> names{"that can do everything", "that does not trace", "that only notifies",
                                               "of inline sessions that can do everything",
                                               "of inline sessions that can do nothing besides"};
    return names[static_cast<std::size_t>(kind)];
}

inline constexpr std::size_t max_steps = 64;
inline constexpr unsigned max_sessions = 8;
inline constexpr unsigned handles = 3;
inline constexpr unsigned controllers = 3;
inline constexpr unsigned leases = 2;
inline constexpr unsigned callbacks = 3;

struct Step {
    std::uint8_t verb = 0;
    std::uint8_t who = 0;
    std::uint8_t how = 0;
};

struct History {
    std::uint8_t head = 0; // the kind of provider, and in which order everything goes at the end
    std::size_t size = 0;
    std::array<Step, max_steps> steps{};

    [[nodiscard]] Kind kind() const noexcept {
        using enum Kind;
        constexpr std::array<Kind, 8> kinds{full, full, full, quiet, quiet, bare, inline_full, inline_bare};
        return kinds[head % 8];
    }
    [[nodiscard]] bool service_goes_first() const noexcept { return (head & 8) != 0; }
    [[nodiscard]] Verb verb(std::size_t at) const noexcept {
        return (kind() >= Kind::inline_full ? inline_lots : shared_lots)[steps[at].verb];
    }

    // Any bytes are a history; what does not fill a step is left out.
    static History from_bytes(const std::uint8_t* bytes, std::size_t count) noexcept {
        History history;
        if (count == 0) return history;
        history.head = bytes[0];
        for (std::size_t at = 1; at + 3 <= count && history.size < max_steps; at += 3)
            history.steps[history.size++] = {bytes[at], bytes[at + 1], bytes[at + 2]};
        return history;
    }

    // The string that replays it.
    [[nodiscard]] std::string text() const {
        std::string result;
        const auto append = [&result](unsigned byte) {
            constexpr std::string_view digits = "0123456789abcdef";
            result += digits[byte >> 4];
            result += digits[byte & 15];
        };
        append(head);
        for (std::size_t i = 0; i < size; ++i)
            for (const unsigned byte : {steps[i].verb, steps[i].who, steps[i].how}) append(byte);
        return result;
    }
    // Returns whether it is one.
    static bool from_text(std::string_view text, History& history) noexcept {
        std::array<std::uint8_t, 1 + 3 * max_steps> bytes{};
        if (text.size() % 6 != 2 || text.size() > 2 * bytes.size()) return false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            constexpr std::string_view digits = "0123456789abcdef";
            const std::size_t digit = digits.find(text[i]);
            if (digit == digits.npos) return false;
            bytes[i / 2] = static_cast<std::uint8_t>((unsigned{bytes[i / 2]} << 4) + static_cast<unsigned>(digit));
        }
        history = from_bytes(bytes.data(), text.size() / 2);
        return true;
    }
};

} // namespace histories
