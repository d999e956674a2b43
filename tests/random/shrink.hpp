// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "history.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace histories {

inline History without(const History& history, std::size_t from, std::size_t count) noexcept {
    History rest = history;
    const auto begin = rest.steps.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = rest.steps.begin() + static_cast<std::ptrdiff_t>(rest.size);
    std::move(begin + static_cast<std::ptrdiff_t>(count), end, begin);
    rest.size -= count;
    return rest;
}

// A smallest history that still fails: no run of its steps can be left out, and no number in it be made smaller by any of
// a few ways. `fails` says whether a history does; what is given does.
template <class Fails>
History shrink(History history, Fails fails) {
    const auto try_instead = [&](const History& other) {
        if (!fails(other)) return false;
        history = other;
        return true;
    };
    const auto shorter = [&] {
        bool any = false;
        for (std::size_t run = history.size; run > 0; run /= 2)
            for (std::size_t from = 0; from + run <= history.size;)
                if (try_instead(without(history, from, run))) any = true;
                else ++from;
        return any;
    };
    const auto smaller = [&](auto number) {
        const std::uint8_t now = number(history);
        for (unsigned less = 0; less < now; less = less < 16 ? less + 1 : 2 * less) {
            History other = history;
            number(other) = static_cast<std::uint8_t>(less);
            if (try_instead(other)) return true;
        }
        return false;
    };
    for (bool again = true; again;) {
        again = shorter();
        again = smaller([](auto& h) -> auto& { return h.head; }) || again;
        for (std::size_t at = 0; at < history.size; ++at) {
            again = smaller([at](auto& h) -> auto& { return h.steps[at].verb; }) || again;
            again = smaller([at](auto& h) -> auto& { return h.steps[at].who; }) || again;
            again = smaller([at](auto& h) -> auto& { return h.steps[at].how; }) || again;
        }
    }
    return history;
}

} // namespace histories
