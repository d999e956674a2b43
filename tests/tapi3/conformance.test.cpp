// SPDX-License-Identifier: BSL-1.0
// The TAPI 3 provider keeps the laws of a provider.
#include <wrapup/testing/provider_conformance.hpp>

#include "tapi3/desk.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

using namespace support;
using namespace tapi3_double;

namespace {

struct TelephonyBench {
    using Provider = tapi3::Provider;

    Tapi3Desk desk{Tapi3Desk::unhurried()};

    template <class Begin>
    auto begin(Begin begin) {
        auto begun = begin(provider(), "100");
        desk.exchange().settle();
        return begun;
    }
    template <class Begin>
    auto begin_hanging(Begin begin) {
        Script script;
        script.ends = false;
        desk.exchange().next(script);
        return this->begin(begin);
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        desk.exchange().create_returns(static_cast<HResult>(tapi3::Error::invalid_address));
        return begin(provider(), "?");
    }
    void end(tapi3::Call call) {
        for (int number = 1; number <= desk.number(); ++number)
            if (desk.exchange().is(number, call.get())) desk.exchange().hangs_up(number);
    }
    std::size_t alive() { return desk.telephony().outstanding().size(); }
    bool ask(Provider& provider, tapi3::Call call) { return provider.call_info(call).has_value(); }
    tapi3::Call adoptable() {
        std::error_code error;
        auto* const object = desk.exchange().make();
        const tapi3::Call call = provider().adopt(error, object);
        Exchange::release(object);
        if (error) throw std::system_error(error);
        return call;
    }
    Provider provider() { return Provider(desk.telephony()); }
    tapi3::DisconnectCode reason() { return tapi3::DisconnectCode::rejected; }
    void close() { desk.close(); }
    void settle() { desk.exchange().settle(); }
    void pump() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }
};

const char* excuse(std::string_view law) {
    if (law == "drop.refused") return "another thread asks TAPI, so what it refuses is refused later";
    if (law.substr(0, 5) == "lost.") return "TAPI 3 voids no call";
    return nullptr;
}

} // namespace

TEST_CASE("tapi3: the provider keeps the laws", "[tapi3][conformance]") {
    for (const auto& finding :
         wrapup::testing::check_provider<TelephonyBench>([] { return std::make_unique<TelephonyBench>(); })) {
        const bool as_it_should = finding.outcome != wrapup::testing::Outcome::broken &&
                                  (finding.outcome == wrapup::testing::Outcome::holds) == !excuse(finding.law);
        if (!as_it_should) std::printf("%s\n", to_string(finding).c_str());
        CHECK(as_it_should);
    }
}
