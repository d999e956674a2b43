// SPDX-License-Identifier: BSL-1.0
// The provider on the TAPI that Wine brings: it accepts a drop and never says anything again. Every wait ends at its deadline,
// and nothing spins.
#include <wrapup/providers/tapi2.hpp>
#include <wrapup/providers/tapi2_system.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"
#include "tapi2/control.hpp"

#include <windows.h>

#include <chrono>
#include <cstdio>
#include <system_error>

using namespace std::chrono_literals;
namespace tapi2 = wrapup::tapi2;
using tapi2::Provider;
using Call = wrapup::Session<Provider>;

namespace {

// What all threads of the program have used.
std::chrono::milliseconds processor_time() {
    FILETIME created, exited, kernel, user;
    if (!::GetProcessTimes(::GetCurrentProcess(), &created, &exited, &kernel, &user)) return 0ms;
    const auto ticks = [](FILETIME time) {
        return static_cast<long long>(static_cast<unsigned long long>(time.dwHighDateTime) << 32 | time.dwLowDateTime);
    };
    return std::chrono::milliseconds((ticks(kernel) + ticks(user)) / 10'000);
}

} // namespace

TEST_CASE("tapi2: it is Wine's own TAPI, and not the double") {
    const HMODULE module = ::LoadLibraryW(L"tapi32.dll");
    REQUIRE(module != nullptr);
    CHECK(::GetProcAddress(module, tapi2_double::control_export) == nullptr);
}

TEST_CASE("tapi2: on a TAPI that never confirms, every wait ends at its deadline, and nothing spins") {
    for (const auto notification :
         {tapi2::Notification::event, tapi2::Notification::hidden_window, tapi2::Notification::completion_port}) {
        tapi2::Options options;
        options.notification = notification;
        options.grace = 300ms;
        const auto used = processor_time();
        const auto begin = std::chrono::steady_clock::now();
        {
            tapi2::Line line(tapi2::system(), options);
            std::error_code error;
            CHECK(!Call::open(error, line, "100"));
            CHECK(error == tapi2::Error::operation_failed);

            Provider provider(line);
            Call call(provider.adopt(error, 0x4711, tapi2::Privilege::owner), provider);
            REQUIRE(!error);
            CHECK(!call.query(&Provider::call_info));
            CHECK(!call.drop());
            CHECK(!wrapup::wait_for(call, 700ms));
            CHECK(call.phase() == wrapup::Phase::terminating);
        }
        const auto took = std::chrono::steady_clock::now() - begin;
        CHECK(took >= 1s);
        CHECK(took < 20s);
        CHECK(processor_time() - used < 500ms);
    }
}
