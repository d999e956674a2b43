// SPDX-License-Identifier: BSL-1.0
// The TAPI 2 provider keeps the laws of a provider, in each way in which messages come.
#include <wrapup/providers/tapi2.hpp>
#include <wrapup/testing/provider_conformance.hpp>

#include "tapi2/bench.hpp"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

using namespace tapi2_double;
namespace tapi2 = wrapup::tapi2;

namespace {

// Outlives the check, which ends the line.
struct LineBench {
    using Provider = tapi2::Provider;

    Bench bench;
    tapi2::Notification notification;
    std::optional<tapi2::Line> line;

    explicit LineBench(tapi2::Notification how) : notification(how) {
        tapi2::Options options;
        options.notification = how;
        options.grace = std::chrono::milliseconds(50);
        line.emplace(bench.functions(), options);
        bench.control().allow_late_uses(true); // some laws are about several threads
    }
    LineBench(const LineBench&) = delete;
    LineBench& operator=(const LineBench&) = delete;
    ~LineBench() { line.reset(); }

    template <class Begin>
    auto begin(Begin begin) {
        auto begun = begin(provider(), "100");
        settle(); // it has its handle
        return begun;
    }
    template <class Begin>
    auto begin_refusing(Begin begin) {
        Script script;
        script.returns = static_cast<Long>(tapi2::Error::operation_failed);
        bench.control().next(0, Function::drop, script);
        return this->begin(begin);
    }
    template <class Begin>
    auto begin_hanging(Begin begin) {
        Script script;
        script.effect = Effect::none;
        script.reply_when = When::before_return;
        bench.control().next(0, Function::drop, script);
        return this->begin(begin);
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        Script script;
        script.returns = static_cast<Long>(tapi2::Error::invalid_address);
        bench.control().next(0, Function::make_call, script);
        return begin(provider(), "100");
    }
    void end(tapi2::Call call) {
        const Handle handle = provider().handle(call);
        bench.control().hangs_up(bench.control().call_of(handle));
    }
    std::size_t alive() { return line->outstanding().size(); }
    bool ask(Provider& p, tapi2::Call call) { return p.call_status(call).has_value(); }
    tapi2::Call adoptable() {
        // As by lineGetNewCalls, or a conference: a handle that the line knows nothing of.
        Handle handle = 0;
        bench.functions().lineMakeCallW(line->handle(), &handle, u"100", 0, nullptr);
        settle();
        std::error_code error;
        const tapi2::Call call = provider().adopt(error, handle, tapi2::Privilege::owner);
        if (error) throw std::system_error(error);
        return call;
    }
    Provider provider() { return Provider(*line); }
    tapi2::UserUserInfo reason() { return tapi2::UserUserInfo("busy here"); }
    void lose(tapi2::Call) { bench.control().force_close(0); }
    void close() { line.reset(); }
    void settle() {
        if (notification == tapi2::Notification::hidden_window)
            for (int i = 0; i < 5; ++i) pump();
        else bench.control().wait_handled();
    }
    void pump() {
        if (notification == tapi2::Notification::hidden_window) bench.functions().pump(std::chrono::milliseconds(1));
        else std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const char* excuse(std::string_view law) const { return excuse(notification, law); }
    static const char* excuse(tapi2::Notification how, std::string_view law) {
        const bool pumps = how == tapi2::Notification::hidden_window;
        if (!pumps && law.substr(0, 5) == "wait.") return "it has nothing to pump, and the library waits";
        if (pumps && law == "abort.ends")
            return "while nobody pumps, the drop is not answered, and TAPI is asked for one at a time";
        return nullptr;
    }
};

void check(tapi2::Notification notification) {
    for (const auto& finding :
         wrapup::testing::check_provider<LineBench>([=] { return std::make_unique<LineBench>(notification); })) {
        const bool as_it_should =
            finding.outcome != wrapup::testing::Outcome::broken &&
            (finding.outcome == wrapup::testing::Outcome::holds) == !LineBench::excuse(notification, finding.law);
        if (!as_it_should) std::printf("%s\n", to_string(finding).c_str());
        CHECK(as_it_should);
    }
}

} // namespace

TEST_CASE("tapi2: the provider keeps the laws, where messages come by an event", "[tapi2][conformance]") {
    check(tapi2::Notification::event);
}
TEST_CASE("tapi2: the provider keeps the laws, where messages come through a port", "[tapi2][conformance]") {
    check(tapi2::Notification::completion_port);
}
TEST_CASE("tapi2: the provider keeps the laws, where messages come to a window", "[tapi2][conformance]") {
    check(tapi2::Notification::hidden_window);
}
