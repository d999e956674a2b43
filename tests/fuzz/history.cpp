// SPDX-License-Identifier: BSL-1.0
#include "history.hpp"

#include "../random/theatre.hpp"

#include <cstdio>
#include <cstdlib>

void play_bytes(const std::uint8_t* bytes, std::size_t count) {
    static histories::Theatre theatre;
    const auto history = histories::History::from_bytes(bytes, count);
    const char* const wrong = theatre.play(history);
    if (!wrong) return;
    theatre.play(history, true);
    std::fprintf(stderr, "%s: wrapup_random --replay %s\n", wrong, history.text().c_str());
    std::abort();
}
