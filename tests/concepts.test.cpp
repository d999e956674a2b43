// SPDX-License-Identifier: BSL-1.0
// The concepts from both sides: the smallest models and what a session over them can do, variants that are tolerated,
// and near-misses that are broken in exactly one way each. Then the shape of the types that users hold.
#include <wrapup/monitor.hpp>
#include <wrapup/session.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/testing/archetypes.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <concepts>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>

using namespace wrapup;
using namespace wrapup::testing;

namespace {

using Calls = std::vector<std::string>;

// That P models exactly these.
template <class P>
constexpr bool models(bool causes, bool reasons, bool notifies, bool snapshots, bool aborts, bool timed, bool waits,
                      bool traces, bool allocates = false) {
    return SessionProvider<P> && ReportsCause<P> == causes && AcceptsReason<P> == reasons && Notifies<P> == notifies &&
           Snapshots<P> == snapshots && Aborts<P> == aborts && Timed<P> == timed && Waits<P> == waits &&
           Traces<P> == traces && Allocates<P> == allocates;
}

} // namespace

// ---- what a program may instantiate explicitly

template class wrapup::Session<MinimalProvider>;
template class wrapup::Session<MinimalNotifies>;
template class wrapup::Monitor<MinimalNotifies>;
template class wrapup::Controller<MinimalNotifies>;
template class wrapup::Lease<MinimalNotifies>;

// ---- archetypes: each models its concept and, beside `SessionProvider`, no other

static_assert(models<MinimalProvider>(false, false, false, false, false, false, false, false));
static_assert(models<MinimalReportsCause>(true, false, false, false, false, false, false, false));
static_assert(models<MinimalAcceptsReason>(false, true, false, false, false, false, false, false));
static_assert(models<MinimalNotifies>(false, false, true, false, false, false, false, false));
static_assert(models<MinimalSnapshots>(false, false, false, true, false, false, false, false));
static_assert(models<MinimalAborts>(false, false, false, false, true, false, false, false));
static_assert(models<MinimalTimed>(false, false, false, false, false, true, false, false));
static_assert(models<MinimalWaits>(false, false, true, false, false, true, true, false));
static_assert(models<MinimalTraces>(false, false, false, false, false, false, false, true));
static_assert(models<MinimalAllocates>(false, false, true, false, false, false, false, false, true));
static_assert(Opens<MinimalOpens> && !Opens<MinimalOpens, int> && !Notifies<MinimalOpens>);
static_assert(Opens<MinimalOpensAndNotifies> && Notifies<MinimalOpensAndNotifies>);
static_assert(!Opens<MinimalProvider> && !Opens<MinimalNotifies>);

// They have no more than is asked.
static_assert(!std::default_initializable<MinimalProvider> && !std::copy_constructible<MinimalProvider>);
static_assert(!std::is_move_assignable_v<MinimalProvider> && !std::totally_ordered<MinimalIdentifier>);
static_assert(!std::is_nothrow_default_constructible_v<MinimalIdentifier>);
static_assert(!std::is_default_constructible_v<MinimalCause> && !std::copy_constructible<MinimalCause>);
static_assert(!std::is_move_assignable_v<MinimalCause> && !std::equality_comparable<MinimalCause>);

TEST_CASE("Archetype of SessionProvider: every verb and every question that needs nothing more",
          "[concepts][session]") {
    Ledger ledger;
    {
        Session<MinimalProvider> session(ledger.begin(1), MinimalProvider(ledger));
        CHECK(session);
        CHECK(session.phase() == Phase::active);
        CHECK(session.termination() == nullptr);
        CHECK(session.id().number() == 1);
        CHECK_FALSE(session.drop());
        CHECK_FALSE(session.drop());
        CHECK(session.phase() == Phase::terminated);
        CHECK(session.termination()->origin == Origin::user);
        CHECK(session.query([](const MinimalIdentifier& id) { return id.number(); }) == 1);
        std::error_code error;
        CHECK(session.try_query(error, [](MinimalProvider& provider, const MinimalIdentifier&) {
            return provider.ledger.alive;
        }) == 1);
        Session<MinimalProvider> other(std::move(session));
        CHECK_FALSE(session);
        CHECK(other);
        other.release();
        other.release();
        CHECK(other.phase() == Phase::released);
        CHECK(other.drop() == errc::released);
        CHECK_THROWS_AS(other.id(), std::system_error);
        CHECK(ledger.calls == Calls{"drop 1", "deallocate 1"});

        const Session<MinimalProvider> dropped_by_destructor(ledger.begin(2), MinimalProvider(ledger));
        Session<MinimalProvider> detached(ledger.begin(3), MinimalProvider(ledger));
        CHECK(detached.detach().number() == 3);
    }
    CHECK(ledger.calls == Calls{"drop 1", "deallocate 1", "drop 2", "deallocate 2"});
    CHECK(ledger.alive == 1); // the one that was detached
}

TEST_CASE("Archetype of ReportsCause: without notices there is nobody to report one", "[concepts][session]") {
    Ledger ledger;
    Session<MinimalReportsCause> session(ledger.begin(1), MinimalReportsCause(ledger));
    CHECK_FALSE(session.drop());
    CHECK_FALSE(session.termination()->cause);
}

TEST_CASE("Archetype of AcceptsReason: disconnect, and the reason in the termination", "[concepts][session]") {
    Ledger ledger;
    Session<MinimalAcceptsReason> session(ledger.begin(1), MinimalAcceptsReason(ledger));
    CHECK_FALSE(session.disconnect(MinimalReason(7)));
    CHECK(session.termination()->origin == Origin::application);
    CHECK(session.termination()->reason->number() == 7);
    CHECK(ledger.calls == Calls{"drop for 7 1"});
}

TEST_CASE("Archetype of Opens: both forms of open", "[concepts][session]") {
    Ledger ledger;
    {
        std::error_code error = errc::lost;
        auto session = Session<MinimalOpens>::open(error, MinimalOpens(ledger));
        CHECK_FALSE(error);
        auto another = Session<MinimalOpens>::open(MinimalOpens(ledger));
        CHECK(another.id() == session.id());
    }
    CHECK(ledger.calls == Calls{"open 1", "open 1", "drop 1", "deallocate 1", "drop 1", "deallocate 1"});
    CHECK(ledger.alive == 0);
}

