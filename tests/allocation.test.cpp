// SPDX-License-Identifier: BSL-1.0
// Rule 12: memory is taken once, before the service is asked; ending and releasing allocate nothing.
#include <wrapup/monitor.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/providers/simulator.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/testing/failing.hpp>
#include <wrapup/testing/recording_provider.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/replaced_new.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

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

// ---- the n-th allocation fails, for n = 0, 1, ... until none does

namespace {

// Each attempt hands over what is to be done with the failing allocation, and looks at what is left then. What is done
// returns whether it was told of a failure, or throws. Returns how many allocations could fail.
template <class Attempt>
long fail_each(Attempt attempt) {
    for (long n = 0;; ++n) {
        bool happened = false;
        CAPTURE(n);
        attempt([n, &happened](auto operation) {
            bool told = false;
            {
                const FailNth failing(n);
                try {
                    told = operation();
                } catch (const std::bad_alloc&) {
                    told = true;
                }
                happened = FailNth::happened();
            }
            CHECK(told == happened);
            return told;
        });
        if (!happened) return n;
    }
}

using wrapup::simulator::Exchange;
using Call = wrapup::Session<wrapup::simulator::Provider>;

bool is_not_enough_memory(std::error_code error) { return error == std::errc::not_enough_memory; }

} // namespace

TEST_CASE("The n-th allocation fails in Session::open of the simulator: there is no session then",
          "[allocation][open]") {
    CHECK(fail_each([](auto failing) {
              Exchange exchange;
              Call call;
              const bool told = failing([&] {
                  std::error_code error;
                  call = Call::open(error, exchange);
                  return is_not_enough_memory(error);
              });
              CHECK(told == !call);
              CHECK(exchange.alive() == (told ? 0 : 1));
          }) >= 5); // the block, the record, its place in the table: each was seen to fail
}

TEST_CASE("The n-th allocation fails in adopting a session of the simulator: it is dropped and deallocated then",
          "[allocation][adopt]") {
    CHECK(fail_each([](auto failing) {
              Exchange exchange;
              const auto ringing = exchange.ring();
              failing([&] {
                  Call(ringing, exchange).drop();
                  return false;
              });
              CHECK(exchange.alive() == 0);
              CHECK(exchange.deallocations() == 1);
          }) == 1);
}

TEST_CASE("The n-th allocation fails in Exchange::ring: nothing rings then, and the next does",
          "[allocation][simulator]") {
    CHECK(fail_each([](auto failing) {
              Exchange exchange;
              const bool told = failing([&] { return exchange.ring() == wrapup::simulator::Call(); });
              CHECK(exchange.alive() == (told ? 0 : 1));
              Call next(exchange.ring(), exchange);
              CHECK(next.id().number == (told ? 1 : 2));
              CHECK_FALSE(next.drop());
              for (const auto& call : exchange.outstanding())
                  if (call != next.id()) exchange.lose(call);
          }) >= 4);
}

TEST_CASE("The n-th allocation fails in Exchange::hang_up_after: nobody hangs up then", "[allocation][simulator]") {
    CHECK(fail_each([](auto failing) {
              Exchange exchange;
              auto call = Call::open(exchange);
              const bool told = failing([&] {
                  exchange.hang_up_after(call.id(), std::chrono::seconds(1), 3);
                  return false;
              });
              exchange.advance(std::chrono::seconds(2));
              CHECK((call.phase() == wrapup::Phase::active) == told);
          }) == 1);
}

TEST_CASE("The n-th allocation fails in Exchange::outstanding: nothing is changed", "[allocation][simulator]") {
    CHECK(fail_each([](auto failing) {
              Exchange exchange;
              const auto one = Call::open(exchange), two = Call::open(exchange), three = Call::open(exchange);
              failing([&] { return exchange.outstanding().size() != 3; });
              CHECK(exchange.alive() == 3);
          }) >= 1);
}

TEST_CASE("NotifierTable: a place that was bound, or not, leaves room for the next one", "[allocation][table]") {
    wrapup::NotifierTable<int, int> table;
    for (const bool bound : {false, true}) {
        static_cast<void>(table.reserve());
        const long before = allocations;
        for (int i = 0; i < 1000; ++i) {
            auto place = table.reserve();
            if (bound) table.bind(std::move(place), 1, {});
            table.remove(1);
        }
        CHECK(allocations - before == 1000); // what is bound, and nothing else grows
    }
}

