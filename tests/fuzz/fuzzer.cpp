// SPDX-License-Identifier: BSL-1.0
#include "history.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
    play_bytes(bytes, count);
    return 0;
}
