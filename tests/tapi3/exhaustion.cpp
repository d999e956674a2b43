// SPDX-License-Identifier: BSL-1.0
// Where memory runs out, or threads do: nobody waits for ever, nothing is lost that TAPI can still be asked for, and nothing is
// left behind. A program of its own, since it replaces the allocator, and the function that begins a thread.
#include <wrapup/termination_callback.hpp>

#include "support/replaced_new.hpp"
#include "tapi3/desk.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

// Where a sanitizer is linked statically, this would take the place of its own.
#if defined(__linux__) && !defined(__clang__)
#define THREADS_RUN_OUT
#elif defined(__linux__)
#if !__has_feature(address_sanitizer) && !__has_feature(memory_sanitizer)
#define THREADS_RUN_OUT
#endif
#endif

#if defined(THREADS_RUN_OUT)
#include <dlfcn.h>
#include <pthread.h>
#endif

using namespace support;
using namespace std::chrono_literals;
using namespace tapi3_double;
using tapi3::CallState;
using tapi3::DisconnectCause;
using tapi3::Error;
using tapi3::Provider;
using wrapup::Origin;

namespace {

thread_local bool ours = false;    // a thread of the test's, or of the double's
thread_local bool starved = false; // there is no memory for this thread
std::atomic<bool> service_starves{false}, events_starve{false};
std::atomic<int> denied{0};
std::atomic<long> until_failure{-1};              // of the allocations on any thread; negative: there is none
std::atomic<bool> until_failure_is_theirs{false}; // of those on the service's threads

bool is_the_one() noexcept {
    if (until_failure < 0 || (until_failure_is_theirs && ours)) return false;
    return until_failure.fetch_sub(1) == 0;
}

} // namespace

void* support::allocate(std::size_t size) noexcept {
    const bool none = starved || (service_starves && !ours) || (events_starve && Exchange::in_event());
    if (!Own::is_here() && (none || is_the_one())) {
        ++denied;
        return nullptr;
    }
    return std::malloc(size ? size : 1);
}

namespace {

// Says where a thread of TAPI's comes that holds a lock of the provider's, for as long as it lives.
class Locks {
public:
    Locks(Exchange& exchange, tapi3::Telephony& telephony) : exchange_(exchange) {
        exchange.on_call_release = [this, &telephony] {
            const Own own;
            std::atomic<bool> done{false};
            std::thread asks([&] {
                const Own its_own;
                static_cast<void>(telephony.outstanding());
                done = true;
            });
            for (int i = 0; i < 2000 && !done; ++i) std::this_thread::sleep_for(1ms);
            if (!done) {
                std::fputs("Release of a call under a lock of the provider's\n", stderr);
                std::_Exit(1);
            }
            asks.join();
            ++released_;
        };
    }
    Locks(const Locks&) = delete;
    Locks& operator=(const Locks&) = delete;
    ~Locks() { exchange_.on_call_release = nullptr; }
    [[nodiscard]] int released() const { return released_; }

private:
    Exchange& exchange_;
    std::atomic<int> released_{0};
};

// The threads that a service gets: one worker, and the one on which events are handled, which comes when all is registered.
class Threads {
public:
    enum class Without { thread, apartment }; // what the others have to do without

    Threads(Without what, bool listener) : without_(what), most_(listener ? 2 : 1) {}
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { current = nullptr; }

    void prepare(Exchange& exchange) {
        exchange_ = &exchange;
        current = this;
        exchange.may_enter = [this] { return without_ != Without::apartment || may_begin(); };
    }
    void there_are_more() { most_ = 1000; }
    std::function<void()> on_refusal{};

    static bool may_be_created() {
        Threads* const threads = current;
        return ours_is_created || !threads || threads->without_ != Without::thread || threads->may_begin();
    }
    static inline thread_local bool ours_is_created = false;

private:
    bool may_begin() {
        {
            const std::lock_guard lock(exchange_->mutex);
            const int now = most_ > 2 || exchange_->registered ? most_.load() : 1;
            if (begun_ < now) {
                ++begun_;
                return true;
            }
        }
        if (on_refusal) on_refusal();
        return false;
    }

