// SPDX-License-Identifier: BSL-1.0
// Plays the files of the directories that are given, whatever the compiler: what a fuzzer has found is kept by every build.
#include "history.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

int main(int count, char** arguments) {
    unsigned played = 0;
    for (int i = 1; i < count; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
            const std::vector<std::uint8_t> numbers(bytes.begin(), bytes.end());
            play_bytes(numbers.data(), numbers.size());
            ++played;
        }
    }
    std::printf("%u histories played\n", played);
    return played > 0 ? 0 : 1;
}