TEST_CASE("Archetype of Notifies: everything that looks on and waits", "[concepts][session][notifier]") {
    Ledger ledger;
    MinimalNotifies::Wire wire;
    int called = 0;
    {
        Session<MinimalNotifies> session(ledger.begin(1), MinimalNotifies(ledger, wire));
        Monitor monitor(session);
        Controller controller(session);
        TerminationCallback with_nothing(session, [&] { ++called; });
        TerminationCallback with_termination(
            monitor, [&](const Termination<MinimalNotifies>& t) { called += t.origin == Origin::user; });
        CHECK_FALSE(wait_for(session, std::chrono::seconds(0)));
        CHECK_FALSE(controller.drop());
        CHECK(session.phase() == Phase::terminating);
        wire.notifier.terminating();
        wire.notifier.refused(make_error_code(std::errc::device_or_resource_busy));
        wire.notifier.terminated();
        wait(session);
        CHECK(wait_for(monitor, std::chrono::seconds(1)));
        CHECK(wait_until(controller, std::chrono::steady_clock::now()));
        CHECK(called == 2);
        CHECK(monitor.query([](const MinimalIdentifier& id) { return id.number(); }) == 1);
        std::error_code error;
        {
            const auto lease = monitor.lease(error);
            CHECK(lease.id().number() == 1);
            session.release();
            CHECK(ledger.alive == 1);
        }
        CHECK(ledger.alive == 0);
        CHECK_FALSE(wire.notifier.lost() == false); // the deallocation had begun, and is over
        Session<MinimalNotifies> other;
        other = std::move(session); // a session that notifies is assignable whatever its provider is
        CHECK(other.termination()->origin == Origin::user);
    }
    CHECK(ledger.calls == Calls{"watch 1", "drop 1", "deallocate 1"});
    wire.notifier = {};
}

TEST_CASE("Archetype of Opens where it notifies: the notifier is given to open, and watch is not called",
          "[concepts][session][notifier]") {
    Ledger ledger;
    MinimalNotifies::Wire wire;
    {
        auto session = Session<MinimalOpensAndNotifies>::open(MinimalOpensAndNotifies(ledger, wire));
        wire.notifier.terminated();
        CHECK(session.termination()->origin == Origin::remote);
    }
    CHECK(ledger.calls == Calls{"open 1", "deallocate 1"});
}

TEST_CASE("Archetype of Snapshots: the statistics in the termination", "[concepts][session]") {
    Ledger ledger;
    Session<MinimalSnapshots> session(ledger.begin(1), MinimalSnapshots(ledger));
    session.drop();
    session.release();
    CHECK(session.termination()->statistics->number() == 100);
    CHECK(ledger.calls == Calls{"drop 1", "snapshot 1", "deallocate 1"});
}

TEST_CASE("Archetype of Aborts: abort", "[concepts][session]") {
    Ledger ledger;
    Session<MinimalAborts> session(ledger.begin(1), MinimalAborts(ledger));
    CHECK_FALSE(session.abort());
    CHECK_FALSE(session.abort());
    CHECK(session.phase() == Phase::terminated);
    CHECK(ledger.calls == Calls{"abort 1"});
}

TEST_CASE("Archetype of Timed: when it began and ended", "[concepts][session]") {
    Ledger ledger;
    Session<MinimalTimed> session(ledger.begin(1), MinimalTimed(ledger));
    session.drop();
    CHECK(session.termination()->began == MinimalTime{1});
    CHECK(session.termination()->ended == MinimalTime{2});
}

TEST_CASE("Archetype of Waits: the provider does the waiting", "[concepts][session][wait]") {
    Ledger ledger;
    MinimalWaits::Wire wire;
    Session<MinimalWaits> session(ledger.begin(1), MinimalWaits(ledger, wire));
    SECTION("for ever") {
        wait(session);
        CHECK(ledger.now == 1);
    }
    SECTION("for a time") {
        CHECK(wait_for(session, std::chrono::hours(1)));
        CHECK(ledger.now == 1);
    }
    SECTION("to a point in time of its own clock") {
        CHECK_FALSE(wait_until(session, MinimalWaits::Clock::time_point{}));
        CHECK(ledger.now == 0);
        wire.notifier.terminated();
    }
    wire.notifier = {};
}

TEST_CASE("Archetype of Traces: every transition", "[concepts][session]") {
    Ledger ledger;
    Session<MinimalTraces> session(ledger.begin(1), MinimalTraces(ledger));
    session.drop();
    session.release();
    CHECK(ledger.calls == Calls{"drop 1", "active -> terminated", "deallocate 1", "terminated -> released"});
}

TEST_CASE("Archetype of Allocates: memory for what is kept of a session", "[concepts][session]") {
    Ledger ledger;
    MinimalNotifies::Wire wire;
    {
        Session<MinimalAllocates> session(ledger.begin(1), MinimalAllocates(ledger, wire));
        CHECK(ledger.calls == Calls{"allocate", "watch 1"});
        wire.notifier.terminated();
    }
    CHECK(ledger.calls == Calls{"allocate", "watch 1", "deallocate 1"});
    wire.notifier = {};
    CHECK(ledger.calls == Calls{"allocate", "watch 1", "deallocate 1", "free"});
}

// ---- variants that are tolerated, each with its reason

namespace near_misses {

// The one that the variants and the near-misses change in one thing.
struct Good {
    using Identifier = int;
    void drop(int) const noexcept {}
    void deallocate(int) const noexcept {}
};

} // namespace near_misses

