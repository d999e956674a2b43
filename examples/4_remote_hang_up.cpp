// SPDX-License-Identifier: BSL-1.0
// The other side hangs up: waiting with a time-out, crossing with our own hang-up, leases on other threads, and a service that
// goes away. Played on the simulator, an exchange in memory with a clock of its own: as one writes unit tests.
#include <wrapup/monitor.hpp>
#include <wrapup/providers/simulator.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include <chrono>
#include <cstdio>
#include <thread>

using namespace std::chrono_literals;
using wrapup::simulator::Behaviour;
using wrapup::simulator::Confirmation;
using wrapup::simulator::Exchange;
using wrapup::simulator::Provider;
using Call = wrapup::Session<Provider>;

namespace {

void print(const char* what, const wrapup::Termination<Provider>& t) {
    std::printf("%s: ended by %s, cause %d, %lld s%s%s\n", what, to_string(t.origin), t.cause.value_or(-1),
                static_cast<long long>(std::chrono::duration_cast<std::chrono::seconds>(t.ended - t.began).count()),
                t.contested ? ", contested" : "", t.abandoned ? ", abandoned" : "");
}

} // namespace

int main() {
    Exchange exchange;

    // The other side hangs up after 20 seconds; we would have waited for 30. It takes no time.
    auto first = Call::open(exchange);
    exchange.hang_up_after(first.id(), 20s, 16);
    if (!wrapup::wait_for(first, 30s)) first.drop();
    print("first ", *first.termination());

    // It does not: we hang up. The exchange takes 2 seconds to confirm.
    auto second = Call::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 2s});
    if (!wrapup::wait_for(second, 30s)) second.drop();
    wrapup::wait(second);
    print("second", *second.termination());

    // Both do: ours was accepted first, theirs is on record.
    auto third = Call::open(exchange, Behaviour{.confirmation = Confirmation::when_told});
    third.drop();
    exchange.hang_up(third.id(), 31);
    print("third ", *third.termination());

    // The owner gives a live call up: it is dropped, and deallocated when the exchange confirms, not before.
    auto fourth = Call::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 1s});
    const wrapup::Monitor monitor{fourth};
    const wrapup::TerminationCallback callback{monitor, [](const auto& termination) { print("fourth", termination); }};
    fourth.release();
    std::printf("        released, and still %s\n", to_string(monitor.phase()));
    exchange.advance(1s);
    std::printf("        now it is %s\n", to_string(monitor.phase()));

    // Another thread looks at a call while it is released: its lease holds the identifier, and nobody waits.
    auto fifth = Call::open(exchange);
    const wrapup::Monitor watched{fifth};
    std::error_code error;
    auto lease = watched.lease(error);
    fifth.release();
    std::thread([&watched, held = std::move(lease)] {
        std::printf("fifth : the identifier %u is held, the call is %s\n", held.id().number,
                    to_string(watched.phase()));
    }).join();
    std::printf("        and now %s\n", to_string(watched.phase()));

    // The exchange goes away under a call.
    auto sixth = Call::open(exchange);
    first.release();
    second.release();
    third.release();
    exchange.shut_down();
    print("sixth ", *sixth.termination());
    std::printf("%zu identifiers alive\n", exchange.alive());
    return exchange.alive() == 0 ? 0 : 1;
}
