// SPDX-License-Identifier: BSL-1.0
#include <wrapup/notifier_table.hpp>
#include <wrapup/termination_callback.hpp>

#include "support/catch.hpp"
#include "support/scripted.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

using namespace support;
using wrapup::Notifier;
using wrapup::NotifierTable;
using wrapup::Origin;
using wrapup::Phase;
using wrapup::Session;

namespace {

using Table = NotifierTable<int, std::string>;

// A service in C: events go to one function with a `void*`.
struct CService {
    void (*callback)(void* context, int what) = nullptr;
    void* context = nullptr;
};

struct CProvider {
    using Identifier = int;
    using Cause = int;
    CService* service;

    void watch(int, Notifier<int> notifier) noexcept {
        service->context = std::move(notifier).to_context();
        service->callback = [](void* context, int what) { Notifier<int>::Borrowed(context)->terminated(what); };
    }
    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
};

} // namespace

TEST_CASE("Notifier: it goes through the void* of a C callback and back", "[notifier]") {
    CService service;
    Session<CProvider> call(1, {&service});
    service.callback(service.context, 7);
    CHECK(*call.termination()->cause == 7);
    service.callback(service.context, 8); // as often as the service likes
    CHECK(*call.termination()->cause == 7);
    const auto notifier = Notifier<int>::from_context(service.context);
    CHECK(notifier);
}

TEST_CASE("Notifier: one that comes back from its context and dies has said lost", "[notifier][lost]") {
    CService service;
    Session<CProvider> call(1, {&service});
    { const auto notifier = Notifier<int>::from_context(service.context); }
    CHECK(call.phase() == Phase::released);
    CHECK(call.termination()->origin == Origin::service);
}

TEST_CASE("Notifier: the one that is assigned to has said lost, the moved one goes on", "[notifier][lost]") {
    Script script;
    Session<Scripted> first(script.begin(1), script), second(script.begin(2), script);
    script.notifier(1) = std::move(script.notifier(2));
    CHECK(first.termination()->origin == Origin::service);
    CHECK_FALSE(second.termination());
    script.notifier(1).terminated("for the second");
    CHECK(*second.termination()->cause == "for the second");
    auto& self = script.notifier(1);
    self = std::move(self);
    CHECK(self);
}

TEST_CASE("Notifier: an empty one goes through a context and back, and is borrowed, to no effect",
          "[notifier][empty]") {
    CHECK(Notifier<int>().to_context() == nullptr);
    const auto notifier = Notifier<int>::from_context(nullptr);
    CHECK_FALSE(notifier);
    const Notifier<int>::Borrowed borrowed(nullptr);
    CHECK_FALSE(*borrowed);
    borrowed->terminated(7);
    CHECK_FALSE(borrowed->lost());
    Notifier<int> empty;
    auto& self = empty;
    empty = std::move(self);
    CHECK_FALSE(empty);
}

TEST_CASE("Notifier: one that has said terminated owes nothing when it dies", "[notifier]") {
    Script script;
    Session<Scripted> call(script.begin(1), script);
    script.notifier().terminated();
    script.notifier() = {};
    CHECK(call.phase() == Phase::terminated);
    call.release();
    CHECK(script.alive() == 0);
}

TEST_CASE("Notifier: notices from within a notice", "[notifier]") {
    Script script;
    Session<Scripted> call(script.begin(1), script);
    script.on_snapshot = [&](int id) {
        script.notifier(id).terminated(Origin::service, "within");
        script.notifier(id).terminating();
        script.notifier(id).refused(refusal);
    };
    script.notifier().terminated(Origin::remote, "outer");
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(*call.termination()->cause == "outer");
    CHECK(call.termination()->contested);
}

TEST_CASE("Notifier: lost from within the snapshot voids the identifier", "[notifier][lost]") {
    Script script;
    Session<Scripted> call(script.begin(1), script);
    script.on_snapshot = [&](int id) { CHECK_FALSE(script.notifier(id).lost()); };
    script.notifier().terminated();
    CHECK(call.phase() == Phase::released);
    call.release();
    CHECK(script.calls() == Calls{"watch 1", "snapshot 1"});
}

// ---- the table

TEST_CASE("NotifierTable: an event finds the session that its identifier is bound to, or nobody", "[table]") {
    Script script;
    Table table;
    Session<Scripted> call(script.begin(1), script);
    table.bind(table.reserve(), 70, std::move(script.notifier()));
    CHECK_FALSE(table.notify(71, [](const auto&) { FAIL("nobody is bound to 71"); }));
    CHECK(table.notify(70, [](const auto& notifier) { notifier.terminated(std::string("event")); }));
    CHECK(*call.termination()->cause == "event");
    CHECK(table.size() == 1);
}

TEST_CASE("NotifierTable: an identifier that is bound to an empty notifier finds nobody", "[table]") {
    Script script;
    Table table;
    Session<Scripted> call(script.begin(1), script);
    table.bind(table.reserve(), 70, Script::Notifier());
    table.bind(table.reserve(), 71, std::move(script.notifier()));
    int told = 0;
    const auto tell = [&](const Script::Notifier& notifier) {
        ++told;
        notifier.terminated();
    };
    CHECK_FALSE(table.notify(70, tell));
    CHECK_FALSE(table.notify(72, tell));
    CHECK(told == 0);
    CHECK(table.size() == 2);
    CHECK(table.notify(71, tell));
    CHECK(told == 1);
    CHECK(call.termination() != nullptr);
}

