// SPDX-License-Identifier: BSL-1.0
// A session of a service that you already have. Needs nothing but a compiler:
//   c++ -std=c++20 -I include examples/1_first_session.cpp -o first_session && ./first_session

#include <wrapup/session.hpp>

#include <cstdio>

// Your service, as it is: it numbers its calls, ends them, and frees the numbers.
struct Switchboard {
    using Identifier = int;
    void drop(int call) noexcept { std::printf("call %d is dropped\n", call); }
    void deallocate(int call) noexcept { std::printf("call %d is deallocated\n", call); }

    int seconds(int call) const noexcept { return 40 + call; } // anything else is your own
};

int main() {
    wrapup::Session<Switchboard> call{2};
    call.drop(); // it is over; the identifier is still valid, so one can ask what happened
    std::printf("it took %d seconds\n", call.query<&Switchboard::seconds>());
    std::printf("it was ended by the %s\n", to_string(call.termination()->origin));
} // and here at the latest the identifier is given back