    static inline std::atomic<Threads*> current{nullptr};
    const Without without_;
    std::atomic<int> most_;
    int begun_ = 0;
    Exchange* exchange_ = nullptr;
};

const Threads::Without shortages[] = {
#if defined(THREADS_RUN_OUT)
    Threads::Without::thread,
#endif
    Threads::Without::apartment};

template <class F>
std::thread begin(F f) {
    Threads::ours_is_created = true;
    std::thread thread([work = std::move(f)]() mutable {
        ours = true;
        work();
    });
    Threads::ours_is_created = false;
    return thread;
}

// What may never return is done by another thread; where it does not, there is no way on.
template <class F>
void in_time(const char* what, F f) {
    std::atomic<bool> done{false};
    std::thread thread = begin([&] {
        f();
        done = true;
    });
    if (!Tapi3Desk::eventually([&] { return done.load(); })) {
        std::fprintf(stderr, "it never returns: %s\n", what);
        std::fflush(stderr);
        std::_Exit(1);
    }
    thread.join();
}

// The threads of the test and of the double are not those of the service.
void know_ours(Exchange& exchange) {
    ours = true;
    exchange.post([] { ours = true; });
}

Script blocking() {
    Script script;
    script.blocks = true;
    return script;
}

} // namespace

#if defined(THREADS_RUN_OUT)
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                              void* argument) noexcept {
    static const auto create = reinterpret_cast<int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>(
        dlsym(RTLD_NEXT, "pthread_create")); // NOLINT: what dlsym gives
    if (!Threads::may_be_created()) return EAGAIN;
    return create(thread, attributes, run, argument);
}
#endif

TEST_CASE("tapi3: with one worker, the end of the service does not wait for who waits for the worker",
          "[tapi3][exhaustion][rule 41]") {
    for (const auto shortage : shortages) {
        Threads threads(shortage, true);
        Tapi3Desk desk(Tapi3Desk::fast(), [&](Exchange& exchange) { threads.prepare(exchange); });
        Script never;
        never.ends = false;
        desk.exchange().usually(never);
        auto first = desk.dial(), second = desk.dial();
        const tapi3::Call ids[] = {first.id(), second.id()};
        Provider provider(desk.telephony());
        std::thread asking;
        std::atomic<bool> answered{false};
        std::atomic<int> told{0};
        // When the first of them is lost the other one is asked about, and who asks counts himself in.
        const auto ask_about = [&](tapi3::Call other) {
            if (told++ > 0) return;
            asking = begin([&, other] { answered = provider.call_info(other).has_value(); });
            static_cast<void>(Tapi3Desk::eventually([&] { return answered.load(); }));
        };
        const wrapup::TerminationCallback of_first(first, [&]() noexcept { ask_about(ids[1]); });
        const wrapup::TerminationCallback of_second(second, [&]() noexcept { ask_about(ids[0]); });
        in_time("the end of the service", [&] { desk.close(); });
        asking.join();
        CHECK(answered);
        CHECK(told == 2);
    }
}

TEST_CASE("tapi3: with one worker, a call that cannot be made does not wait for who asks about it",
          "[tapi3][exhaustion][rule 37]") {
    for (const auto shortage : shortages) {
        Threads threads(shortage, true);
        Tapi3Desk desk(Tapi3Desk::fast(), [&](Exchange& exchange) { threads.prepare(exchange); });
        desk.exchange().connect_returns(static_cast<HResult>(Error::call_unavailable));
        desk.exchange().connect_blocks();
        std::error_code error;
        std::thread opening = begin([&] { static_cast<void>(Tapi3Session::open(error, desk.telephony(), "100")); });
        REQUIRE(Tapi3Desk::eventually([&] { return desk.telephony().outstanding().size() == 1; }));
        const tapi3::Call call = desk.telephony().outstanding().front();
        Provider provider(desk.telephony());
        std::thread asking = begin([&] { static_cast<void>(provider.call_info(call)); });
        std::this_thread::sleep_for(50ms); // it counts itself in, and waits for the worker
        desk.exchange().unblock();
        in_time("a call that cannot be made", [&] {
            opening.join();
            asking.join();
        });
        CHECK(error == Error::call_unavailable);
        CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
        CHECK(desk.telephony().outstanding().empty());
    }
}