TEST_CASE("NotifierTable: a late event for a reused identifier finds nobody", "[table]") {
    Script script;
    Table table;
    const auto late_event = [&] {
        return table.notify(70, [](const auto& notifier) { notifier.terminated(std::string("late")); });
    };
    Session<Scripted> first(script.begin(1), script);
    table.bind(table.reserve(), 70, std::move(script.notifier(1)));
    script.on_deallocate = [&](int) { table.remove(70); };
    late_event();
    first.release();

    Session<Scripted> second(script.begin(2), script);
    auto place = table.reserve(); // the service has been asked; it will answer with 70 again
    CHECK_FALSE(late_event());
    table.bind(std::move(place), 70, std::move(script.notifier(2)));
    CHECK(second.phase() == Phase::active);
    CHECK(table.size() == 1);
}

TEST_CASE("NotifierTable: binding an identifier again says lost for the session that had it", "[table][lost]") {
    Script script;
    Table table;
    Session<Scripted> first(script.begin(1), script), second(script.begin(2), script);
    table.bind(table.reserve(), 70, std::move(script.notifier(1)));
    table.bind(table.reserve(), 70, std::move(script.notifier(2)));
    CHECK(first.termination()->origin == Origin::service);
    CHECK(second.phase() == Phase::active);
    CHECK(table.size() == 1);
}

TEST_CASE("NotifierTable: it lists what is outstanding, and what is outstanding when it goes is lost",
          "[table][lost]") {
    Script script;
    auto table = std::make_unique<Table>();
    Session<Scripted> first(script.begin(1), script), second(script.begin(2), script);
    table->bind(table->reserve(), 71, std::move(script.notifier(1)));
    table->bind(table->reserve(), 72, std::move(script.notifier(2)));
    auto outstanding = table->outstanding();
    std::sort(outstanding.begin(), outstanding.end());
    CHECK(outstanding == std::vector{71, 72});
    // What is said as it goes may come back to it.
    const wrapup::TerminationCallback back{
        first, [going = table.get()] { going->notify(72, [](const auto& n) { n.terminated("first"); }); }};
    table.reset();
    CHECK(first.termination());
    CHECK(second.termination());
}

TEST_CASE("NotifierTable: a place that is not used is given back", "[table]") {
    Script script;
    Table table;
    for (int i = 0; i < 100; ++i) {
        const auto unused = table.reserve();
    }
    CHECK(table.size() == 0);
    auto a = table.reserve();
    auto b = std::move(a);
    Session<Scripted> call(script.begin(1), script);
    table.bind(std::move(b), 70, std::move(script.notifier()));
    CHECK(table.size() == 1);
    { const auto used_up = std::move(a), of_used_up = std::move(b); }
    CHECK(table.outstanding() == std::vector{70});
}

TEST_CASE("NotifierTable: an identifier is taken out twice, and events find nobody", "[table][empty]") {
    Script script;
    Table table;
    CHECK_FALSE(table.remove(70));
    Session<Scripted> call(script.begin(1), script);
    table.bind(table.reserve(), 70, std::move(script.notifier()));
    { const auto notifier = table.remove(70); }
    CHECK_FALSE(table.remove(70));
    CHECK(call.termination()->origin == Origin::service);
    CHECK_FALSE(table.notify(70, [](const auto&) { FAIL("it was taken out"); }));
    CHECK(table.outstanding().empty());
}

TEST_CASE("NotifierTable: a notifier is removed while another thread tells it something", "[table][threads]") {
    for (int n = 0; n < 500; ++n) {
        Script script;
        Table table;
        Session<Scripted> call(script.begin(1), script);
        table.bind(table.reserve(), 70, std::move(script.notifier()));
        std::atomic<bool> go{false};
        std::thread other([&] {
            while (!go) {
            }
            table.notify(70, [](const auto& notifier) { notifier.terminated(std::string("told")); });
        });
        go = true;
        table.remove(70);
        other.join();
        REQUIRE(call.termination());
        // Whichever came first stands: a session that was told its end keeps its identifier.
        REQUIRE(call.termination()->cause.has_value() == (call.phase() == Phase::terminated));
        call.release();
        REQUIRE(script.alive() == (call.termination()->cause ? 0u : 1u));
    }
}

TEST_CASE("NotifierTable: a place that was moved from binds nothing, and the notifier says lost", "[table]") {
    Script script;
    auto call = Session<Scripted>(script.begin(1), script);
    {
        wrapup::NotifierTable<int, std::string> table;
        auto place = table.reserve();
        const auto kept = std::move(place);
        table.bind(std::move(place), 7, std::move(script.notifier()));
        CHECK(table.size() == 0);
        REQUIRE(call.termination());
    }
    CHECK(call.termination()->origin == Origin::service);
    CHECK(call.phase() == Phase::released);
}

namespace {

// As a smart pointer of COM: its address is not to be had.
struct Addressless {
    int number = 0;
    void operator&() const = delete;
};

struct ReportsAddressless {
    using Identifier = int;
    using Cause = Addressless;
    wrapup::Notifier<Addressless>* wire;
    void drop(int) noexcept {}
    void deallocate(int) noexcept {}
    void watch(int, wrapup::Notifier<Addressless> notifier) noexcept { *wire = std::move(notifier); }
};

} // namespace

TEST_CASE("Notifier: a cause whose address is not to be had is reported as any other", "[notifier]") {
    wrapup::Notifier<Addressless> wire;
    const wrapup::Session<ReportsAddressless> call(1, ReportsAddressless{&wire});
    wire.terminating(Addressless{1});
    wire.terminated(Origin::remote, Addressless{2});
    CHECK(call.termination()->cause->number == 2);
}
