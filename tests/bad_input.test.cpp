// SPDX-License-Identifier: BSL-1.0
// What nobody should do, and somebody will: everything twice and in every order, more than can be counted, from more
// threads than there are processors, with types that are legal and odd. What is about one verb or one handle alone stands
// with the tests of that.
#include <wrapup/monitor.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "support/crowd.hpp"
#include "support/scripted.hpp"

#include <algorithm>
#include <any>
#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using wrapup::Controller;
using wrapup::errc;
using wrapup::Monitor;
using wrapup::Notifier;
using wrapup::Origin;
using wrapup::Phase;
using wrapup::Session;
using wrapup::TerminationCallback;
using wrapup::detail::State;
using wrapup::simulator::Exchange;
using Call = Session<Scripted>;

namespace {

auto count(const Calls& calls, const std::string& what) { return std::count(calls.begin(), calls.end(), what); }

} // namespace

// ---- everything twice, in every order

namespace {

// How a provider answers to all that it is asked.
enum class Answers { accepts, confirms, refuses_drops, refuses_all };

void script_answers(Script& script, Answers answers) {
    if (answers == Answers::confirms)
        script.on_drop = script.on_abort = [&script](int id) {
            script.notifier(id).terminated();
            return std::error_code();
        };
    if (answers >= Answers::refuses_drops) script.on_drop = [](int) { return refusal; };
    if (answers == Answers::refuses_all) script.on_abort = [](int) { return refusal; };
}

// One session that all is done to, each step twice. Whatever the order, what must be so is so after every step.
class Abused {
public:
    explicit Abused(Answers answers) {
        script_answers(script_, answers);
        call_.emplace(script_.begin(1), script_);
        monitor_ = Monitor(*call_);
    }

    void verb(int which) { twice(&Abused::verb_once, which); }
    void notice(int which) { twice(&Abused::notice_once, which); }

    // Nobody is left: whatever the order was, the session is over, and its identifier given back or lost.
    bool end() {
        call_.reset();
        given_up_ = true;
        check();
        script_.notifier() = {};
        lost_ = true;
        check();
        const bool orderly = count(script_.calls(), "snapshot 1") == 1 && script_.calls().back() == "deallocate 1";
        return right_ && monitor_.termination() && monitor_.phase() == Phase::released &&
               (deallocated() ? orderly : count(script_.calls(), "snapshot 1") <= 1);
    }

    [[nodiscard]] Calls calls() const { return script_.calls(); }

private:
    void twice(void (Abused::*step)(int), int which) {
        for (int i = 0; i < 2; ++i) {
            (this->*step)(which);
            check();
        }
    }
    void verb_once(int which) {
        switch (which) {
        case 0: call_->drop(); break;
        case 1: call_->disconnect("abuse"); break;
        case 2: call_->abort(); break;
        default: call_->release(); given_up_ = true;
        }
    }
    void notice_once(int which) {
        switch (which) {
        case 0: script_.notifier().terminating(); break;
        case 1: script_.notifier().terminated("abuse"); break;
        case 2: script_.notifier().refused(refusal); break;
        default: hold(script_.notifier().lost() == deallocated()); lost_ = true;
        }
    }
    [[nodiscard]] bool deallocated() const { return script_.alive() == 0; }

    void check() {
        const bool over = monitor_.termination() != nullptr;
        hold(count(script_.calls(), "deallocate 1") == (deallocated() ? 1 : 0));
        hold(!deallocated() || (over && given_up_));
        hold(!given_up_ || lost_ || over == deallocated());
        if (call_) hold(static_cast<bool>(*call_) == (!given_up_ && monitor_.phase() != Phase::released));
    }
    void hold(bool what) { right_ = right_ && what; }

    Script script_;
    std::optional<Call> call_;
    Monitor<Scripted> monitor_;
    bool given_up_ = false, lost_ = false, right_ = true;
};

} // namespace