TEST_CASE("tapi3: where one worker has to do, another one is still tried for", "[tapi3][exhaustion][rule 34]") {
    for (const auto shortage : shortages) {
        Threads threads(shortage, true);
        Tapi3Desk desk(Tapi3Desk::fast(), [&](Exchange& exchange) { threads.prepare(exchange); });
        auto blocked = desk.dial(), other = desk.dial(), last = desk.dial();
        desk.exchange().next(blocking());
        CHECK(!blocked.drop());
        REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects == 1; }));
        CHECK(!other.drop()); // there is nobody to do it
        std::this_thread::sleep_for(50ms);
        CHECK(desk.exchange().books().disconnects == 1);
        threads.there_are_more();
        CHECK(!last.drop());
        CHECK(Tapi3Desk::over(last));
        CHECK(Tapi3Desk::over(other));
        CHECK(!blocked.termination());
        desk.exchange().unblock();
        CHECK(Tapi3Desk::over(blocked));
    }
}

TEST_CASE("tapi3: where there is no thread for events, what has come is let go in the apartment",
          "[tapi3][exhaustion][rule 37]") {
    for (const auto shortage : shortages) {
        Threads threads(shortage, false);
        Exchange exchange;
        Com com(exchange);
        threads.prepare(exchange);
        threads.on_refusal = [&] {
            exchange.offer();
            exchange.settle();
        };
        tapi3::Options options;
        options.on_call = [](Tapi3Session) {};
        std::error_code why;
        try {
            const tapi3::Telephony telephony(com, options);
        } catch (const std::system_error& error) {
            why = error.code();
        }
        CHECK(why == (shortage == Threads::Without::thread ? std::errc::resource_unavailable_try_again
                                                           : std::errc::not_enough_memory));
        exchange.settle();
        for (const auto& violation : exchange.violations()) std::fprintf(stderr, "%s\n", violation.c_str());
        CHECK(exchange.violations().empty());
        CHECK(exchange.books().objects == 0);
        CHECK(exchange.books().apartments == 0);
        CHECK(exchange.books().shutdowns == 1);
    }
}