namespace {

using near_misses::Good;

// Instantiates all that a session has, and runs it.
template <class P>
bool works(P provider = P(), typename P::Identifier id = typename P::Identifier()) {
    Session<P> session(id, std::move(provider));
    Session<P> moved(std::move(session));
    if (moved.drop() || moved.phase() != Phase::terminated || !(moved.id() == id)) return false;
    if (moved.query([](P&, const typename P::Identifier&) { return 7; }) != 7) return false;
    moved.release();
    return moved.drop() == errc::released && moved.termination();
}

// Success is all that a C API's `void` function knows.
struct DropReturnsVoid : Good {
    void drop(int) noexcept {}
};
struct DropReturnsErrorCode : Good {
    std::error_code drop(int) noexcept { return {}; }
};
// The provider's own error enumeration is an error code by its own choice. (`std::errc` is not: it is a condition.)
struct DropReturnsErrorEnum : Good {
    errc drop(int) noexcept { return errc::lost; }
};
// A result type that knows more than an error code, and converts.
struct DropReturnsConvertible : Good {
    struct [[nodiscard]] Result {
        operator std::error_code() const noexcept { return {}; }
    };
    Result drop(int) noexcept { return {}; }
};
// What it takes may be wider than the identifier: a C API's handle is often converted.
struct DropTakesWider : Good {
    void drop(long) noexcept {}
};
// Further parameters are the provider's own.
struct DropHasDefaultArguments : Good {
    void drop(int, int = 0, const char* = "") noexcept {}
};
struct OverloadedMembers : Good {
    void drop(int) noexcept {}
    void drop(const char*) {}
    void deallocate(int) noexcept {}
    bool deallocate(int, bool) { return true; }
};
// The result type of a template is nobody's business.
struct MemberTemplates : Good {
    template <class T>
    void drop(const T&) noexcept {}
    template <class T>
    void deallocate(T) noexcept {}
};
// A provider without state has no need for `this`.
struct StaticMembers {
    using Identifier = int;
    static void drop(int) noexcept {}
    static void deallocate(int) noexcept {}
};
struct VirtualMembers {
    using Identifier = int;
    VirtualMembers() = default;
    VirtualMembers(const VirtualMembers&) = default;
    VirtualMembers& operator=(const VirtualMembers&) = default;
    virtual ~VirtualMembers() = default;
    virtual void drop(int) noexcept {}
    virtual void deallocate(int) noexcept {}
};
struct OverriddenMembers : VirtualMembers {
    void drop(int) noexcept final {}
};
struct InheritedMembers : Good {};
struct PrivatelyInheritedMembers : private Good {
    using Good::deallocate;
    using Good::drop;
    using Good::Identifier;
};
// A service is referred to: by reference, where it must be there.
struct ReferenceMember : Good {
    int& service;
    explicit ReferenceMember(int& s) noexcept : service(s) {}
    void drop(int) noexcept { ++service; }
};
struct Stateful : Good {
    long long counters[4] = {};
    void drop(int) noexcept { ++counters[0]; }
};
struct MoveOnly : Good {
    std::unique_ptr<int> service = std::make_unique<int>(0);
    void drop(int) noexcept { ++*service; }
};
// Empty and trivially copyable in the language's sense, but there is one only.
struct EmptyMoveOnly : Good {
    EmptyMoveOnly() = default;
    EmptyMoveOnly(EmptyMoveOnly&&) = default;
    EmptyMoveOnly& operator=(EmptyMoveOnly&&) = default;
};
// A provider is called as what it is, an lvalue.
struct CalledAsAnLvalue : Good {
    void drop(int) & noexcept {}
    void drop(int) && = delete;
    void deallocate(int) & noexcept {}
    void deallocate(int) && = delete;
};
// Default construction that throws is the user's own affair: the library does not do it unasked.
struct ThrowingDefaultConstructor : Good {
    ThrowingDefaultConstructor() noexcept(false) {}
};
// What is not public belongs to the provider, unless it has one of our names.
struct PrivateOpen : Good {
private:
    int open(std::error_code&) { return 0; }
};
// Only the names of capabilities are looked at, and `open` is not found out by name.
struct OpenOfItsOwn : Good {
    bool open(const char*) { return true; }
};
// A decorator that derives hands on what it does not touch.
template <class P>
struct Counting : P {
    using P::P;
    int drops = 0;
    auto drop(const typename P::Identifier& id) noexcept {
        ++drops;
        return P::drop(id);
    }
};

struct PointerIdentifier : Good {
    using Identifier = const char*;
    void drop(const char*) noexcept {}
    void deallocate(const char*) noexcept {}
};
struct Pair {
    int line = 0, call = 0;
    friend bool operator==(const Pair&, const Pair&) noexcept = default;
};
struct StructIdentifier {
    using Identifier = Pair;
    void drop(const Pair&) noexcept {}
    void deallocate(Pair) noexcept {}
};
// Shared ownership of a native object is a name of it, too.
struct TokenIdentifier {
    using Identifier = std::shared_ptr<int>;
    void drop(const Identifier&) noexcept {}
    void deallocate(const Identifier&) noexcept {}
};
enum class Handle : unsigned { invalid };
struct EnumIdentifier {
    using Identifier = Handle;
    void drop(Handle) noexcept {}
    void deallocate(Handle) noexcept {}
};
// A nested class is as good as an alias.
struct NestedIdentifier {
    struct Identifier {
        int number;
        friend bool operator==(const Identifier&, const Identifier&) noexcept = default;
    };
    void drop(Identifier) noexcept {}
    void deallocate(Identifier) noexcept {}
};

struct MoveOnlyReason : Good {
    using Reason = std::unique_ptr<int>;
    using Good::drop;
    void drop(int, const Reason&) noexcept {}
};
// The reason is given by reference; whoever wants a copy makes one, and decides what it does when it cannot.
struct ReasonByValue : Good {
    using Reason = int;
    using Good::drop;
    void drop(int, long) noexcept {}
};
struct MoveOnlyCause : Good {
    using Cause = std::unique_ptr<int>;
    void watch(int, Notifier<Cause>) noexcept {}
};
struct IncompleteInItsOwnMembers : Good {
    struct Cause;
    void watch(int, Notifier<Cause>) noexcept {}
};
struct IncompleteInItsOwnMembers::Cause {};
// `watch` may take what it is given in any way.
struct WatchesByReference : Good {
    void watch(const int&, Notifier<void>&&) noexcept {}
};
struct WatchIsATemplate : Good {
    template <class N>
    void watch(int, N) noexcept {}
};
struct WatchIsStatic : Good {
    static void watch(int, Notifier<void>) noexcept {}
};
struct WatchIsInherited : WatchIsStatic {};
struct WatchIsOverloaded : WatchIsStatic {
    using WatchIsStatic::watch;
    void watch(const char*) {}
};
struct SnapshotIsConst : Good {
    std::string snapshot(int) const noexcept { return {}; }
};
struct NowIsStatic : Good {
    static int now() noexcept { return 0; }
};
// A clock's time, and whatever callable there is: only a template can take it.
struct WaitIsATemplate : WatchIsStatic {
    std::chrono::steady_clock::time_point now() const noexcept { return {}; }
    template <class Deadline, class Done>
    bool wait(Deadline, Done&& done) noexcept {
        return done();
    }
};
struct TraceByValue : Good {
    bool trace(Transition) noexcept { return true; }
};

} // namespace