TEST_CASE("Bad input: every verb and every notice twice, in every order", "[bad_input][rules]") {
    enum class Mix { verbs_first, notices_first, in_turn };
    constexpr std::array all{Answers::accepts, Answers::confirms, Answers::refuses_drops, Answers::refuses_all};
    int orders = 0;
    const auto check = [&](Answers answers, Mix mix, const std::array<int, 4>& verbs,
                           const std::array<int, 4>& notices) {
        Abused abused(answers);
        for (std::size_t i = 0; i < 8; ++i) {
            const bool is_verb = mix == Mix::in_turn ? i % 2 == 0 : (i < 4) == (mix == Mix::verbs_first);
            const std::size_t n = mix == Mix::in_turn ? i / 2 : i % 4;
            if (is_verb) abused.verb(verbs[n]);
            else abused.notice(notices[n]);
        }
        const bool right = abused.end();
        CAPTURE(static_cast<int>(answers), static_cast<int>(mix), verbs, notices, abused.calls());
        REQUIRE(right);
        ++orders;
    };
    std::array verbs{0, 1, 2, 3};
    do {
        std::array notices{0, 1, 2, 3};
        do {
            for (const auto answers : all)
                for (const auto mix : {Mix::verbs_first, Mix::notices_first, Mix::in_turn})
                    check(answers, mix, verbs, notices);
        } while (std::next_permutation(notices.begin(), notices.end()));
    } while (std::next_permutation(verbs.begin(), verbs.end()));
    CHECK(orders == 4 * 3 * 24 * 24);
}

TEST_CASE("Bad input: every verb of an inline session twice, in every order", "[bad_input][rules][inline]") {
    const auto check = [](Answers answers, const std::array<int, 5>& verbs) {
        Script script;
        script_answers(script, answers);
        std::optional<int> kept;
        {
            Session<Local> call(script.begin(1), script);
            const auto once = [&](int verb) {
                switch (verb) {
                case 0: call.drop(); break;
                case 1: call.disconnect("abuse"); break;
                case 2: call.abort(); break;
                case 3: call.release(); break;
                default:
                    if (call) kept = call.detach();
                    else REQUIRE_THROWS_AS(call.detach(), std::system_error);
                }
                // Out of the handle is out of the service, where it was not taken out.
                REQUIRE((script.alive() == 0) == (!call && !kept));
                REQUIRE((call.phase() == Phase::released) == !call);
            };
            for (const int verb : verbs) {
                once(verb);
                once(verb);
            }
        }
        CAPTURE(verbs, script.calls());
        REQUIRE((script.alive() == 0) == !kept);
        REQUIRE(count(script.calls(), "deallocate 1") == (kept ? 0 : 1));
        REQUIRE(count(script.calls(), "snapshot 1") <= 1);
    };
    std::array verbs{0, 1, 2, 3, 4};
    do {
        for (const auto answers : {Answers::accepts, Answers::refuses_drops, Answers::refuses_all})
            check(answers, verbs);
    } while (std::next_permutation(verbs.begin(), verbs.end()));
}

// ---- more than can be counted

namespace {

constexpr std::uint64_t most_references = wrapup::detail::NativeBackend::max_references;

} // namespace

TEST_CASE("State: a count of references that is half full is never counted down again, and never overflows",
          "[bad_input][limits]") {
    constexpr auto with = [](std::uint64_t references) { return State(references * State::one_reference); };
    constexpr auto dropped = [](State s) {
        s.drop_reference(most_references);
        return s.references();
    };
    constexpr auto added = [](State s) {
        s.add_reference(most_references);
        return s;
    };
    constexpr std::uint64_t half = most_references / 2;
    STATIC_REQUIRE(with(most_references).references() == most_references);
    STATIC_REQUIRE(added(with(most_references)) == with(most_references));
    STATIC_REQUIRE(added(with(most_references - 1)) == with(most_references));
    STATIC_REQUIRE(dropped(with(most_references)) == most_references);
    STATIC_REQUIRE(dropped(with(half + 1)) == half + 1);
    STATIC_REQUIRE(dropped(with(half)) == half - 1);
    STATIC_REQUIRE(with(1).unreferenced() == false);
    STATIC_REQUIRE(with(0).unreferenced());
    // The count beside it is left alone.
    constexpr State leased = [] {
        State s(most_references * State::one_reference);
        s.add_lease();
        s.add_reference(most_references);
        return s;
    }();
    STATIC_REQUIRE(leased.leases() == 1);
}

