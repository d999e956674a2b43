// SPDX-License-Identifier: BSL-1.0
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/crowd.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <ratio>
#include <thread>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using wrapup::Controller;
using wrapup::Monitor;
using wrapup::Session;
using wrapup::simulator::Behaviour;
using wrapup::simulator::Clock;
using wrapup::simulator::Confirmation;
using wrapup::simulator::Exchange;
using Simulated = Session<wrapup::simulator::Provider>;

namespace {

// A clock that stands, as odd as clocks may be; whoever waits by it does not see it move.
template <class Rep, class Period, int stands_at>
struct Standing {
    using rep = Rep;
    using period = Period;
    using duration = std::chrono::duration<Rep, Period>;
    using time_point = std::chrono::time_point<Standing>;
    static constexpr bool is_steady = true;
    static time_point now() noexcept { return time_point(duration(static_cast<Rep>(stands_at))); }
};
using TinyClock = Standing<std::int8_t, std::ratio<3600>, 1>;
using UnsignedClock = Standing<std::uint64_t, std::milli, 5>;
using FloatingClock = Standing<double, std::ratio<1>, 5>;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Every time-out that means "look, do not wait", and none of them overflows on the way.
template <class Handle>
void check_looks(const Handle& handle, bool over) {
    using namespace std::chrono;
    CHECK(wrapup::wait_for(handle, 0s) == over);
    CHECK(wrapup::wait_for(handle, -1s) == over);
    CHECK(wrapup::wait_for(handle, nanoseconds::min()) == over);
    CHECK(wrapup::wait_for(handle, hours::min()) == over);
    CHECK(wrapup::wait_for(handle, duration<double>(-infinity)) == over);
    CHECK(wrapup::wait_for(handle, duration<double>(std::numeric_limits<double>::quiet_NaN())) == over);
    CHECK(wrapup::wait_for(handle, duration<double>::min()) == over);
    CHECK(wrapup::wait_for(handle, duration<float>(-0.0F)) == over);
    CHECK(wrapup::wait_for(handle, duration<float>(-std::numeric_limits<float>::denorm_min())) == over);
    CHECK(wrapup::wait_for(handle, duration<long double, std::atto>(-1)) == over);
    CHECK(wrapup::wait_for(handle, duration<std::int8_t>::min()) == over);
    CHECK(wrapup::wait_for(handle, duration<std::uint8_t>::min()) == over);
    CHECK(wrapup::wait_for(handle, duration<std::int64_t, std::atto>::min()) == over);
    CHECK(wrapup::wait_for(handle, duration<std::int8_t, std::giga>::min()) == over);
    // The shortest that there is: no time to speak of.
    CHECK(wrapup::wait_for(handle, duration<double>(std::numeric_limits<double>::denorm_min())) == over);
    CHECK(wrapup::wait_for(handle, duration<std::int64_t, std::atto>(1)) == over);
    CHECK(wrapup::wait_until(handle, steady_clock::time_point::min()) == over);
    CHECK(wrapup::wait_until(handle, system_clock::time_point::min()) == over);
    CHECK(wrapup::wait_until(handle, time_point<system_clock, hours>::min()) == over);
    CHECK(wrapup::wait_until(handle, steady_clock::now() - 1h) == over);
    CHECK(wrapup::wait_until(handle, system_clock::now() - 1h) == over);
    CHECK(wrapup::wait_until(handle, time_point<steady_clock, duration<double>>::min()) == over);
    CHECK(wrapup::wait_until(handle, time_point<steady_clock, duration<std::int8_t, std::giga>>::min()) == over);
    CHECK(wrapup::wait_until(handle, time_point<steady_clock, duration<std::int64_t, std::atto>>::min()) == over);
    CHECK(wrapup::wait_until(handle, TinyClock::now()) == over);
    CHECK(wrapup::wait_until(handle, TinyClock::time_point::min()) == over);
    CHECK(wrapup::wait_until(handle, UnsignedClock::now()) == over);
    CHECK(wrapup::wait_until(handle, UnsignedClock::time_point::min()) == over);
    CHECK(wrapup::wait_until(handle, time_point<UnsignedClock, duration<int>>(-1s)) == over);
    CHECK(wrapup::wait_until(handle, FloatingClock::now()) == over);
    const auto at = [](double seconds) { return FloatingClock::time_point(duration<double>(seconds)); };
    CHECK(wrapup::wait_until(handle, at(std::numeric_limits<double>::lowest())) == over);
    CHECK(wrapup::wait_until(handle, at(-infinity)) == over);
    CHECK(wrapup::wait_until(handle, at(std::numeric_limits<double>::quiet_NaN())) == over);
    CHECK(wrapup::wait_until(handle, at(std::numeric_limits<double>::denorm_min())) == over);
}

// Every time-out that means "for ever", on a session that somebody ends meanwhile.
template <class Provider, class Wait>
void check_for_ever_over(Wait wait) {
    Exchange exchange;
    auto call = Session<Provider>::open(exchange);
    std::thread other([&] {
        std::this_thread::sleep_for(2ms);
        exchange.hang_up(call.id(), 1);
    });
    CHECK(wait(call));
    CHECK(call.termination());
    other.join();
    CHECK(exchange.now() == Clock::time_point());
}
template <class Wait>
void check_for_ever_by_sleeping(Wait wait) {
    check_for_ever_over<Crowd>(wait);
    check_for_ever_over<Crowd>([&](auto& call) {
        const Monitor monitor{call};
        return wait(monitor);
    });
    check_for_ever_over<Crowd>([&](auto& call) {
        const Controller controller{call};
        return wait(controller);
    });
}
template <class Wait>
void check_for_ever(Wait wait) {
    check_for_ever_by_sleeping(wait);
    check_for_ever_over<wrapup::simulator::Provider>(wait);
}

} // namespace