static_assert(SessionProvider<DropReturnsErrorEnum> && SessionProvider<PrivatelyInheritedMembers> &&
              SessionProvider<ReferenceMember>);
static_assert(SessionProvider<MoveOnly> && !std::copy_constructible<MoveOnly>);
static_assert(AcceptsReason<MoveOnlyReason> && AcceptsReason<ReasonByValue> &&
              AcceptsReason<Counting<MinimalProvider>> == false);
static_assert(ReportsCause<MoveOnlyCause> && Notifies<MoveOnlyCause>);
static_assert(Notifies<IncompleteInItsOwnMembers> && ReportsCause<IncompleteInItsOwnMembers>);
static_assert(Notifies<WatchesByReference> && Notifies<WatchIsATemplate> && Notifies<WatchIsStatic> &&
              Notifies<WatchIsInherited>);
static_assert(Notifies<WatchIsOverloaded> && Notifies<Counting<WatchIsStatic>>);
static_assert(Snapshots<SnapshotIsConst> && Timed<NowIsStatic> && Waits<WaitIsATemplate> && Traces<TraceByValue>);
static_assert(!Opens<OpenOfItsOwn, const char*> && !Opens<PrivateOpen>);
static_assert(Aborts<Counting<MinimalAborts>> && Snapshots<Counting<MinimalSnapshots>> &&
              Traces<Counting<MinimalTraces>>);

TEST_CASE("Tolerated providers: a session over each works", "[concepts][session]") {
    CHECK(works<Good>());
    CHECK(works<DropReturnsVoid>());
    CHECK(works<DropReturnsErrorCode>());
    CHECK(works<DropReturnsConvertible>());
    CHECK(works<DropTakesWider>());
    CHECK(works<DropHasDefaultArguments>());
    CHECK(works<OverloadedMembers>());
    CHECK(works<MemberTemplates>());
    CHECK(works<StaticMembers>());
    CHECK(works<VirtualMembers>());
    CHECK(works<OverriddenMembers>());
    CHECK(works<InheritedMembers>());
    CHECK(works<PrivatelyInheritedMembers>());
    CHECK(works<Stateful>());
    CHECK(works<MoveOnly>());
    CHECK(works<EmptyMoveOnly>());
    CHECK(works<CalledAsAnLvalue>());
    CHECK(works<ThrowingDefaultConstructor>());
    CHECK(works<PrivateOpen>());
    CHECK(works<OpenOfItsOwn>());
    CHECK(works<Counting<Good>>());
    CHECK(works<Counting<Counting<Stateful>>>());
    CHECK(works<PointerIdentifier>({}, "a name"));
    CHECK(works<StructIdentifier>({}, {1, 2}));
    CHECK(works<TokenIdentifier>({}, std::make_shared<int>(1)));
    CHECK(works<EnumIdentifier>({}, Handle{7}));
    CHECK(works<NestedIdentifier>({}, {7}));
    CHECK(works<MoveOnlyReason>());
    CHECK(works<SnapshotIsConst>());
    CHECK(works<NowIsStatic>());
    CHECK(works<TraceByValue>());
    int dropped = 0;
    CHECK(works<ReferenceMember>(ReferenceMember(dropped)));
    CHECK(dropped == 1);
}

TEST_CASE("Tolerated providers: a session can be assigned whose provider cannot", "[concepts][session]") {
    int dropped_by_one = 0, dropped_by_other = 0;
    Session<ReferenceMember> session(1, ReferenceMember(dropped_by_one));
    session = Session<ReferenceMember>(2, ReferenceMember(dropped_by_other));
    CHECK(dropped_by_one == 1);
    CHECK(dropped_by_other == 0);
    CHECK(session.id() == 2);
    CHECK_FALSE(session.drop());
    CHECK(dropped_by_other == 1);
}

TEST_CASE("Tolerated providers: what they answer arrives", "[concepts][drop]") {
    Session<DropReturnsErrorEnum> refused(1);
    CHECK(refused.drop() == errc::lost);
    CHECK(refused.phase() == Phase::active);
    Session<MoveOnlyReason> reasoned(1);
    CHECK_FALSE(reasoned.disconnect(std::make_unique<int>(7)));
    CHECK(**reasoned.termination()->reason == 7);
    Session<ReasonByValue> converted(1);
    CHECK_FALSE(converted.disconnect(7));
    CHECK(converted.termination()->reason == 7);
}

TEST_CASE("Tolerated providers: those that notify lose the notifier and so the session", "[concepts][notifier]") {
    // None of them keeps it, so each has said `lost` before the constructor returns.
    CHECK(Session<MoveOnlyCause>(1).termination()->origin == Origin::service);
    CHECK(Session<IncompleteInItsOwnMembers>(1).termination()->origin == Origin::service);
    CHECK(Session<WatchIsATemplate>(1).termination()->origin == Origin::service);
    CHECK(Session<WatchIsStatic>(1).termination()->origin == Origin::service);
    CHECK(Session<WatchIsInherited>(1).termination()->origin == Origin::service);
    CHECK(Session<WatchIsOverloaded>(1).termination()->origin == Origin::service);
    CHECK(Session<Counting<WatchIsStatic>>(1).termination()->origin == Origin::service);
    Session<WaitIsATemplate> session(1);
    wait(session);
    CHECK(wait_for(session, std::chrono::seconds(1)));
}

// ---- forms of queries

namespace {

struct NotDefaultConstructible {
    int number;
    explicit NotDefaultConstructible(int n) : number(n) {}
};

struct Asked : Good {
    int value = 5;
    int plain(int id) { return id + value; }
    int constant(int id) const noexcept { return id + value; }
    int with_arguments(int id, int factor, std::unique_ptr<int> more) const { return id * factor + *more; }
    void nothing(int) const {}
    int& reference(int) { return value; }
    NotDefaultConstructible no_default(int id) const { return NotDefaultConstructible(id); }
    static int of_the_class(int id) { return -id; }

    int touched = 0;
    void drop(int) noexcept {}
    void abort(int) noexcept {}
    void deallocate(int) noexcept {}
    void touch(int) noexcept { ++touched; } // of the same type as those, and a question
};

struct OfProviderAndId {
    int operator()(const Asked& provider, int id) const { return provider.value * id; }
};
struct OfId {
    int operator()(int id) const { return id + 1; }
};
int free_function(int id) { return id * 2; }

template <class F>
int ask(Asked&, int, F) { // where the library has a function of that name
    return -1;
}

} // namespace