namespace {

// What refers to a session that is leaked by design, so that a leak checker knows that it is.
void* leaked_by_design = nullptr;

struct Leaking {
    using Identifier = int;
    using Cause = int;
    int* deallocated;

    void drop(int) noexcept {}
    void deallocate(int) noexcept { ++*deallocated; }
    void watch(int, Notifier<int> notifier) noexcept { leaked_by_design = std::move(notifier).to_context(); }
};

} // namespace

TEST_CASE("Monitor: more of them than can be counted leak the session's memory, and never free it too early",
          "[bad_input][limits][monitor]") {
    static int deallocated;
    deallocated = 0;
    {
        Session<Leaking> call(1, {&deallocated});
        {
            const std::vector<Monitor<Leaking>> monitors(most_references / 2, Monitor(call));
            CHECK(monitors.back().phase() == Phase::active);
        }
        // Every one of them is gone, and so were the session now, had it been counted down.
        CHECK(call.phase() == Phase::active);
        Notifier<int>::Borrowed(leaked_by_design)->terminated(7);
        CHECK(*call.termination()->cause == 7);
    }
    CHECK(deallocated == 1);
    // Everybody who was ever counted is gone; the notifier is told that it is too late, and not that it is freed.
    Notifier<int>::Borrowed(leaked_by_design)->terminated(8);
    CHECK(Notifier<int>::Borrowed(leaked_by_design)->lost());
    CHECK(deallocated == 1);
}

// ---- what outlives what

TEST_CASE("Monitor: one that outlives the session, its notifier and its service still answers",
          "[bad_input][monitor][controller]") {
    const auto check = [](Controller<Crowd>& controller) {
        const Monitor<Crowd>& monitor = controller;
        CHECK(monitor.phase() == Phase::released);
        REQUIRE(monitor.termination());
        CHECK(controller.drop() == errc::released);
        CHECK(controller.disconnect(1) == errc::released);
        CHECK(controller.abort() == errc::released);
        std::error_code error;
        CHECK_FALSE(monitor.lease(error));
        CHECK(error == errc::released);
        CHECK_FALSE(monitor.try_query(error, &Crowd::is_valid));
        CHECK(error == errc::released);
        wrapup::wait(monitor);
        CHECK(wrapup::wait_for(monitor, -1h));
        int ran = 0;
        {
            const TerminationCallback late{monitor, [&] { ++ran; }};
        }
        CHECK(ran == 1);
        auto copy = monitor;
        CHECK(copy.termination() == monitor.termination());
        copy = {};
        CHECK(monitor.termination());
    };
    Controller<Crowd> controller;
    SECTION("it was ended and released") {
        {
            Exchange exchange;
            auto call = Session<Crowd>::open(exchange);
            controller = Controller(call);
            call.drop();
        }
        check(controller);
        CHECK(controller.termination()->origin == Origin::user);
    }
    SECTION("the service went first") {
        {
            auto exchange = std::make_unique<Exchange>();
            auto call = Session<Crowd>::open(*exchange);
            controller = Controller(call);
            exchange.reset();
        }
        check(controller);
        CHECK(controller.termination()->origin == Origin::service);
    }
}

// ---- many threads

