// SPDX-License-Identifier: BSL-1.0
// An example, in a process where the double is what CoCreateInstance gives: its first call is answered, and hung up where the
// destination is "100". Which one is said by EXAMPLE.
#include "tapi3/com.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#define main example
#include EXAMPLE
#undef main

int main(int count, char** words) {
    using namespace tapi3_double;
    Exchange exchange;
    exchange.set_text(3, u"100");
    exchange.set_text(2, u"Reception");
    int result = 1;
    {
        Com registered(exchange);
        std::atomic<bool> over{false};
        std::thread other([&] {
            while (!over && exchange.state_of(1) != abi::cs_inprogress)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            exchange.connects(1);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            if (std::strcmp(words[count - 1], "100") == 0) exchange.hangs_up(1, 1);
        });
        result = example(count, words);
        over = true;
        other.join();
    }
    exchange.settle();
    std::printf("objects left %d, violations %zu\n", exchange.books().objects, exchange.violations().size());
    return result;
}
