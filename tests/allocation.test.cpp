// SPDX-License-Identifier: BSL-1.0
// Rule 12: memory is taken once, before the service is asked; ending and releasing allocate nothing.
#include <wrapup/monitor.hpp>
#include <wrapup/providers/simulator.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/replaced_new.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>

namespace {

// Counts every allocation of the program, and fails the n-th where a test asks for it.
std::atomic<long> allocations{0};
std::atomic<long> fail_at{-1};

struct FailNth {
    explicit FailNth(long n) { fail_at = allocations + n; }
    FailNth(const FailNth&) = delete;
    FailNth& operator=(const FailNth&) = delete;
    ~FailNth() { fail_at = -1; }
    [[nodiscard]] static bool happened() { return allocations > fail_at; }
};

} // namespace

void* support::allocate(std::size_t size) noexcept {
    const long n = allocations.fetch_add(1);
    if (n == fail_at.load()) return nullptr;
    return std::malloc(size ? size : 1);
}

namespace {

// A service that allocates nothing, so that what is counted is the library's.
struct Frugal {
    struct Service {
        wrapup::Notifier<int> notifier;
        long opened_at = -1; // how many allocations there had been when the service was asked
        int drops = 0, deallocated = 0;
    };

    using Identifier = int;
    using Cause = int;
    using Reason = int;

    Service* service;

    int open(std::error_code&, wrapup::Notifier<int> notifier, int id) noexcept {
        service->opened_at = allocations;
        service->notifier = std::move(notifier);
        return id;
    }
    void watch(int, wrapup::Notifier<int> notifier) noexcept { service->notifier = std::move(notifier); }
    void drop(int) noexcept { ++service->drops; }
    void drop(int, int) noexcept { ++service->drops; }
    void abort(int) noexcept {}
    int snapshot(int id) noexcept { return id; }
    void deallocate(int) noexcept { ++service->deallocated; }
    int id_of(int id) const noexcept { return id; }
};

} // namespace

TEST_CASE("Rule 12: a notifying session takes its memory once, before the service is asked, and none after",
          "[rules][allocation]") {
    using namespace std::chrono_literals;
    Frugal::Service service;
    const long before = allocations;
    auto call = wrapup::Session<Frugal>::open(Frugal{&service}, 5);
    CHECK(allocations - before == 1);
    CHECK(service.opened_at - before == 1);

    const long opened = allocations;
    int ran = 0;
    {
        const wrapup::Monitor monitor{call};
        const wrapup::Controller controller{call};
        const wrapup::TerminationCallback callback{call, [&] { ++ran; }};
        std::error_code error;
        { const auto lease = monitor.lease(error); }
        call.query(&Frugal::id_of);
        wrapup::wait_for(call, 1us);
        call.drop();
        call.disconnect(3);
        controller.abort();
        service.notifier.terminating(1);
        service.notifier.terminated(2);
        wrapup::wait(call);
        service.notifier.lost();
        call.release();
    }
    const long after = allocations;
    CHECK(after == opened);
    CHECK(ran == 1);
    CHECK(service.deallocated == 0);

    auto abandoned = wrapup::Session<Frugal>(6, Frugal{&service});
    const long adopted = allocations;
    abandoned = {};
    service.notifier.terminated();
    service.notifier = {};
    CHECK(allocations == adopted);
    CHECK(service.deallocated == 1);
}

TEST_CASE("Rule 12: an inline session allocates nothing", "[rules][allocation][inline]") {
    struct Plain {
        using Identifier = int;
        void drop(int) noexcept {}
        void deallocate(int) noexcept {}
    };
    const long before = allocations;
    {
        wrapup::Session<Plain> call{1};
        call.drop();
        call.query([](int id) { return id; });
        auto other = std::move(call);
        other.release();
    }
    CHECK(allocations == before);
}

TEST_CASE("Rule 12: an adopting constructor that gets no memory has dropped and deallocated", "[rules][allocation]") {
    Frugal::Service service;
    {
        const FailNth failing(0);
        CHECK_THROWS_AS(wrapup::Session<Frugal>(7, Frugal{&service}), std::bad_alloc);
    }
    CHECK(service.drops == 1);
    CHECK(service.deallocated == 1);
    CHECK_FALSE(service.notifier);
}

TEST_CASE("Rule 12: open that gets no memory does not ask the service", "[rules][allocation][open]") {
    Frugal::Service service;
    std::error_code error;
    {
        const FailNth failing(0);
        const auto call = wrapup::Session<Frugal>::open(error, Frugal{&service}, 5);
        CHECK_FALSE(call);
    }
    CHECK(error == std::errc::not_enough_memory);
    CHECK(service.opened_at == -1);
}

TEST_CASE("Rule 12: the n-th allocation fails, for every n, and nothing leaks", "[rules][allocation][simulator]") {
    using wrapup::simulator::Exchange;
    using Call = wrapup::Session<wrapup::simulator::Provider>;
    int failures = 0;
    for (long n = 0;; ++n) {
        Exchange exchange;
        std::error_code error;
        bool opened = false, thrown = false, happened = false;
        {
            std::optional<wrapup::simulator::Call> ringing;
            const FailNth failing(n);
            try {
                opened = static_cast<bool>(Call::open(error, exchange));
                ringing = exchange.ring();
                Call incoming(*ringing, exchange);
                exchange.hang_up_after(*ringing, std::chrono::seconds(1), 3);
                incoming.drop();
            } catch (const std::bad_alloc&) {
                thrown = true;
            }
            happened = failing.happened();
            // What rings is not owned by anybody until it is adopted, and then it is.
            if (ringing) exchange.lose(*ringing);
        }
        CHECK(exchange.alive() == 0);
        CHECK(happened == (thrown || error));
        if (error) {
            CHECK(error == std::errc::not_enough_memory);
            CHECK_FALSE(opened);
        }
        if (!happened) break;
        ++failures;
    }
    CHECK(failures >= 5); // the block, the records, the table's places: each was seen to fail
}
