// SPDX-License-Identifier: BSL-1.0
// Ten thousand calls on one line, ended at random by either side, and the double's books on them.
#include "tapi2/desk.hpp"

#include <cstdint>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

using namespace support;
using namespace tapi2_double;
using tapi2::Error;
using tapi2::Provider;
using wrapup::Origin;

namespace {

constexpr unsigned calls_in_all = 10'000, calls_at_once = 40;

struct Ends {
    unsigned by_us = 0, by_the_other_party = 0, by_the_service = 0, released_live = 0, refused = 0;
};

} // namespace

TEST_CASE("tapi2: ten thousand calls end at random, and the books are even", "[tapi2][many]") {
    std::mt19937 random(2);
    const auto below = [&random](std::uint32_t n) { return static_cast<unsigned>(random() % n); };
    Desk desk;
    Control& control = desk.control();
    control.allow_late_uses(true);
    Ends ends;
    std::vector<TapiSession> live;

    const auto count = [&](const TapiSession& call) {
        switch (call.termination()->origin) {
        case Origin::user:
        case Origin::application: ++ends.by_us; break;
        case Origin::remote: ++ends.by_the_other_party; break;
        case Origin::service: ++ends.by_the_service; break;
        }
    };
    const auto end_one = [&] {
        const auto at = live.begin() + static_cast<std::ptrdiff_t>(below(static_cast<unsigned>(live.size())));
        TapiSession call = std::move(*at);
        live.erase(at);
        REQUIRE(desk.eventually([&] { return Desk::handle(call) != 0 || call.termination(); }));
        const Dword number = control.call_of(Desk::handle(call));
        const unsigned how = call.termination() ? 9 : below(8);
        Script script;
        switch (how) {
        case 0:
        case 1:
            script.effect_first = below(2) == 0;
            if (how == 1) script.effect = Effect::disconnected_then_idle;
            control.next(0, Function::drop, script);
            static_cast<void>(call.drop());
            break;
        case 2: control.hangs_up(number, 1U << below(20)); break;
        case 3: control.goes_idle(number); break;
        case 4: control.is_busy(number); break;
        case 5:
            script.returns = static_cast<Long>(Error::operation_failed);
            control.next(0, Function::drop, script);
            if (call.drop()) ++ends.refused;
            static_cast<void>(call.drop());
            break;
        case 6: // both at once
            control.hangs_up(number);
            static_cast<void>(call.drop());
            break;
        case 7:
            ++ends.released_live;
            call.release();
            break;
        default: break;
        }
        REQUIRE(desk.over(call));
        if (how != 7) REQUIRE(call.query(&Provider::call_info));
        count(call);
    };

    for (unsigned n = 0; n < calls_in_all; ++n) {
        if (below(2) == 0) {
            live.push_back(TapiSession::open(desk.line(), "100"));
        } else {
            control.offer(0);
            REQUIRE(desk.eventually([&] {
                auto call = desk.next();
                if (call) live.push_back(std::move(*call));
                return call.has_value();
            }));
        }
        while (live.size() > calls_at_once || (n + 1 == calls_in_all && !live.empty())) end_one();
    }
    REQUIRE(desk.eventually([&] { return desk.line().outstanding().empty(); }));

    const Books books = desk.books();
    std::printf(
        "%u calls: ended by us %u, by the other party %u, by the service %u; released while live %u, drops refused %u\n"
        "handles given %lu, deallocated %lu, live %lu; deallocated twice %lu, used when void %lu, violations %lu\n",
        calls_in_all, ends.by_us, ends.by_the_other_party, ends.by_the_service, ends.released_live, ends.refused,
        static_cast<unsigned long>(books.handles_given), static_cast<unsigned long>(books.handles_deallocated),
        static_cast<unsigned long>(books.handles_live), static_cast<unsigned long>(books.double_deallocations),
        static_cast<unsigned long>(books.dead_handle_uses), static_cast<unsigned long>(books.violations));
    CHECK(ends.by_us + ends.by_the_other_party + ends.by_the_service == calls_in_all);
    CHECK(books.handles_given == calls_in_all);
    CHECK(books.handles_deallocated == calls_in_all);
    CHECK(books.handles_live == 0);
    CHECK(books.double_deallocations == 0);
    CHECK(books.dead_handle_uses == 0);
    CHECK(books.deallocations_of_live == 0);
}
