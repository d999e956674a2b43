// SPDX-License-Identifier: BSL-1.0
// Where there is no memory: the n-th allocation of the service's threads and of what is asked of it fails, for every n.
#include <wrapup/providers/sofia_sip.hpp>
#include <wrapup/wait.hpp>

#include "sofia_sip/desk.hpp"
#include "sofia_sip/sipp.hpp"
#include "support/replaced_new.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

using namespace support;
using sofia::CallState;

namespace {

// Which allocation fails, counted down to it; 0 is none. The tests' own do not count.
std::atomic<int> until_failure{0};
thread_local bool counts = true;

// Every allocation counts in there.
template <class Work>
void with_failure(int n, Work work) {
    until_failure = n;
    counts = true;
    work();
    counts = false;
}

} // namespace

void* support::allocate(std::size_t size) noexcept {
    if (counts && until_failure > 0) {
        const int left = --until_failure;
        if (left == 0) return nullptr;
    }
    return std::malloc(size ? size : 1);
}

TEST_CASE("sofia: a service for which there is no memory is none, and leaves nothing behind", "[sofia][memory]") {
    counts = false;
    const sofia::Options options = SipDesk::impatient();
    int refused = 0;
    for (int n = 1;; ++n) {
        std::optional<sofia::Service> service;
        with_failure(n, [&] {
            try {
                service.emplace(options);
            } catch (const std::bad_alloc&) {
                ++refused;
            } catch (const std::system_error& error) { // of the C library, or the stack's
                CHECK(error.code() == std::errc::not_enough_memory);
                ++refused;
            }
        });
        const bool none_failed = until_failure > 0;
        until_failure = 0;
        if (none_failed) {
            CHECK(service);
            break;
        }
        CHECK_FALSE((service && service->contact().empty()));
    }
    CHECK(refused >= 5);
}

TEST_CASE("sofia: a call for which memory fails is over all the same, and its handle is gone", "[sofia][memory]") {
    counts = false;
    Sipp peer("answers", {"-default_behaviors", "none"}, 1000);
    sofia::Options options = SipDesk::impatient();
    options.t1 = 20ms; // what could not be said is said again soon
    SipDesk desk(options);
    int refused = 0, n = 1;
    for (bool failed = true; failed; ++n) {
        CAPTURE(n);
        const std::string uri = peer.uri();
        std::optional<SipSession> call;
        with_failure(n, [&] {
            std::error_code error;
            try {
                call.emplace(SipSession::open(error, desk.service(), uri));
            } catch (const std::bad_alloc&) {
                error = make_error_code(std::errc::not_enough_memory);
            }
            if (!error) return;
            CHECK(error == std::errc::not_enough_memory);
            ++refused;
            call.reset();
        });
        if (call) {
            REQUIRE(eventually([&] { return SipDesk::state(*call) == CallState::ready || call->termination(); }));
            const bool failed_by_itself = call->termination() != nullptr;
            sofia::Reason reason{.q850 = 16, .text = "words that are too long to be kept without memory"};
            with_failure(until_failure, [&] { static_cast<void>(call->disconnect(std::move(reason))); });
            REQUIRE(SipDesk::over(*call));
            CHECK(call->termination()->origin ==
                  (failed_by_itself ? wrapup::Origin::service : wrapup::Origin::application));
            with_failure(until_failure, [&] { call->release(); });
        }
        REQUIRE(eventually([&] { return desk.alive() == 0; }));
        failed = until_failure == 0;
        until_failure = 0;
    }
    CHECK(refused >= 3);
    CHECK(n > 20);
}
