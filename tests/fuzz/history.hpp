// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

// Takes any bytes for a history and plays it with the library and with the model; where they differ, the program is
// aborted, after it has told what happened and printed the string that replays it.
void play_bytes(const std::uint8_t* bytes, std::size_t count);