TEST_CASE("wait_for: nothing, less than nothing and not a number are a look", "[wait]") {
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange);
    auto simulated = Simulated::open(exchange);
    check_looks(call, false);
    check_looks(Monitor{call}, false);
    check_looks(Controller{call}, false);
    check_looks(simulated, false);
    check_looks(Monitor{simulated}, false);
    check_looks(Controller{simulated}, false);
    CHECK(exchange.now() < Clock::time_point(1ms)); // it was not waited for either
    call.drop();
    simulated.drop();
    check_looks(call, true);
    check_looks(Monitor{call}, true);
    check_looks(Controller{call}, true);
    check_looks(simulated, true);
    check_looks(Monitor{simulated}, true);
    check_looks(Controller{simulated}, true);
}

TEST_CASE("wait_for: what is too long for the clock is for ever", "[wait]") {
    using namespace std::chrono;
    check_for_ever([](auto& call) { return wrapup::wait_for(call, nanoseconds::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_for(call, hours::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_for(call, duration<double>::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_for(call, duration<double>(1e300)); });
    check_for_ever(
        [](auto& call) { return wrapup::wait_for(call, duration<float>(std::numeric_limits<float>::infinity())); });
    check_for_ever([](auto& call) { return wrapup::wait_for(call, duration<std::uint64_t, std::nano>::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_for(call, duration<std::int8_t, std::giga>::max()); });
    check_for_ever([](auto& call) {
        wrapup::wait(call);
        return true;
    });
}

TEST_CASE("wait_until: what is too late for the clock is never", "[wait]") {
    using namespace std::chrono;
    check_for_ever_by_sleeping([](auto& call) { return wrapup::wait_until(call, steady_clock::time_point::max()); });
    check_for_ever_by_sleeping([](auto& call) { return wrapup::wait_until(call, system_clock::time_point::max()); });
    check_for_ever_by_sleeping(
        [](auto& call) { return wrapup::wait_until(call, time_point<steady_clock, hours>::max()); });
    check_for_ever_by_sleeping(
        [](auto& call) { return wrapup::wait_until(call, time_point<system_clock, hours>::max()); });
    check_for_ever_by_sleeping([](auto& call) {
        return wrapup::wait_until(call, time_point<steady_clock, duration<double>>(duration<double>(infinity)));
    });
    // The simulator waits by its own clock for as long as the other one says is left.
    check_for_ever_over<wrapup::simulator::Provider>(
        [](auto& call) { return wrapup::wait_until(call, Clock::time_point::max()); });
    check_for_ever_over<wrapup::simulator::Provider>(
        [](auto& call) { return wrapup::wait_until(call, time_point<Clock, hours>::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_until(call, UnsignedClock::time_point::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_until(call, FloatingClock::time_point::max()); });
    check_for_ever(
        [](auto& call) { return wrapup::wait_until(call, FloatingClock::time_point(duration<double>(infinity))); });
}

TEST_CASE("wait_until: a clock of few bits is not overflowed", "[wait]") {
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange);
    std::thread other([&] {
        std::this_thread::sleep_for(2ms);
        exchange.hang_up(call.id(), 1);
    });
    CHECK(wrapup::wait_until(call, TinyClock::time_point::max()));
    other.join();
    // Its last point in time is for ever, as that of any clock.
    auto simulated = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 200h});
    simulated.drop();
    CHECK(wrapup::wait_until(simulated, TinyClock::time_point::max()));
    CHECK(exchange.now() == Clock::time_point(200h));
}

TEST_CASE("wait_for: it waits no less than it was asked to, and says that the session is not over", "[wait]") {
    using namespace std::chrono;
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange, Behaviour{.confirmation = Confirmation::never});
    call.drop();
    const auto steady = steady_clock::now();
    CHECK_FALSE(wrapup::wait_for(call, 10ms));
    CHECK_FALSE(wrapup::wait_for(call, duration<double>(0.01)));
    CHECK_FALSE(wrapup::wait_until(call, steady_clock::now() + 10ms));
    CHECK_FALSE(wrapup::wait_until(call, system_clock::now() + 10ms));
    CHECK(steady_clock::now() - steady >= 40ms);
    call.abort();
}

TEST_CASE("wait_for: a simulated time-out takes no time, and a confirmation after it does not count",
          "[wait][simulator]") {
    Exchange exchange;
    auto call = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 30s});
    call.drop();
    const auto began = std::chrono::steady_clock::now();
    CHECK_FALSE(wrapup::wait_for(call, 29s));
    CHECK(exchange.now() == Clock::time_point(29s));
    CHECK(wrapup::wait_for(call, 1h));
    CHECK(exchange.now() == Clock::time_point(30s));
    CHECK(std::chrono::steady_clock::now() - began < 10s);

    auto until = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 30s});
    until.drop();
    CHECK_FALSE(wrapup::wait_until(until, Clock::time_point(59s)));
    CHECK(wrapup::wait_until(until, Clock::time_point(60s)));
}

