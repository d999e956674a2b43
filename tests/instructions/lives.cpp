// SPDX-License-Identifier: BSL-1.0
// Plays the lives of lives.hpp; run.cmake counts what each executes.
#include "lives.hpp"

#include <cstdio>
#include <cstring>

INSTRUCTIONS_LIVES(inlinable)
INSTRUCTIONS_LIVES(external)

int main(int argc, char** argv) {
    struct {
        const char* name;
        int (*life)(int);
    } const lives[] = {
        {"inlinable_straight_hand", inlinable_straight_hand},
        {"inlinable_straight_wrapup", inlinable_straight_wrapup},
        {"inlinable_conditional_hand", inlinable_conditional_hand},
        {"inlinable_conditional_wrapup", inlinable_conditional_wrapup},
        {"inlinable_stored_hand", inlinable_stored_hand},
        {"inlinable_stored_wrapup", inlinable_stored_wrapup},
        {"external_straight_hand", external_straight_hand},
        {"external_straight_wrapup", external_straight_wrapup},
        {"external_conditional_hand", external_conditional_hand},
        {"external_conditional_wrapup", external_conditional_wrapup},
        {"external_stored_hand", external_stored_hand},
        {"external_stored_wrapup", external_stored_wrapup},
    };
    for (const auto& [name, life] : lives) {
        if (argc != 2 || std::strcmp(name, argv[1]) != 0) continue;
        int sum = 0;
        for (int id = 1; id <= 1000; ++id) sum += life(id);
        std::printf("%d\n", sum);
        return 0;
    }
    std::fprintf(stderr, "usage: lives LIFE\n");
    return 1;
}