TEST_CASE("The n-th allocation fails in NotifierTable::reserve and outstanding: nothing is taken",
          "[allocation][table]") {
    using Table = wrapup::NotifierTable<int, int>;
    CHECK(fail_each([](auto failing) {
              Table table;
              failing([&] {
                  table.bind(table.reserve(), 1, {});
                  return false;
              });
              // Binding what was reserved needs no memory, however much failed before.
              const std::size_t before = table.size();
              std::optional<Table::Place> first(table.reserve()), second(table.reserve());
              {
                  const FailNth none(0);
                  table.bind(std::move(*first), 2, {});
                  table.bind(std::move(*second), 3, {});
                  CHECK_FALSE(FailNth::happened());
              }
              CHECK(table.size() == before + 2);
          }) >= 2);
    CHECK(fail_each([](auto failing) {
              Table table;
              table.bind(table.reserve(), 1, {});
              failing([&] { return table.outstanding().size() != 1; });
              CHECK(table.size() == 1);
          }) == 1);
}

// ---- and in what the kit brings for tests

TEST_CASE("The n-th allocation fails in opening a recorded session: there is no session then",
          "[allocation][recording]") {
    using Recorded = wrapup::Session<wrapup::testing::RecordingProvider>;
    CHECK(fail_each([](auto failing) {
              wrapup::testing::Recorder recorder;
              Recorded call;
              const bool told = failing([&] {
                  std::error_code error;
                  call = Recorded::open(error, recorder, 1);
                  return is_not_enough_memory(error);
              });
              CHECK(told == !call);
              CHECK(recorder.alive() == (told ? 0 : 1));
              CHECK(recorder.violations().empty());
              if (!call) return;
              recorder.notifier().terminated();
              call.release();
              CHECK(recorder.alive() == 0);
          }) >= 3);
}

namespace {

namespace testing = wrapup::testing;
using Wrapped = testing::Failing<wrapup::simulator::Provider>;

} // namespace

TEST_CASE("The n-th allocation fails in opening a session whose provider is wrapped: there is no session then",
          "[allocation][faults]") {
    CHECK(fail_each([](auto failing) {
              Exchange exchange;
              testing::Faults<wrapup::simulator::Provider> faults;
              wrapup::Session<Wrapped> call;
              const bool told = failing([&] {
                  std::error_code error;
                  call = wrapup::Session<Wrapped>::open(error, Wrapped(exchange, faults));
                  return is_not_enough_memory(error);
              });
              CHECK(told == !call);
              CHECK(exchange.alive() == (told ? 0 : 1));
          }) >= 6); // those of the simulator, and the decorator's record
}

TEST_CASE(
    "The n-th allocation fails in adopting a session whose provider is wrapped: it is given back, or nothing befalls it",
    "[allocation][faults]") {
    CHECK(fail_each([](auto failing) {
              Exchange exchange;
              testing::Faults<wrapup::simulator::Provider> faults(
                  {{testing::Operation::watch, 1, testing::Fault::say_late}});
              const auto ringing = exchange.ring();
              failing([&] {
                  wrapup::Session<Wrapped> call(ringing, Wrapped(exchange, faults));
                  const bool remembered = faults.pending() == 1;
                  faults.deliver();
                  call.drop();
                  CHECK(call.phase() == wrapup::Phase::terminated);
                  return !remembered;
              });
              CHECK(exchange.alive() == 0);
              CHECK(exchange.deallocations() == 1);
          }) == 2); // the block, and the record
}

TEST_CASE("The n-th allocation fails in making a plan and its faults: there is none then", "[allocation][faults]") {
    CHECK(fail_each([](auto failing) {
              failing([] {
                  const testing::Faults<wrapup::simulator::Provider> faults(
                      {{testing::Operation::drop, 1, testing::Fault::hang}});
                  return faults.pending() != 0;
              });
          }) >= 1);
}