TEST_CASE("Queries: members, function objects, functions, with and without arguments", "[concepts][query]") {
    const Session<Asked> session(2);
    CHECK(session.query(&Asked::plain) == 7);
    CHECK(session.query<&Asked::plain>() == 7);
    CHECK(session.query(&Asked::constant) == 7);
    CHECK(session.query<&Asked::constant>() == 7);
    CHECK(session.query(&Asked::with_arguments, 10, std::make_unique<int>(3)) == 23);
    CHECK(session.query<&Asked::with_arguments>(10, std::make_unique<int>(3)) == 23);
    CHECK(session.query(&Asked::of_the_class) == -2); // takes the identifier alone
    CHECK(session.query(OfProviderAndId()) == 10);
    CHECK(session.query(OfId()) == 3);
    CHECK(session.query<OfId{}>() == 3);
    session.query<&Asked::touch>();
    CHECK(session.query([](const Asked& provider, int) { return provider.touched; }) == 1);
    CHECK(session.query(free_function) == 4);
    CHECK(session.query<&free_function>() == 4);
    CHECK(session.query([](int id, int a, int b) { return id + a + b; }, 10, 100) == 112);
    CHECK(session.query(std::function<int(int)>(OfId())) == 3);
    session.query(&Asked::nothing);
    STATIC_REQUIRE(std::is_void_v<decltype(session.query(&Asked::nothing))>);
    STATIC_REQUIRE(std::same_as<decltype(session.query(&Asked::reference)), int>); // what it refers to may be gone
    CHECK(session.query(&Asked::no_default).number == 2);
    CHECK(session.query([](Asked&, int) { return 1.5; }) == 1.5);
    // Who takes both is given both.
    CHECK(session.query([](auto&&... arguments) { return sizeof...(arguments); }) == 2);
}

TEST_CASE("Queries: of an empty session", "[concepts][query]") {
    const Session<Asked> empty;
    std::error_code error;
    CHECK(empty.try_query(error, &Asked::plain) == 0);
    CHECK(error == errc::released);
    empty.try_query(error, &Asked::nothing);
    CHECK(error == errc::released);
    CHECK_THROWS_AS(empty.query(&Asked::no_default), std::system_error);
    CHECK_THROWS_AS(empty.query(&Asked::nothing), std::system_error);
}

// ---- near-misses, each broken in exactly one way