TEST_CASE("Bad input: 256 threads do everything to one session", "[bad_input][threads]") {
    constexpr unsigned many = 256;
    for (unsigned round = 0; round < 3; ++round) {
        Exchange exchange;
        auto call = Session<Crowd>::open(exchange);
        const auto id = call.id();
        std::barrier start(many);
        std::atomic<unsigned> told{0}, ran{0};
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < many; ++i) {
            threads.emplace_back([&, i, monitor = Monitor(call), controller = Controller(call)] {
                std::error_code error;
                start.arrive_and_wait();
                switch ((i + round) % 8) {
                case 0: call.drop(); break;
                case 1: controller.disconnect(static_cast<int>(i)); break;
                case 2: controller.abort(); break;
                case 3: exchange.hang_up(id, 16); break;
                case 4: static_cast<void>(monitor.lease(error)); break;
                case 5: call.try_query(error, &Crowd::is_valid); break;
                case 6: call.release(); break;
                default: break;
                }
                wrapup::wait(monitor);
                told += monitor.termination()->statistics.has_value();
                const TerminationCallback callback{monitor, [&] { ++ran; }};
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(told == many);
        CHECK(ran == many);
        CHECK(exchange.deallocations() == 1);
        CHECK(exchange.alive() == 0);
    }
}

// ---- odd types

namespace {

// A service of one session, whose identifiers, causes, reasons and statistics are of any type.
template <class Id, class Value>
struct Odd {
    struct Service {
        std::optional<Notifier<Value>> notifier;
        int deallocated = 0;
        bool intact = true;
    };
    using Identifier = Id;
    using Cause = Value;
    using Reason = Value;

    Service* service;
    Id expected;

    void expect(const Id& id) noexcept {
        const bool aligned = reinterpret_cast<std::uintptr_t>(&id) % alignof(Id) == 0;
        service->intact = service->intact && aligned && id == expected;
    }
    void drop(const Id& id) noexcept { expect(id); }
    void drop(const Id& id, const Value&) noexcept { expect(id); }
    Value snapshot(const Id& id) noexcept {
        expect(id);
        return Value(3);
    }
    void deallocate(const Id& id) noexcept {
        expect(id);
        ++service->deallocated;
    }
};
template <class Id, class Value>
struct OddThatNotifies : Odd<Id, Value> {
    void watch(const Id& id, Notifier<Value> notifier) noexcept {
        this->expect(id);
        this->service->notifier.emplace(std::move(notifier));
    }
};

template <class Slot, class Is>
bool holds(const Slot& slot, Is is, int number) {
    return slot && reinterpret_cast<std::uintptr_t>(&*slot) % alignof(typename Slot::value_type) == 0 &&
           is(*slot, number);
}

// `is` tells whether a value was made from a number.
template <class Id, class Value, class Is>
void check_odd(const Id& id, Is is) {
    typename Odd<Id, Value>::Service service;
    {
        using Provider = OddThatNotifies<Id, Value>;
        Session<Provider> call(id, Provider{{&service, id}});
        CHECK(call.id() == id);
        CHECK_FALSE(call.disconnect(Value(1)));
        service.notifier->terminating(Value(7));
        service.notifier->terminated(Origin::application, Value(2));
        const Monitor monitor{call};
        auto moved = std::move(call);
        CHECK(moved.query([&](const Id& asked) { return asked == id; }));
        moved.release();
        CHECK(service.deallocated == 1);
        REQUIRE(monitor.termination());
        CHECK(holds(monitor.termination()->reason, is, 1));
        CHECK(holds(monitor.termination()->cause, is, 2));
        CHECK(holds(monitor.termination()->statistics, is, 3));
        service.notifier.reset();
    }
    {
        using Provider = Odd<Id, Value>;
        Session<Provider> call(id, Provider{&service, id});
        CHECK_FALSE(call.disconnect(Value(1)));
        auto moved = std::move(call);
        CHECK(holds(moved.termination()->reason, is, 1));
        CHECK(holds(moved.termination()->statistics, is, 3));
        CHECK(moved.id() == id);
    }
    CHECK(service.deallocated == 2);
    CHECK(service.intact);
}

struct alignas(128) Overaligned {
    int number = 0;
    Overaligned() = default;
    explicit Overaligned(int n) noexcept : number(n) {}
    friend bool operator==(const Overaligned&, const Overaligned&) noexcept = default;
};
struct Big {
    std::array<int, 16'384> numbers{};
    Big() = default;
    explicit Big(int n) noexcept { numbers.fill(n); }
    friend bool operator==(const Big&, const Big&) noexcept = default;
};
struct Empty {
    Empty() = default;
    explicit Empty(int) noexcept {}
    friend bool operator==(Empty, Empty) noexcept = default;
};
struct ConstMember {
    const int number;
    explicit ConstMember(int n) noexcept : number(n) {}
};
struct MoveOnly {
    std::unique_ptr<int> number;
    explicit MoveOnly(int n) : number(std::make_unique<int>(n)) {}
};
// Takes everything for itself that it is not asked for.
struct Greedy {
    int number = -1;
    Greedy(int n) noexcept : number(n) {} // NOLINT(google-explicit-constructor)
    template <class T>
        requires(!std::same_as<std::remove_cvref_t<T>, Greedy> && !std::same_as<std::remove_cvref_t<T>, int>)
    Greedy(T&&) noexcept {} // NOLINT(google-explicit-constructor)
    template <class T>
    friend void operator,(const Greedy&, T&&) = delete;
};
// Knows where it lives.
class Registered {
public:
    explicit Registered(int n) noexcept : number_(n), self_(this) {}
    Registered(Registered&& other) noexcept : number_(other.number_), self_(this) {}
    Registered& operator=(Registered&&) = delete;
    ~Registered() { self_ = nullptr; }
    [[nodiscard]] bool is(int n) const noexcept { return self_ == this && number_ == n; }

private:
    int number_;
    const Registered* self_;
};
enum class Colour : std::uint8_t {};

constexpr auto by_number = [](const auto& value, int n) { return value.number == n; };
constexpr auto by_value = [](auto value, int n) { return value == decltype(value)(n); };

} // namespace

TEST_CASE("Bad input: identifiers, causes, reasons and statistics of odd types arrive whole", "[bad_input][types]") {
    SECTION("over-aligned") { check_odd<Overaligned, Overaligned>(Overaligned(5), by_number); }
    SECTION("big") {
        check_odd<Big, Big>(Big(5), [](const Big& b, int n) { return b == Big(n); });
    }
    SECTION("empty") {
        check_odd<Empty, Empty>(Empty(), [](Empty, int) { return true; });
    }
    SECTION("with const members") { check_odd<int, ConstMember>(5, by_number); }
    SECTION("move-only") {
        check_odd<int, MoveOnly>(5, [](const MoveOnly& m, int n) { return m.number && *m.number == n; });
    }
    SECTION("made from anything") { check_odd<int, Greedy>(5, by_number); }
    SECTION("std::any") {
        check_odd<int, std::any>(5, [](const std::any& a, int n) { return std::any_cast<int>(a) == n; });
    }
    SECTION("that know where they live") {
        check_odd<int, Registered>(5, [](const Registered& r, int n) { return r.is(n); });
    }
    SECTION("bool") { check_odd<bool, bool>(true, by_value); }
    SECTION("enumerations") { check_odd<Colour, Colour>(Colour{5}, by_value); }
    SECTION("pointers to members") { check_odd<int Greedy::*, double>(&Greedy::number, by_value); }
    SECTION("null pointers") { check_odd<std::nullptr_t, long>(nullptr, by_value); }
    SECTION("std::byte") { check_odd<std::byte, std::byte>(std::byte{5}, by_value); }
    SECTION("shared pointers") {
        const auto token = std::make_shared<int>(5);
        check_odd<std::shared_ptr<int>, int>(token, by_value);
        CHECK(token.use_count() == 1);
    }
}