TEST_CASE("Rule 12: what befalls ends and releases takes no memory", "[rules][allocation][faults]") {
    using enum testing::Fault;
    Exchange exchange;
    testing::Faults<wrapup::simulator::Provider> faults(testing::FaultPlan::random(1, 1).only(
        {refuse, hang, finish_at_once, finish_later, say_twice, say_out_of_order, say_after_release, say_stale}));
    faults.on_finish = [&](wrapup::simulator::Provider&, wrapup::simulator::Call call) { exchange.hang_up(call, 1); };
    for (int n = 0; n < 50; ++n) {
        const auto ringing = exchange.ring();
        wrapup::Session<Wrapped> call(ringing, Wrapped(exchange, faults));
        const long before = allocations;
        call.drop();
        call.abort();
        call.release();
        faults.deliver();
        exchange.hang_up(ringing, 1);
        const long after = allocations;
        CHECK(after == before);
    }
    CHECK(exchange.alive() == 0);
    CHECK(faults.struck(finish_later) > 0);
    CHECK(faults.struck(say_after_release) > 0);
}

namespace {

// Slabs of one kind of session, at a stride of 128 bytes.
struct Slab {
    static constexpr std::size_t stride = 128;
    struct alignas(stride) Place {
        std::byte bytes[stride];
    };

    Place places[4];
    std::size_t taken = 0, freed = 0, size = 0;
    bool is_misused = false;

    void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
        is_misused |= bytes > stride || alignment > stride || (size != 0 && bytes != size);
        if (is_misused || taken == std::size(places)) return nullptr;
        size = bytes;
        return &places[taken++];
    }
    void free(const void* memory, std::size_t bytes) noexcept {
        is_misused |= bytes != size || memory < &places[0] || memory > &places[3];
        ++freed;
    }
};

struct Slabbed : Frugal {
    Slab* slab;

    Slabbed(Service* its_service, Slab* its_slab) noexcept : Frugal{its_service}, slab(its_slab) {}
    void* allocate(std::size_t size, std::size_t alignment) const noexcept { return slab->allocate(size, alignment); }
    void free(void* memory, std::size_t size, std::size_t) const noexcept { slab->free(memory, size); }
};
static_assert(wrapup::Allocates<Slabbed> && wrapup::Allocates<wrapup::testing::Failing<Slabbed>>);
static_assert(!wrapup::Allocates<Frugal> && !wrapup::Allocates<wrapup::testing::Failing<Frugal>>);

} // namespace

TEST_CASE(
    "Rule 12: a provider that brings memory is asked for it once a session, and is given it back with the last handle",
    "[rules][allocation]") {
    using Session = wrapup::Session<Slabbed>;
    Slab slab;
    Frugal::Service services[5];
    {
        std::optional<wrapup::Monitor<Slabbed>> monitor;
        {
            Session adopted(1, Slabbed(&services[0], &slab));
            CHECK(slab.taken == 1);
            monitor.emplace(adopted);
            services[0].notifier.terminated();
        }
        CHECK(services[0].deallocated == 1);
        services[0].notifier = {};
        CHECK(slab.freed == 0);
        CHECK(monitor->termination());
    }
    CHECK(slab.freed == 1);

    for (int i = 1; i < 4; ++i) {
        const long before = allocations;
        {
            Session opened = Session::open(Slabbed(&services[i], &slab), i);
            services[i].notifier.terminated();
            opened.release();
            services[i].notifier = {};
        }
        const long after = allocations;
        CHECK(after == before);
    }
    CHECK(slab.taken == 4);
    CHECK(slab.freed == 4);
    CHECK_FALSE(slab.is_misused);

    std::error_code error;
    const Session none = Session::open(error, Slabbed(&services[4], &slab), 5);
    CHECK(error == std::errc::not_enough_memory);
    CHECK(services[4].opened_at == -1);
    CHECK_THROWS_AS(Session(5, Slabbed(&services[4], &slab)), std::bad_alloc);
    CHECK((services[4].drops == 1 && services[4].deallocated == 1));
}

TEST_CASE("Rule 12: memory for a session that the service does not open is given back", "[rules][allocation]") {
    struct Closed : Slabbed {
        using Slabbed::Slabbed;
        int open(std::error_code& error, wrapup::Notifier<int>, int) const noexcept {
            error = make_error_code(std::errc::connection_refused);
            return 0;
        }
    };
    Slab slab;
    Frugal::Service service;
    std::error_code error;
    const auto none = wrapup::Session<Closed>::open(error, Closed(&service, &slab), 1);
    CHECK(error == std::errc::connection_refused);
    CHECK((slab.taken == 1 && slab.freed == 1));
}