namespace near_misses {

struct NoIdentifier {
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};
struct PrivateIdentifier : NoIdentifier {
private:
    using Identifier = int;
};
struct IdentifierIsAMember : NoIdentifier {
    int Identifier;
};
template <class Id>
struct Of {
    using Identifier = Id;
    void drop(const Id&) noexcept;
    void deallocate(const Id&) noexcept;
};
static_assert(SessionProvider<Of<int>>);
struct NotComparable {};
struct NotDefault {
    explicit NotDefault(int);
    friend bool operator==(const NotDefault&, const NotDefault&) = default;
};
struct NotCopyable {
    NotCopyable() = default;
    NotCopyable(NotCopyable&&) noexcept;
    NotCopyable& operator=(NotCopyable&&) noexcept;
    friend bool operator==(const NotCopyable&, const NotCopyable&) = default;
};
struct CopyThrows {
    CopyThrows() = default;
    CopyThrows(const CopyThrows&) noexcept(false);
    CopyThrows& operator=(const CopyThrows&) noexcept;
    friend bool operator==(const CopyThrows&, const CopyThrows&) = default;
};
struct AssignmentThrows {
    AssignmentThrows() = default;
    AssignmentThrows(const AssignmentThrows&) noexcept;
    AssignmentThrows& operator=(const AssignmentThrows&) noexcept(false);
    friend bool operator==(const AssignmentThrows&, const AssignmentThrows&) = default;
};
static_assert(!SessionProvider<NoIdentifier> && !SessionProvider<PrivateIdentifier> &&
              !SessionProvider<IdentifierIsAMember>);
static_assert(!SessionProvider<Of<NotComparable>> && !SessionProvider<Of<NotDefault>> &&
              !SessionProvider<Of<NotCopyable>>);
static_assert(!SessionProvider<Of<CopyThrows>> && !SessionProvider<Of<AssignmentThrows>>);
static_assert(!SessionProvider<Of<std::string>>); // copies allocate
static_assert(!SessionProvider<Of<const int>>);   // cannot be assigned

struct NoDrop {
    using Identifier = int;
    void deallocate(int) noexcept;
};
struct DropMayThrow : Good {
    void drop(int);
};
struct DropReturnsBool : Good {
    bool drop(int) noexcept; // which of the two is success?
};
struct DropReturnsInt : Good {
    int drop(int) noexcept;
};
struct DropReturnsCondition : Good {
    std::errc drop(int) noexcept; // portable, so it does not say whose error it is
};
struct DropTakesNothing : Good {
    void drop() noexcept;
};
struct DropTakesMore : Good {
    void drop(int, int) noexcept;
};
struct DropTakesAnother : Good {
    void drop(const char*) noexcept;
};
struct DropChangesTheIdentifier : Good {
    void drop(int&) noexcept;
};
struct DropIsPrivate : Good {
private:
    void drop(int) noexcept;
};
struct DropIsProtected : Good {
protected:
    void drop(int) noexcept;
};
struct DropIsDeleted : Good {
    void drop(int) noexcept = delete;
};
struct DropIsAmbiguous : Good {
    void drop(long) noexcept;
    void drop(unsigned) noexcept;
};
struct DropNeedsATemporary : Good {
    void drop(int) && noexcept;
};
struct DropConversionThrows : Good {
    struct Argument {
        Argument(int) noexcept(false);
    };
    void drop(Argument) noexcept;
};
static_assert(!SessionProvider<NoDrop> && !SessionProvider<DropMayThrow> && !SessionProvider<DropReturnsBool>);
static_assert(!SessionProvider<DropReturnsInt> && !SessionProvider<DropReturnsCondition> &&
              !SessionProvider<DropTakesNothing>);
static_assert(!SessionProvider<DropTakesMore> && !SessionProvider<DropTakesAnother> &&
              !SessionProvider<DropChangesTheIdentifier>);
static_assert(!SessionProvider<DropIsPrivate> && !SessionProvider<DropIsProtected> && !SessionProvider<DropIsDeleted>);
static_assert(!SessionProvider<DropIsAmbiguous> && !SessionProvider<DropNeedsATemporary> &&
              !SessionProvider<DropConversionThrows>);

struct NoDeallocate {
    using Identifier = int;
    void drop(int) noexcept;
};
struct DeallocateMayThrow : Good {
    void deallocate(int);
};
struct DeallocateReturnsError : Good {
    std::error_code deallocate(int) noexcept; // nobody is left to be told
};
struct DeallocateTakesNothing : Good {
    void deallocate() noexcept;
};
struct DeallocateTakesAReference : Good {
    void deallocate(int&) noexcept;
};
struct DeallocateIsPrivate : Good {
private:
    void deallocate(int) noexcept;
};
static_assert(!SessionProvider<NoDeallocate> && !SessionProvider<DeallocateMayThrow> &&
              !SessionProvider<DeallocateReturnsError>);
static_assert(!SessionProvider<DeallocateTakesNothing> && !SessionProvider<DeallocateTakesAReference> &&
              !SessionProvider<DeallocateIsPrivate>);

struct MoveThrows : Good {
    MoveThrows(MoveThrows&&) noexcept(false);
};
struct NotMovable : Good {
    NotMovable(NotMovable&&) = delete;
};
struct DestructorThrows : Good {
    ~DestructorThrows() noexcept(false);
};
struct Final final : Good {};
struct FinalWithWatch final : Good {
    void watch(int, Notifier<void>) noexcept; // could not be found in every form
};
union AUnion {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
};
static_assert(!SessionProvider<MoveThrows> && !SessionProvider<NotMovable> && !SessionProvider<DestructorThrows>);
static_assert(!SessionProvider<Final> && !SessionProvider<FinalWithWatch>);
static_assert(!SessionProvider<AUnion> && !SessionProvider<int> && !SessionProvider<Good*> && !SessionProvider<Good&>);
static_assert(!SessionProvider<void> && !SessionProvider<const DropReturnsVoid>);

template <class C>
struct Causes : Good {
    using Cause = C;
};
struct MayThrowWhenMoved {
    MayThrowWhenMoved(MayThrowWhenMoved&&) noexcept(false);
};
struct PrivateCause : Good {
private:
    using Cause = int;
};
static_assert(ReportsCause<Causes<int>>);
static_assert(!ReportsCause<Good> && !ReportsCause<Causes<void>> && !ReportsCause<Causes<int&>> &&
              !ReportsCause<Causes<int()>>);
static_assert(!ReportsCause<Causes<MayThrowWhenMoved>> && !ReportsCause<Causes<int[2]>> && !ReportsCause<PrivateCause>);

template <class R, class Taken = const R&>
struct Reasons : Good {
    using Reason = R;
    using Good::drop;
    void drop(int, Taken) noexcept;
};
struct ReasonWithoutDrop : Good {
    using Reason = int;
};
struct ReasonedDropMayThrow : Good {
    using Reason = int;
    using Good::drop;
    void drop(int, int);
};
struct ReasonedDropReturnsBool : Good {
    using Reason = int;
    using Good::drop;
    bool drop(int, int) noexcept;
};
struct ReasonNotNamed : Good {
    using Good::drop;
    void drop(int, int) noexcept;
};
struct ReasonIsTaken : Good {
    using Reason = int;
    using Good::drop;
    void drop(int, int&&) noexcept; // it must still be there for the termination
};
static_assert(AcceptsReason<Reasons<int>> && AcceptsReason<Reasons<std::string>>);
static_assert(!AcceptsReason<Reasons<std::string, std::string>>); // copying it into the parameter may throw
static_assert(!AcceptsReason<Reasons<MayThrowWhenMoved>> && !AcceptsReason<Reasons<int&>>);
static_assert(!AcceptsReason<ReasonWithoutDrop> && !AcceptsReason<ReasonedDropMayThrow> &&
              !AcceptsReason<ReasonedDropReturnsBool>);
static_assert(!AcceptsReason<ReasonNotNamed> && !AcceptsReason<ReasonIsTaken>);
struct OnlyTheReasonedDrop : Good {
    using Reason = int;
    void drop(int, int) noexcept;
};
static_assert(!SessionProvider<OnlyTheReasonedDrop>);

struct SnapshotReturnsNothing : Good {
    void snapshot(int) noexcept;
};
struct SnapshotReturnsAReference : Good {
    const int& snapshot(int) noexcept; // into what is about to be freed
};
struct SnapshotMayThrow : Good {
    int snapshot(int);
};
struct SnapshotTakesNothing : Good {
    int snapshot() noexcept;
};
struct SnapshotMovesBadly : Good {
    MayThrowWhenMoved snapshot(int) noexcept;
};
struct SnapshotReturnsConst : Good {
    const std::string snapshot(int) noexcept; // which cannot be moved
};
struct SnapshotIsAMember : Good {
    int snapshot;
};
static_assert(!Snapshots<SnapshotReturnsNothing> && !Snapshots<SnapshotReturnsAReference> &&
              !Snapshots<SnapshotMayThrow>);
static_assert(!Snapshots<SnapshotTakesNothing> && !Snapshots<SnapshotMovesBadly> && !Snapshots<SnapshotIsAMember>);
static_assert(!Snapshots<SnapshotReturnsConst>);

struct AbortReturnsBool : Good {
    bool abort(int) noexcept;
};
struct AbortMayThrow : Good {
    void abort(int);
};
struct AbortTakesNothing : Good {
    void abort() noexcept;
};
struct AbortIsPrivate : Good {
private:
    void abort(int) noexcept;
};
static_assert(!Aborts<AbortReturnsBool> && !Aborts<AbortMayThrow> && !Aborts<AbortTakesNothing> &&
              !Aborts<AbortIsPrivate>);

struct NowIsNotConst : Good {
    int now() noexcept;
};
struct NowMayThrow : Good {
    int now() const;
};
struct NowReturnsNothing : Good {
    void now() const noexcept;
};
struct NowReturnsAReference : Good {
    const int& now() const noexcept;
};
struct NowTakesTheIdentifier : Good {
    int now(int) const noexcept;
};
struct NowIsNotRegular : Good {
    NotComparable now() const noexcept;
};
struct NowCopiesBadly : Good {
    CopyThrows now() const noexcept;
};
static_assert(!Timed<NowIsNotConst> && !Timed<NowMayThrow> && !Timed<NowReturnsNothing> &&
              !Timed<NowReturnsAReference>);
static_assert(!Timed<NowTakesTheIdentifier> && !Timed<NowIsNotRegular> && !Timed<NowCopiesBadly>);

struct WaitBase : Good {
    std::chrono::steady_clock::time_point now() const noexcept;
};
struct WaitGood : WaitBase {
    template <class Done>
    void wait(std::chrono::steady_clock::time_point, Done) noexcept;
};
struct WaitWithoutNow : Good {
    template <class Done>
    void wait(std::chrono::steady_clock::time_point, Done) noexcept;
};
struct WaitForAnotherClock : WaitBase {
    template <class Done>
    void wait(std::chrono::system_clock::time_point, Done) noexcept;
};
struct WaitForADuration : WaitBase {
    template <class Done>
    void wait(std::chrono::nanoseconds, Done) noexcept;
};
struct WaitMayThrow : WaitBase {
    template <class Done>
    void wait(std::chrono::steady_clock::time_point, Done);
};
struct WaitWithoutDone : WaitBase {
    void wait(std::chrono::steady_clock::time_point) noexcept;
};
struct WaitMakesACallback : WaitBase {
    struct Callback {
        template <class Done>
        Callback(Done) noexcept(false); // as one does that allocates
    };
    void wait(std::chrono::steady_clock::time_point, Callback) noexcept;
};
struct WaitOfTheIdentifier : WaitBase {
    template <class Done>
    void wait(int, std::chrono::steady_clock::time_point, Done) noexcept;
};
static_assert(Waits<WaitGood>);
static_assert(!Waits<WaitWithoutNow> && !Waits<WaitForAnotherClock> && !Waits<WaitForADuration> &&
              !Waits<WaitMayThrow>);
static_assert(!Waits<WaitWithoutDone> && !Waits<WaitMakesACallback> && !Waits<WaitOfTheIdentifier>);

struct TraceByMutableReference : Good {
    void trace(Transition&) noexcept;
};
struct TraceByPointer : Good {
    void trace(const Transition*) noexcept;
};
struct TraceMayThrow : Good {
    void trace(const Transition&);
};
struct AllocateMayThrow : Good {
    void* allocate(std::size_t, std::size_t);
    void free(void*, std::size_t, std::size_t) noexcept;
};
struct AllocateOfChars : Good {
    char* allocate(std::size_t, std::size_t) noexcept;
    void free(void*, std::size_t, std::size_t) noexcept;
};
struct AllocateWithoutFree : Good {
    void* allocate(std::size_t, std::size_t) noexcept;
};
static_assert(!Allocates<AllocateMayThrow> && !Allocates<AllocateOfChars> && !Allocates<AllocateWithoutFree>);
static_assert(!Traces<TraceByMutableReference> && !Traces<TraceByPointer> && !Traces<TraceMayThrow>);

struct OpenWithoutError : Good {
    int open();
};
struct OpenReturnsNothing : Good {
    void open(std::error_code&);
};
struct OpenReturnsExplicitly : Good {
    struct Opened {
        explicit operator int() const;
    };
    Opened open(std::error_code&);
};
struct OpenIgnoresTheNotifier : Good {
    int open(std::error_code&);
    void watch(int, Notifier<void>) noexcept;
};
struct OpenTakesTheNotifierLast : Good {
    int open(std::error_code&, const char*, Notifier<void>);
    void watch(int, Notifier<void>) noexcept;
};
struct OpenTakesAnotherNotifier : Good {
    int open(std::error_code&, Notifier<int>);
    void watch(int, Notifier<void>) noexcept;
};
struct OpenTakesANotifierAndHasNoWatch : Good {
    int open(std::error_code&, Notifier<void>);
};
static_assert(!Opens<OpenWithoutError> && !Opens<OpenReturnsNothing> && !Opens<OpenReturnsExplicitly> &&
              !Opens<OpenIgnoresTheNotifier>);
static_assert(!Opens<OpenTakesTheNotifierLast, const char*> && !Opens<OpenTakesAnotherNotifier> &&
              !Opens<OpenTakesANotifierAndHasNoWatch>);

// Whether a provider notifies is decided by the name: whatever is wrong with `watch`, there is no inline session.
struct WatchTakesNothing : Good {
    void watch();
};
struct WatchIsPrivate : Good {
private:
    void watch(int, Notifier<void>) noexcept;
};
struct WatchIsData : Good {
    int watch;
};
struct WatchIsAType : Good {
    struct watch {};
};
struct WatchIsAnEnumerator : Good {
    enum { watch };
};
struct WatchIsDeleted : Good {
    void watch(int, Notifier<void>) = delete;
};
struct WatchIsAmbiguous : WatchIsData, WatchIsAType {};
static_assert(Notifies<WatchTakesNothing> && Notifies<WatchIsPrivate> && Notifies<WatchIsData> &&
              Notifies<WatchIsAType>);
static_assert(Notifies<WatchIsAnEnumerator> && Notifies<WatchIsDeleted> && Notifies<WatchIsAmbiguous>);
struct Watch : Good {
    void watches(int) noexcept;
    void unwatch(int) noexcept;
};
static_assert(!Notifies<Good> && !Notifies<Watch> && !Notifies<int> && !Notifies<void> && !Notifies<AUnion>);

} // namespace near_misses