TEST_CASE("wait_until: by another clock than the simulator's, the simulator's moves by what is left",
          "[wait][simulator]") {
    Exchange exchange;
    auto call = Simulated::open(exchange);
    const auto began = std::chrono::steady_clock::now();
    CHECK_FALSE(wrapup::wait_until(call, std::chrono::system_clock::now() + 1h));
    CHECK_FALSE(wrapup::wait_until(call, std::chrono::steady_clock::now() + 1h));
    CHECK(exchange.now() > Clock::time_point(119min));
    CHECK(exchange.now() <= Clock::time_point(2h));
    CHECK(std::chrono::steady_clock::now() - began < 30s);
}

TEST_CASE("wait: an empty handle is not waited for, and a released one until it is over", "[wait][release]") {
    wrapup::wait(Session<Crowd>());
    CHECK(wrapup::wait_for(Monitor<Crowd>(), 1h));
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange, Behaviour{.confirmation = Confirmation::when_told});
    const auto id = call.id();
    call.release();
    CHECK_FALSE(wrapup::wait_for(call, 1ms));
    exchange.confirm(id);
    CHECK(wrapup::wait_for(call, 1h));
    CHECK(call.termination()->abandoned);
}

TEST_CASE("wait: many threads wait for one session", "[wait][threads]") {
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange);
    std::vector<std::thread> threads;
    std::atomic<int> woken{0};
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&, i] {
            if (i % 2) wrapup::wait(call);
            else if (!wrapup::wait_for(call, 1h)) return;
            woken += call.termination() != nullptr;
        });
    }
    std::this_thread::sleep_for(5ms);
    exchange.hang_up(call.id(), 1);
    for (auto& thread : threads) thread.join();
    CHECK(woken == 16);
}

TEST_CASE("wait: the simulator waits for what another thread does where nothing is due", "[wait][simulator][threads]") {
    Exchange exchange;
    auto call = Simulated::open(exchange);
    std::thread other([&] {
        std::this_thread::sleep_for(5ms);
        exchange.hang_up(call.id(), 1);
    });
    wrapup::wait(call);
    CHECK(call.termination()->origin == wrapup::Origin::remote);
    other.join();
}

