// SPDX-License-Identifier: BSL-1.0
// Ten thousand calls that end at random, and random schedules of what TAPI and users do, with the references that are counted
// as the judge: none is left, and none is given up twice.
#include <wrapup/monitor.hpp>
#include <wrapup/termination_callback.hpp>

#include "tapi3/desk.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace support;
using namespace std::chrono_literals;
using namespace tapi3_double;
using tapi3::DisconnectCode;
using tapi3::Error;
using tapi3::Provider;
using wrapup::Origin;

namespace {

// The same numbers with every library.
class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    unsigned below(unsigned n) { return static_cast<unsigned>(engine_() % n); }
    bool one_in(unsigned n) { return below(n) == 0; }

private:
    std::mt19937 engine_;
};

Script any_script(Dice& dice) {
    constexpr When whens[] = {When::before_return, When::at_once, When::at_once, When::on_release};
    constexpr Error errors[] = {Error::timeout, Error::operation_failed, Error::invalid_call_state, Error::dropped};
    Script script;
    script.when = whens[dice.below(4)];
    script.tells = !dice.one_in(6);
    script.ends = !dice.one_in(8);
    if (dice.one_in(6)) script.returns = dice.one_in(3) ? abi::s_false : static_cast<HResult>(errors[dice.below(4)]);
    return script;
}

} // namespace

TEST_CASE("tapi3: ten thousand calls end at random, and no reference is left", "[tapi3][many]") {
    constexpr unsigned calls_in_all = 10'000, calls_at_once = 40;
    Dice dice(3);
    Tapi3Desk desk;
    Exchange& exchange = desk.exchange();
    struct Live {
        Tapi3Session session;
        int number;
    };
    std::vector<Live> live;
    unsigned by_us = 0, by_the_other_party = 0, released_live = 0, refused = 0;

    const auto end_one = [&] {
        const std::size_t at = dice.below(static_cast<unsigned>(live.size()));
        Live call = std::move(live[at]);
        live[at] = std::move(live.back());
        live.pop_back();
        Script script;
        switch (dice.below(6)) {
        case 0:
            script.when = dice.one_in(2) ? When::before_return : When::at_once;
            exchange.next(script);
            CHECK(!call.session.disconnect(static_cast<DisconnectCode>(dice.below(3))));
            break;
        case 1: exchange.hangs_up(call.number, static_cast<Long>(1 + dice.below(8))); break;
        case 2: // both at once
            exchange.hangs_up(call.number);
            static_cast<void>(call.session.drop());
            break;
        case 3:
            script.returns = static_cast<HResult>(Error::timeout);
            exchange.next(script);
            static_cast<void>(call.session.drop());
            REQUIRE(Tapi3Desk::eventually([&] { return call.session.phase() != wrapup::Phase::terminating; }));
            ++refused;
            static_cast<void>(call.session.drop());
            break;
        case 4:
            ++released_live;
            call.session.release();
            break;
        default: static_cast<void>(call.session.drop()); break;
        }
        REQUIRE(Tapi3Desk::over(call.session));
        if (call.session.termination()->origin == Origin::remote) ++by_the_other_party;
        else ++by_us;
    };

    for (unsigned n = 0; n < calls_in_all; ++n) {
        if (dice.one_in(2)) {
            auto call = Tapi3Session::open(desk.telephony(), "100");
            live.push_back({std::move(call), exchange.books().calls_made});
        } else {
            auto call = desk.take();
            live.push_back({std::move(call), exchange.books().calls_made});
        }
        while (live.size() > calls_at_once || (n + 1 == calls_in_all && !live.empty())) end_one();
    }
    REQUIRE(
        Tapi3Desk::eventually([&] { return desk.telephony().outstanding().empty() && exchange.books().held == 0; }));
    exchange.settle();
    const Books books = exchange.books();
    std::printf("%u calls: ended by us %u, by the other party %u; released while live %u, drops refused %u\n"
                "made %d, held %d, disconnected after the end %d\n",
                calls_in_all, by_us, by_the_other_party, released_live, refused, books.calls_made, books.held,
                books.disconnects_after_the_end);
    CHECK(by_us + by_the_other_party == calls_in_all);
    CHECK(books.calls_made == static_cast<int>(calls_in_all));
    CHECK(books.held == 0);
}

TEST_CASE("tapi3: a thousand random schedules, and every reference is accounted for", "[tapi3][random][many]") {
    for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
        INFO(seed);
        Dice dice(seed);
        auto options = Tapi3Desk::fast();
        options.patience = std::chrono::milliseconds(1 + dice.below(5));
        options.grace = std::chrono::milliseconds(5);
        options.monitors = dice.one_in(2);
        Tapi3Desk desk(options);
        Exchange& exchange = desk.exchange();
        struct Held {
            Tapi3Session session;
            wrapup::Monitor<Provider> monitor;
            std::atomic<int> called{0};
            std::unique_ptr<wrapup::TerminationCallback<Provider, std::function<void()>>> callback;

            explicit Held(Tapi3Session s) : session(std::move(s)), monitor(session) {
                callback = std::make_unique<wrapup::TerminationCallback<Provider, std::function<void()>>>(
                    session, [this] { ++called; });
            }
        };
        std::vector<std::unique_ptr<Held>> held;
        const unsigned steps = 5 + dice.below(25);
        for (unsigned step = 0; step < steps; ++step) {
            while (auto call = desk.next()) held.push_back(std::make_unique<Held>(std::move(*call)));
            if (dice.one_in(3)) exchange.next(any_script(dice));
            const int number = 1 + static_cast<int>(dice.below(static_cast<unsigned>(exchange.books().calls_made) + 1));
            Held* const one = held.empty() ? nullptr : held[dice.below(static_cast<unsigned>(held.size()))].get();
            switch (dice.below(12)) {
            case 0: {
                std::error_code error;
                auto call = Tapi3Session::open(error, desk.telephony(), "100");
                if (!error) held.push_back(std::make_unique<Held>(std::move(call)));
                break;
            }
            case 1: exchange.offer(dice.one_in(4) ? abi::cp_monitor : abi::cp_owner); break;
            case 2: exchange.hangs_up(number, static_cast<Long>(dice.below(9))); break;
            case 3: exchange.set_state(number, static_cast<Long>(dice.below(7)), 0, !dice.one_in(4)); break;
            case 4: { // once more, or out of order; no event says that a call is disconnected which is not
                const bool is_over = exchange.state_of(number) == abi::cs_disconnected;
                exchange.tell(number, is_over ? abi::cs_disconnected : static_cast<Long>(dice.below(3)), 1);
                break;
            }
            case 5:
                if (one) static_cast<void>(one->session.drop());
                break;
            case 6:
                if (one) static_cast<void>(one->session.disconnect(DisconnectCode::rejected));
                break;
            case 7:
                if (one) static_cast<void>(one->session.abort());
                break;
            case 8:
                if (one) one->session.release();
                break;
            case 9: {
                std::error_code none;
                if (one) static_cast<void>(one->session.try_query(none, &Provider::call_info));
                break;
            }
            case 10: exchange.release_pending(); break;
            default: std::this_thread::sleep_for(std::chrono::microseconds(dice.below(1500))); break;
            }
        }
        if (dice.one_in(2)) exchange.release_pending();
        desk.close();
        exchange.release_pending();
        for (const auto& one : held) {
            one->callback.reset();
            CHECK(one->monitor.phase() == wrapup::Phase::released);
            CHECK(one->called == 1);
        }
        held.clear();
        CHECK(exchange.books().held == 0);
    }
}