// ---- the shape of what users hold

namespace {

template <class S>
constexpr bool is_an_owner =
    std::is_nothrow_move_constructible_v<S> && std::is_nothrow_move_assignable_v<S> &&
    std::is_nothrow_destructible_v<S> && !std::is_copy_constructible_v<S> && !std::is_copy_assignable_v<S>;
template <class T>
constexpr bool is_a_copy_of_a_handle =
    std::is_nothrow_default_constructible_v<T> && std::is_nothrow_copy_constructible_v<T> &&
    std::is_nothrow_copy_assignable_v<T> && std::is_nothrow_move_constructible_v<T> &&
    std::is_nothrow_move_assignable_v<T> && std::is_nothrow_destructible_v<T>;
template <class T>
constexpr bool stays_where_it_is =
    !std::is_copy_constructible_v<T> && !std::is_move_constructible_v<T> && !std::is_copy_assignable_v<T> &&
    !std::is_move_assignable_v<T> && std::is_nothrow_destructible_v<T>;

struct Rich : Good {
    using Cause = std::string;
    using Reason = std::string;
    using Good::drop;
    void drop(int, const std::string&) noexcept {}
    void abort(int) noexcept {}
    void watch(int, Notifier<std::string>) noexcept {}
};
struct RichLocal : Good {
    using Reason = std::string;
    using Good::drop;
    void drop(int, const std::string&) noexcept {}
    void abort(int) noexcept {}
};

template <class S, class Reason>
constexpr bool verbs_are_noexcept = requires(S& session, Reason reason) {
    { session.drop() } noexcept -> std::same_as<std::error_code>;
    { session.disconnect(std::move(reason)) } noexcept -> std::same_as<std::error_code>;
    { session.abort() } noexcept -> std::same_as<std::error_code>;
};
template <class S>
constexpr bool looks_are_noexcept = requires(const S& session) {
    { session.phase() } noexcept -> std::same_as<Phase>;
    { session.termination() } noexcept -> std::same_as<const Termination<typename S::provider_type>*>;
};
template <class S>
concept CanDisconnect = requires(S& session) { session.disconnect(1); };
template <class S>
concept CanAbort = requires(S& session) { session.abort(); };
template <class S>
concept CanDetach = requires(S& session) { session.detach(); };

struct TwoWords : Good {
    void* service;
    void* more;
};

} // namespace