namespace {

// A clock that is still before its epoch.
struct Early {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Early>;
    [[maybe_unused]] static constexpr bool is_steady = true;
    static inline duration past_epoch = -5ns;
    static time_point now() noexcept { return time_point(past_epoch); }
};

// A clock that is set back once: its first millisecond is over when it is looked at for the third time.
struct SetBack {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<SetBack>;
    [[maybe_unused]] static constexpr bool is_steady = false;
    static inline int looks = 0;
    static time_point now() noexcept { return time_point(++looks < 3 ? 0ms : 1ms); }
};

// A provider that waits by a clock of its own, which stands, and notes for how long it was to wait.
template <class Rep, class Period>
struct WaitsByItsClock {
    struct OwnClock {
        using rep = Rep;
        using period = Period;
        using duration = std::chrono::duration<Rep, Period>;
        using time_point = std::chrono::time_point<OwnClock>;
        [[maybe_unused]] static constexpr bool is_steady = true;
    };
    using TimePoint = typename OwnClock::time_point;
    struct Service {
        TimePoint now{};
        wrapup::Notifier<void> notifier{};
        TimePoint deadline{};
    };

    using Identifier = int;

    Service* service;

    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
    void watch(int, wrapup::Notifier<void> notifier) noexcept { service->notifier = std::move(notifier); }
    TimePoint now() const noexcept { return service->now; }
    template <class Done>
    void wait(TimePoint deadline, Done) noexcept {
        service->deadline = deadline;
    }
};
using WaitsByFloat = WaitsByItsClock<float, std::ratio<1>>;
using WaitsByMilliseconds = WaitsByItsClock<std::int64_t, std::milli>;

// A clock by which something happens when it is looked at.
struct Eventful {
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Eventful>;
    [[maybe_unused]] static constexpr bool is_steady = true;
    static inline std::function<void()> event;
    static time_point now() noexcept {
        event();
        return time_point();
    }
};

// A provider that has to pump on the thread that made its service, and nowhere else.
struct PumpsOnOneThread {
    struct Service {
        wrapup::Notifier<void> notifier;
        std::thread::id pumping = std::this_thread::get_id();
        int pumped = 0;
        std::function<void()> asked{};
    };

    using Identifier = int;

    Service* service;

    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
    void watch(int, wrapup::Notifier<void> notifier) noexcept { service->notifier = std::move(notifier); }
    std::chrono::steady_clock::time_point now() const noexcept { return std::chrono::steady_clock::now(); }
    bool pumps() const noexcept {
        if (service->asked) service->asked();
        return std::this_thread::get_id() == service->pumping;
    }
    template <class Done>
    void wait(std::chrono::steady_clock::time_point, Done done) noexcept {
        ++service->pumped;
        if (service->pumped == 3) service->notifier.terminated();
        static_cast<void>(done());
    }
};

} // namespace

TEST_CASE("wait: a provider that pumps on one thread does the waiting there, and the library does it elsewhere",
          "[wait]") {
    PumpsOnOneThread::Service service;
    const Session<PumpsOnOneThread> call(1, PumpsOnOneThread{&service});
    CHECK(!wrapup::wait_for(call, 1h));
    CHECK(!wrapup::wait_until(call, std::chrono::steady_clock::now() + 1h));
    CHECK(service.pumped == 2);
    bool early = true, late = false;
    std::atomic<bool> waits{false};
    std::thread other([&] {
        early = wrapup::wait_for(call, 1ms);
        waits = true;
        late = wrapup::wait_for(call, 1h);
    });
    while (!waits) std::this_thread::yield();
    CHECK(service.pumped == 2);
    wrapup::wait(call);
    other.join();
    CHECK(service.pumped == 3);
    CHECK(!early);
    CHECK(late);
}