TEST_CASE("tapi3: whatever there is no memory for at the beginning of the service, nothing is left",
          "[tapi3][exhaustion]") {
    int failures = 0;
    for (long n = 0;; ++n) {
        INFO(n);
        Exchange exchange;
        Com com(exchange);
        tapi3::Options options;
        options.on_call = [](Tapi3Session) {};
        bool failed = false;
        until_failure = n;
        try {
            const tapi3::Telephony telephony(com, options);
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        const bool is_more = until_failure.exchange(-1) < 0;
        exchange.settle();
        CHECK(exchange.books().objects == 0);
        CHECK(exchange.books().apartments == 0);
        CHECK(exchange.violations().empty());
        failures += failed;
        if (!is_more) break;
    }
    CHECK(failures > 0);
}

TEST_CASE("tapi3: whatever there is no memory for when a call is made, none is left", "[tapi3][exhaustion]") {
    int failures = 0;
    for (long n = 0;; ++n) {
        INFO(n);
        Tapi3Desk desk;
        std::optional<Tapi3Session> call;
        std::error_code error;
        until_failure = n;
        try {
            call.emplace(Tapi3Session::open(error, desk.telephony(), "a number that takes memory of its own"));
        } catch (const std::bad_alloc&) {
            error = make_error_code(std::errc::not_enough_memory);
        }
        const bool is_more = until_failure.exchange(-1) < 0;
        if (error) {
            CHECK(error == std::errc::not_enough_memory);
            CHECK(desk.telephony().outstanding().empty());
            CHECK(Tapi3Desk::eventually([&] { return desk.exchange().books().held == 0; }));
            ++failures;
        } else {
            CHECK(!call->drop());
            CHECK(Tapi3Desk::over(*call));
        }
        if (!is_more) break;
    }
    CHECK(failures > 0);
}

TEST_CASE("tapi3: whatever there is no memory for when a call is adopted, it is let go without a lock",
          "[tapi3][exhaustion][rule 37]") {
    int failures = 0;
    for (long n = 0;; ++n) {
        INFO(n);
        Tapi3Desk desk;
        auto* const object = desk.exchange().make();
        Provider provider(desk.telephony());
        bool failed = false, is_more = false;
        {
            const Locks locks(desk.exchange(), desk.telephony());
            std::error_code error;
            std::optional<Tapi3Session> call;
            until_failure = n;
            try {
                const auto id = provider.adopt(error, object);
                call.emplace(id, provider); // or it is given back, and disconnected
            } catch (const std::bad_alloc&) {
                failed = true;
            }
            is_more = until_failure.exchange(-1) < 0;
            CHECK(!error);
            if (call) {
                CHECK(!call->drop());
                CHECK(Tapi3Desk::over(*call));
            }
            call.reset();
            CHECK(Tapi3Desk::eventually([&] { return desk.telephony().outstanding().empty(); }));
            desk.exchange().hangs_up(desk.number());
            desk.exchange().settle();
            Exchange::release(object);
            desk.close(); // so the last reference is gone
        }
        failures += failed;
        if (!is_more) break;
    }
    CHECK(failures > 0);
}

TEST_CASE("tapi3: where there is no memory for a thread, those that there are have to do", "[tapi3][exhaustion]") {
    constexpr std::size_t calls = 10;
    Tapi3Desk desk;
    std::vector<Tapi3Session> dropped;
    while (dropped.size() < calls) dropped.push_back(desk.dial());
    desk.exchange().usually(blocking());
    bool accepted = true;
    starved = true;
    for (auto& call : dropped) accepted = !call.drop() && accepted;
    starved = false;
    CHECK(accepted);
    REQUIRE(Tapi3Desk::eventually([&] { return desk.exchange().books().disconnects > 0; }));
    std::this_thread::sleep_for(50ms);
    CHECK(desk.exchange().books().disconnects < static_cast<int>(calls));
    desk.exchange().unblock();
    for (auto& call : dropped) CHECK(Tapi3Desk::over(call));
    CHECK(desk.exchange().books().disconnects == static_cast<int>(calls));
}

TEST_CASE("tapi3: events for which there is no memory are made up for: the calls are asked",
          "[tapi3][exhaustion][rule 35][rule 42]") {
    constexpr std::size_t calls = 64;
    Tapi3Desk desk;
    std::vector<Tapi3Session> over;
    std::vector<int> numbers;
    while (over.size() < calls) {
        over.push_back(desk.dial());
        numbers.push_back(desk.number());
    }
    auto live = Tapi3Session::open(desk.telephony(), "100");
    const int live_number = desk.number();
    denied = 0;
    events_starve = true;
    for (const int number : numbers) desk.exchange().hangs_up(number);
    desk.exchange().connects(live_number);
    desk.exchange().settle();
    events_starve = false;
    CHECK(denied > 0);
    CHECK(Tapi3Desk::eventually([&] {
        for (const auto& call : over)
            if (!call.termination()) return false;
        return true;
    }));
    for (const auto& call : over) {
        REQUIRE(call.termination());
        CHECK(call.termination()->origin == Origin::remote);
    }
    CHECK(Tapi3Desk::eventually([&] { return Tapi3Desk::state(live) == CallState::connected; }));
    CHECK(!live.termination());
    // The next one is heard, with its cause.
    desk.exchange().hangs_up(live_number, 2);
    REQUIRE(Tapi3Desk::over(live));
    CHECK(live.termination()->cause->disconnected == DisconnectCause::busy);
    CHECK(desk.exchange().books().disconnects == 0);
}

TEST_CASE("tapi3: an end that there is no memory for is made up for where the call is not known yet",
          "[tapi3][exhaustion][rule 35]") {
    auto options = Tapi3Desk::fast();
    std::atomic<bool> held{false}, go_on{false};
    options.on_state = [&](tapi3::Call, CallState state) {
        held = state == CallState::hold;
        while (held && !go_on) std::this_thread::sleep_for(1ms);
    };
    Tapi3Desk desk(options);
    auto other = desk.dial();
    desk.exchange().set_state(desk.number(), abi::cs_hold);
    REQUIRE(Tapi3Desk::eventually([&] { return held.load(); }));
    const int number = desk.exchange().offer(); // its notification waits in the queue
    desk.exchange().settle();
    events_starve = true;
    desk.exchange().hangs_up(number, 5);
    desk.exchange().settle();
    events_starve = false;
    std::this_thread::sleep_for(50ms); // what was missed is heard of as soon as the handler returns
    go_on = true;
    std::optional<Tapi3Session> call;
    REQUIRE(Tapi3Desk::eventually([&] { return (call = desk.next()).has_value(); }));
    REQUIRE(Tapi3Desk::over(*call));
    CHECK(call->termination()->origin == Origin::remote);
    CHECK(call->termination()->cause->disconnected == DisconnectCause::unknown);
    CHECK(!other.termination());
}

TEST_CASE("tapi3: calls that come in where there is no memory to hear of them are found", "[tapi3][exhaustion]") {
    constexpr std::size_t calls = 40;
    auto options = Tapi3Desk::fast();
    options.patience = 10s;
    Tapi3Desk desk(options);
    events_starve = true;
    for (std::size_t n = 0; n < calls; ++n) desk.exchange().offer();
    desk.exchange().settle();
    events_starve = false;
    std::vector<Tapi3Session> found;
    CHECK(Tapi3Desk::eventually([&] {
        while (auto call = desk.next()) found.push_back(std::move(*call));
        return found.size() == calls;
    }));
    for (auto& call : found) {
        CHECK(Tapi3Desk::state(call) == CallState::offering);
        CHECK(call.query(&Provider::privilege) == tapi3::Privilege::owner);
        CHECK(!call.query(&Provider::answer));
    }
    for (std::size_t n = 1; n <= calls; ++n) desk.exchange().hangs_up(static_cast<int>(n), 2);
    for (auto& call : found) {
        REQUIRE(Tapi3Desk::over(call));
        CHECK(call.termination()->cause->disconnected == DisconnectCause::busy);
    }
    std::this_thread::sleep_for(50ms); // each is found once
    CHECK(!desk.next());
}

TEST_CASE("tapi3: a call that there is no memory for rings on, and is not disconnected where events are handled",
          "[tapi3][exhaustion][rule 34]") {
    Tapi3Desk desk(Tapi3Desk::fast(), know_ours);
    desk.exchange().settle();
    desk.exchange().let_ring();
    denied = 0;
    service_starves = true;
    desk.exchange().offer();
    const bool tried = Tapi3Desk::eventually([] { return denied > 0; });
    std::this_thread::sleep_for(50ms);
    service_starves = false;
    CHECK(tried);
    CHECK(desk.exchange().books().disconnects == 0);
    std::optional<Tapi3Session> call;
    REQUIRE(Tapi3Desk::eventually([&] { return (call = desk.next()).has_value(); }));
    CHECK(!call->disconnect(tapi3::DisconnectCode::rejected));
    CHECK(Tapi3Desk::over(*call));
    CHECK(desk.exchange().books().disconnects == 1);
}

TEST_CASE("tapi3: whatever there is no memory for when a call comes in, it rings on, and is shown when there is",
          "[tapi3][exhaustion][rule 34]") {
    int failures = 0;
    for (long n = 0;; ++n) {
        INFO(n);
        std::atomic<int> shown{0}, over{0};
        std::optional<Tapi3Session> taken;
        auto options = Tapi3Desk::fast();
        options.on_call = [&](Tapi3Session call) {
            until_failure = -1; // what comes now is the user's
            if (call.phase() != wrapup::Phase::active) ++over;
            taken.emplace(std::move(call));
            ++shown;
        };
        Tapi3Desk desk(options, know_ours);
        desk.exchange().settle();
        desk.exchange().let_ring();
        denied = 0;
        until_failure_is_theirs = true;
        until_failure = n;
        desk.exchange().offer();
        REQUIRE(Tapi3Desk::eventually([&] { return shown == 1; }));
        until_failure_is_theirs = false;
        CHECK(over == 0);
        CHECK(desk.exchange().books().disconnects == 0);
        CHECK(desk.telephony().outstanding().size() == 1);
        CHECK(!taken->drop());
        CHECK(Tapi3Desk::over(*taken));
        taken.reset();
        CHECK(shown == 1);
        if (denied == 0) break;
        ++failures;
    }
    CHECK(failures >= 5);
}