static_assert(is_an_owner<Session<Good>> && is_an_owner<Session<RichLocal>> && is_an_owner<Session<Rich>> &&
              is_an_owner<Session<MoveOnly>>);
static_assert(std::is_nothrow_default_constructible_v<Session<Good>> &&
              std::is_nothrow_default_constructible_v<Session<Rich>>);
static_assert(std::is_default_constructible_v<Session<MinimalNotifies>>,
              "the provider of an empty session that notifies is not there");
static_assert(!std::is_default_constructible_v<Session<MinimalProvider>>, "the provider of an empty inline session is");
static_assert(!std::is_convertible_v<int, Session<Good>>, "adopting is said aloud");
static_assert(!std::is_convertible_v<Session<Good>, bool> && !std::is_convertible_v<Session<Good>, int>);
static_assert(!std::is_constructible_v<Session<MinimalProvider>, MinimalIdentifier>,
              "a provider that has no default is given");

static_assert(verbs_are_noexcept<Session<Rich>, std::string> && verbs_are_noexcept<Session<RichLocal>, std::string>);
static_assert(verbs_are_noexcept<const Controller<Rich>, std::string>);
static_assert(looks_are_noexcept<Session<Rich>> && looks_are_noexcept<Session<RichLocal>> &&
              looks_are_noexcept<Monitor<Rich>>);
static_assert(
    noexcept(std::declval<Session<Rich>&>().release()) && noexcept(std::declval<Session<RichLocal>&>().release()));
static_assert(std::is_void_v<decltype(std::declval<Session<Rich>&>().release())>,
              "not to be mistaken for unique_ptr::release");

static_assert(!CanDisconnect<Session<Good>> && CanDisconnect<Session<ReasonByValue>>);
static_assert(!CanAbort<Session<Good>> && CanAbort<Session<RichLocal>> && CanAbort<Session<Rich>> &&
              CanAbort<const Controller<Rich>>);
static_assert(CanDetach<Session<Good>> && !CanDetach<Session<Rich>>);
static_assert(!CanAbort<const Session<Rich>> && !CanAbort<Monitor<Rich>> && !CanAbort<Controller<WatchIsStatic>>);

static_assert(is_a_copy_of_a_handle<Monitor<Rich>> && is_a_copy_of_a_handle<Controller<Rich>>);
static_assert(std::is_convertible_v<Controller<Rich>, Monitor<Rich>> &&
              !std::is_convertible_v<Monitor<Rich>, Controller<Rich>>);
static_assert(!std::is_constructible_v<Controller<Rich>, const Session<Rich>&>,
              "who may only look cannot give control");
static_assert(!std::is_convertible_v<Session<Rich>&, Monitor<Rich>>);
static_assert(is_an_owner<Lease<Rich>> && std::is_nothrow_default_constructible_v<Lease<Rich>>);
static_assert(is_an_owner<Notifier<std::string>> && is_an_owner<Notifier<void>> &&
              std::is_nothrow_default_constructible_v<Notifier<void>>);
static_assert(stays_where_it_is<TerminationCallback<Rich, void (*)()>>);
static_assert(stays_where_it_is<Notifier<void>::Borrowed>);

static_assert(std::is_aggregate_v<Termination<Rich>> || std::is_copy_constructible_v<Termination<Rich>>);
static_assert(std::is_nothrow_move_constructible_v<Termination<Rich>> &&
              std::is_copy_constructible_v<Termination<Rich>>);
static_assert(std::is_nothrow_move_constructible_v<Termination<MoveOnlyCause>> &&
              !std::is_copy_constructible_v<Termination<MoveOnlyCause>>);
static_assert(std::is_trivially_copyable_v<Termination<Good>> && sizeof(Termination<Good>) == 3);

static_assert(sizeof(Session<Good>) == 8, "an int and a word");
static_assert(sizeof(Session<PointerIdentifier>) == 2 * sizeof(void*), "a pointer and a word");
static_assert(sizeof(Session<TwoWords>) == 2 * sizeof(void*) + 8);
static_assert(sizeof(Session<Rich>) == sizeof(void*) && sizeof(Monitor<Rich>) == sizeof(void*) &&
              sizeof(Controller<Rich>) == sizeof(void*));
static_assert(sizeof(Lease<Rich>) == sizeof(void*) && sizeof(Notifier<std::string>) == sizeof(void*));
static_assert(sizeof(detail::CauseBlock<void, detail::NativeBackend>) <= 40, "beside the provider's own data");
static_assert(sizeof(detail::SessionBlock<WatchIsStatic>) <= 48);

// The explorer checks the orders by their names. One that is too weak for them is seldom seen on a machine.
using Native = detail::NativeBackend;
static_assert(Native::relaxed == std::memory_order_relaxed && Native::acquire == std::memory_order_acquire &&
              Native::release == std::memory_order_release && Native::acq_rel == std::memory_order_acq_rel);