TEST_CASE("wait_until: by a clock that is before its epoch, what is too long is for ever all the same", "[wait]") {
    check_for_ever([](auto& call) { return wrapup::wait_until(call, Early::time_point::max()); });
    check_for_ever([](auto& call) { return wrapup::wait_until(call, Early::time_point::max() - 1ns); });
    Early::past_epoch = -5s; // further than what is rounded
    check_for_ever([](auto& call) { return wrapup::wait_until(call, Early::time_point::max() - 2s); });
    Early::past_epoch = -5ns;
    check_for_ever_by_sleeping([](auto& call) { return wrapup::wait_until(call, Early::time_point(1h)); });
    Early::past_epoch = 5ns;
    check_for_ever_by_sleeping([](auto& call) { return wrapup::wait_until(call, Early::time_point(1h)); });
    Early::past_epoch = -5ns;
    Exchange exchange;
    auto call = Simulated::open(exchange, Behaviour{.confirmation = Confirmation::later, .delay = 30s});
    call.drop();
    CHECK(wrapup::wait_until(call, std::chrono::system_clock::time_point::max()));
    CHECK(exchange.now() == Clock::time_point(30s));
}

TEST_CASE("wait_for: a clock of floating point is not rounded to its unit", "[wait]") {
    WaitsByFloat::Service service;
    const Session<WaitsByFloat> call(1, WaitsByFloat{&service});
    for (int i = 1; i < 1000; ++i) {
        const auto timeout = i * 123456789ns;
        wrapup::wait_for(call, timeout);
        const double asked = std::chrono::duration<double>(timeout).count();
        const double waited = std::chrono::duration<double>(service.deadline.time_since_epoch()).count();
        REQUIRE(std::abs(waited - asked) <= asked * 1e-6);
    }
    wrapup::wait_until(call, std::chrono::time_point<WaitsByFloat::OwnClock, std::chrono::milliseconds>(700ms));
    CHECK(std::abs(service.deadline.time_since_epoch().count() - 0.7F) < 1e-6F);
    service.notifier.terminated();
}

TEST_CASE("wait_for: a look is one at every time that a clock can show", "[wait]") {
    using TimePoint = WaitsByMilliseconds::TimePoint;
    using OwnClock = TimePoint::clock;
    for (const auto now : {TimePoint::min(), TimePoint(-1ms), TimePoint(1ms), TimePoint::max() - 1ms}) {
        WaitsByMilliseconds::Service service{now};
        const Session<WaitsByMilliseconds> call(1, WaitsByMilliseconds{&service});
        const auto deadline_of = [&](auto timeout) {
            service.deadline = {};
            CHECK_FALSE(wrapup::wait_for(call, timeout));
            return service.deadline;
        };
        CHECK(deadline_of(0ms) == now);
        CHECK(deadline_of(-1h) == now);
        CHECK(deadline_of(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())) == now);
        using Seconds = std::chrono::duration<double>;
        CHECK_FALSE(wrapup::wait_until(call, std::chrono::time_point<OwnClock, Seconds>(Seconds(-infinity))));
        CHECK(service.deadline == TimePoint::min());
        service.notifier.terminated();
    }
}

TEST_CASE("wait_until: a session that ends just before the waiting begins is over", "[wait]") {
    PumpsOnOneThread::Service service;
    service.pumping = {};
    service.asked = [&] { service.notifier.terminated(); };
    for (const auto left : {-1h, 1h}) {
        const Session<PumpsOnOneThread> call(1, PumpsOnOneThread{&service});
        CHECK(wrapup::wait_until(call, std::chrono::steady_clock::now() + left));
    }
    service.asked = nullptr;
    const Session<PumpsOnOneThread> call(1, PumpsOnOneThread{&service});
    Eventful::event = [&] { service.notifier.terminated(); };
    CHECK(wrapup::wait_until(call, Eventful::time_point()));
}

TEST_CASE("wait_until: no session, one that is over, and one that is not", "[wait]") {
    Exchange exchange;
    auto call = Session<Crowd>::open(exchange);
    const auto until = [](const Monitor<Crowd>& monitor) {
        return wrapup::wait_until(monitor, std::chrono::steady_clock::now() + 1ms);
    };
    CHECK(until(Monitor<Crowd>()));
    CHECK_FALSE(until(Monitor(call)));
    call.drop();
    CHECK(until(Monitor(call)));
}

TEST_CASE("wait_until: a clock that is set back meanwhile is waited for again", "[wait]") {
    Exchange exchange;
    const auto call = Session<Crowd>::open(exchange);
    const auto before = std::chrono::steady_clock::now();
    CHECK_FALSE(wrapup::wait_until(call, SetBack::time_point(1ms)));
    CHECK(SetBack::looks == 3);
    CHECK(std::chrono::steady_clock::now() - before >= 2ms);
}
