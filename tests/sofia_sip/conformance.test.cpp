// SPDX-License-Identifier: BSL-1.0
// The SIP provider keeps the laws of a provider, with SIPp on the other side.
#include <wrapup/testing/provider_conformance.hpp>

#include "sofia_sip/desk.hpp"
#include "sofia_sip/sipp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

using namespace support;

namespace {

struct SipBench {
    using Provider = sofia::Provider;

    // It outlives the desk, which ends its calls.
    Sipp peer{"answers", {"-default_behaviors", "none"}, 1000};
    Sipp deaf{"ignores_bye", {"-default_behaviors", "none"}, 1000};
    SipDesk desk;

    template <class Begin>
    auto begin(Begin begin) {
        return answered(begin(Provider(desk.service()), peer.uri()));
    }
    template <class Begin>
    auto begin_hanging(Begin begin) {
        return answered(begin(Provider(desk.service()), deaf.uri()));
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        return begin(Provider(desk.service()), "not a uri");
    }
    void end(sofia::Call call) {
        const auto info = Provider(desk.service()).call_info(call);
        if (info) peer.tell(info->call_id);
    }
    std::size_t alive() { return desk.alive(); }
    bool ask(Provider& provider, sofia::Call call) {
        const auto info = provider.call_info(call);
        return info && !info->call_id.empty();
    }
    void close() { desk.close(); }
    static const char* excuse(std::string_view law) {
        if (law == "drop.refused") return "what the stack cannot do is known later";
        if (law == "watch.level_triggered" || law == "deallocate.unwatched")
            return "a call that nobody watches is not to be had";
        if (law == "lost.reported" || law == "lost.survived") return "a stack voids no single call";
        if (law == "service.lets_finish")
            return "what the providers refer to outlives the service, and finds no call then";
        if (law == "wait.deadline" || law == "wait.done") return "nobody has to pump";
        return nullptr;
    }

private:
    template <class Begun>
    Begun answered(Begun call) {
        const Provider provider(desk.service());
        static_cast<void>(eventually([&] { return provider.state(call.id()) == sofia::CallState::ready; }));
        return call;
    }
};

} // namespace

TEST_CASE("sofia: the provider keeps the laws", "[sofia][conformance]") {
    for (const auto& finding : wrapup::testing::check_provider<SipBench>([] { return std::make_unique<SipBench>(); })) {
        const bool excused = SipBench::excuse(finding.law) != nullptr;
        const bool as_it_should = finding.outcome != wrapup::testing::Outcome::broken &&
                                  (finding.outcome == wrapup::testing::Outcome::holds) == !excused;
        if (!as_it_should) std::printf("%s\n", to_string(finding).c_str());
        CHECK(as_it_should);
    }
}
