// SPDX-License-Identifier: BSL-1.0
#include "explore/actions.hpp"
#include "explore/failing_line.hpp"
#include "explore/specials.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// Plays scenarios in every order, and prints how many there were.
//
//   explore             what is checked on every change
//   explore --quick     the part of it that finds most in the shortest time
//   explore --seeded    only that it finds the bugs that are put in
//   explore --failing   only with a provider whose calls go wrong
//   explore --long      what a night is for
//   explore --long --rows stale ...      only the rows in whose name that is
//   explore --actors 2 --whims 1 --only 'drop + release' ...    one, or some, by what is printed where one fails
//   explore --part 1/2 ...    the first half of each
using namespace scenarios;
using wrapup::testing::Explored;
using wrapup::testing::ExploreOptions;

namespace {

// The mutex of the core too, instead of the explorer's own.
struct WholeBackend : ex::Backend {
    using Mutex = wrapup::detail::WordMutex<WholeBackend>;
    using LockedWord = wrapup::detail::LockedWord<WholeBackend>;
};

// Orders that are too weak by one: each is to be found.
template <std::memory_order order_of_acquire, std::memory_order order_of_release, std::memory_order order_of_both>
struct WeakBackend : ex::Backend {
    using Mutex = wrapup::detail::WordMutex<WeakBackend>;
    using LockedWord = wrapup::detail::LockedWord<WeakBackend>;
    static constexpr std::memory_order acquire = order_of_acquire;
    static constexpr std::memory_order release = order_of_release;
    static constexpr std::memory_order acq_rel = order_of_both;
};

using Silent = Line<ex::Backend>;
using Tracing = TracingLine<ex::Backend>;
using Whole = Line<WholeBackend>;
using Failing = FailingLine<ex::Backend>;

std::string_view rows; // only those in whose name this is

// A table's row: scenarios that are played in one way.
struct Row {
    std::string what;
    std::uint64_t scenarios = 0, exhausted = 0, executions = 0, redundant = 0;

    bool is_wanted() const { return what.find(rows) != std::string::npos; }
};

struct Settings {
    unsigned actors = 2;
    unsigned whims = 0;
    unsigned faults = 0;
    Rules::Wrong wrong = Rules::Wrong::once_begun;
    bool over = false; // the session has ended before
    bool aside = true; // with all actions, also those of which there is another
    ExploreOptions options{};
    std::string_view only{};    // this scenario
    std::string_view without{}; // none with this action
    std::string arguments{};    // that repeat it
};

bool each = false;
bool failed = false;

void report(Row& row, const std::string& name, const Explored& explored, const std::string& arguments,
            const char* expected = nullptr) {
    ++row.scenarios;
    row.executions += explored.executions;
    row.redundant += explored.redundant;
    const bool as_expected = expected ? explored.failure && explored.failure->what == expected : !explored.failure;
    row.exhausted += explored.exhausted || (expected && as_expected);
    if (each) {
        std::printf("    %-58s %12" PRIu64 " executions %12" PRIu64 " redundant%s\n", name.c_str(), explored.executions,
                    explored.redundant, explored.exhausted ? "" : ", not all");
        std::fflush(stdout); // hours may pass until the next one
    }
    if (as_expected) return;
    failed = true;
    if (!explored.failure) {
        std::printf("FAILED %s: it should have failed with: %s\n", name.c_str(), expected ? expected : "");
        return;
    }
    std::printf("FAILED %s: %s\n%s    again: explore %s --only '%s' --schedule %s\n", name.c_str(),
                explored.failure->what.c_str(), explored.failure->trace.c_str(), arguments.c_str(), name.c_str(),
                explored.failure->schedule.c_str());
}

template <class L>
void play(const std::vector<const Action<L>*>& cast, const Settings& settings) {
    unsigned needs = 0;
    for (const auto* action : cast) needs |= action->needs;
    World<L> world(cast.size(), {.whims = settings.whims,
                                 .faults = settings.faults,
                                 .wrong = settings.wrong,
                                 .can_be_lost = (needs & voids) != 0,
                                 .alone = (needs & alone) != 0,
                                 .delivers = (needs & delivers) != 0});
    if (settings.over) world.service.remote()->terminated(Origin::remote, Number(of_the_remote));
    for (std::size_t i = 0; i < cast.size(); ++i)
        if (cast[i]->prepare) cast[i]->prepare(world, world.actors[i]);
    const auto body = [&](std::size_t i) {
        return ex::Thread(cast[i]->name, [&world, &cast, i] { cast[i]->act(world, world.actors[i]); });
    };
    switch (cast.size()) {
    case 1: ex::run(body(0)); break;
    case 2: ex::run(body(0), body(1)); break;
    case 3: ex::run(body(0), body(1), body(2)); break;
    default: ex::run(body(0), body(1), body(2), body(3)); break;
    }
    world.finish();
}

// What the rules of the handles allow, and what comes to an end.
template <class L>
bool fits(const std::vector<const Action<L>*>& cast) {
    unsigned handles = 0, alones = 0, enders = 0, waiters = 0, notices = 0, disarming = 0;
    for (const auto* action : cast) {
        handles += (action->needs & handle) != 0;
        alones += (action->needs & alone) != 0;
        enders += (action->needs & ends) != 0;
        waiters += (action->needs & waits) != 0;
        notices += (action->needs & notifies) != 0;
        disarming += (action->needs & disarms) != 0;
    }
    return alones <= 1 && (alones == 0 || handles == 0) && disarming <= 1 && (disarming == 0 || notices == 0) &&
           (waiters == 0 || enders > 0);
}

template <class L>
std::vector<const Action<L>*> cast_of(std::string_view name) {
    std::vector<const Action<L>*> cast;
    while (!name.empty()) {
        const std::string_view first = name.substr(0, name.find(" + "));
        name.remove_prefix(std::min(name.size(), first.size() + 3));
        const auto known = actions<L>();
        const auto action = std::find_if(known.begin(), known.end(), [&](const auto& a) { return a.name == first; });
        if (action == known.end()) return {};
        cast.push_back(&*action);
    }
    return cast;
}

template <class L>
void play_one(Row& row, const std::string& name, const std::vector<const Action<L>*>& cast, const Settings& settings) {
    report(row, name, explore(settings.options, [&] { play<L>(cast, settings); }), settings.arguments);
}

template <class L>
void play_named(Row& row, const std::string& name, const Settings& settings) {
    const auto cast = cast_of<L>(name);
    if (!cast.empty() && fits<L>(cast)) return play_one<L>(row, name, cast, settings);
    std::printf("FAILED %s: this is not a scenario\n", name.c_str());
    failed = true;
}

// All combinations of so many actions.
template <class L>
Row play_all(std::string what, const Settings& settings) {
    Row row{std::move(what)};
    if (!row.is_wanted()) return row;
    if (!settings.only.empty()) {
        play_named<L>(row, std::string(settings.only), settings);
        return row;
    }
    const auto all = actions<L>();
    std::vector<std::size_t> chosen(settings.actors);
    std::vector<const Action<L>*> cast(settings.actors);
    for (bool more = true; more && !failed;) {
        std::string name;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            cast[i] = &all[chosen[i]];
            name += (i ? " + " : "") + std::string(all[chosen[i]].name);
        }
        unsigned needs = 0;
        for (const auto* action : cast) needs |= action->needs;
        const bool wanted = (settings.without.empty() || name.find(settings.without) == std::string::npos) &&
                            (settings.aside || (needs & aside) == 0);
        if (wanted && fits<L>(cast)) play_one<L>(row, name, cast, settings);
        // The next combination with repetition.
        std::size_t i = chosen.size();
        while (i > 0 && chosen[i - 1] == all.size() - 1) --i;
        more = i > 0;
        if (!more) break;
        const std::size_t next = chosen[i - 1] + 1;
        for (--i; i < chosen.size(); ++i) chosen[i] = next;
    }
    return row;
}

template <class L, std::size_t count>
Row play_these(std::string what, const char* const (&names)[count], const Settings& settings) {
    Row row{std::move(what)};
    if (!row.is_wanted()) return row;
    for (const char* const name : names)
        if (!failed) play_named<L>(row, name, settings);
    return row;
}

// Those of a line that fails are beginnings only.
template <class L>
std::vector<Special> specials() {
    const auto beginnings = Beginnings<L>::all();
    std::vector<Special> all(beginnings.begin(), beginnings.end());
    if constexpr (!fails<L>) {
        const auto others = Specials<typename L::Backend>::all();
        all.insert(all.end(), others.begin(), others.end());
    }
    return all;
}

template <class L>
Row play_specials(std::string what, const Settings& settings) {
    Row row{std::move(what)};
    if (!row.is_wanted()) return row;
    for (const Special& special : specials<L>()) {
        if (failed || (!settings.only.empty() && special.name != settings.only)) continue;
        ExploreOptions options = settings.options;
        options.weather.failing_allocations = special.weather.failing_allocations;
        options.weather.stale_reads |= special.weather.stale_reads;
        report(row, special.name, explore(options, special.play), settings.arguments, special.fails_with);
    }
    return row;
}

void print(const Row& row) {
    if (!row.is_wanted()) return;
    std::printf("%-64s %5" PRIu64 " scenarios", row.what.c_str(), row.scenarios);
    std::printf(", %5" PRIu64 " exhausted, %12" PRIu64 " executions, %12" PRIu64 " redundant\n", row.exhausted,
                row.executions, row.redundant);
    std::fflush(stdout);
}

// A bug that is put in must be found; it is in the first scenario in which it shows.
template <class B>
void find(const char* bug) {
    using L = Line<B>;
    std::uint64_t executions = 0;
    const auto seen = [&](const char* name, const Explored& explored) {
        executions += explored.executions;
        if (!explored.failure) return false;
        std::printf("    found, with %-40s in %s, execution %" PRIu64 ": %s\n", bug, name, executions,
                    explored.failure->what.c_str());
        return true;
    };
    for (const Special& special : specials<L>())
        if (!special.fails_with &&
            seen(special.name, wrapup::testing::explore({.preemptions = 3, .weather = special.weather}, special.play)))
            return;
    for (const bool over : {false, true})
        for (const auto& first : actions<L>())
            for (const auto& second : actions<L>())
                if (fits<L>({&first, &second}) &&
                    seen((std::string(first.name) + " + " + second.name + (over ? ", over" : "")).c_str(),
                         wrapup::testing::explore({.preemptions = 3}, [&] {
                             play<L>({&first, &second}, {.over = over});
                         })))
                    return;
    std::printf("FAILED: not found: %s\n", bug);
    failed = true;
}

void find_weak_orders() {
    constexpr auto relaxed = std::memory_order_relaxed, acquire = std::memory_order_acquire,
                   release = std::memory_order_release, acq_rel = std::memory_order_acq_rel;
    find<WeakBackend<relaxed, release, acq_rel>>("acquire weakened to relaxed");
    find<WeakBackend<acquire, relaxed, acq_rel>>("release weakened to relaxed");
    find<WeakBackend<acquire, release, acquire>>("acq_rel weakened to acquire");
    find<WeakBackend<acquire, release, release>>("acq_rel weakened to release");
    find<WeakBackend<acquire, release, relaxed>>("acq_rel weakened to relaxed");
}

// Three at a time whose every order can be played in seconds.
constexpr const char* threes[] = {
    "drop + release + terminated",
    "drop + destroy + terminated",
    "drop + terminated + lost",
    "drop + terminating + refused",
    "drop + abort + release",
    "drop + release + refused",
    "drop + drop + release",
    "drop + drop + refused",
    "abort + release + refused",
    "release + terminated + lease",
    "release + release + terminated",
    "release + terminated + lost",
    "query + release + lost",
    "lease + release + lost",
    "destroy + terminated + lease",
    "destroy + terminated + monitor_gone",
    "destroy + monitor_gone + monitor_gone",
    "destroy + confirmed + query",
    "destroy + notifier_gone + lease",
    "destroy + notifier_gone + monitor_gone",
    "assign_over + terminated + lost",
    "terminated + lost + callback",
    "terminated + lease + callback",
    "terminated + look + callback_removed",
    "terminated + lease + callback_that_releases",
    "terminated + callback_that_destroys + look",
    "terminated + terminated + lost",
    "terminated + look + look",
    "terminated + monitor_copied + look",
};

// And those of which that is not so.
constexpr const char* long_threes[] = {
    "terminated + callback_removed + callback_removed",
    "terminated + callback_removed + callback_that_releases",
};
constexpr const char* fours[] = {
    "drop + release + terminated + lease",
    "drop + abort + release + refused",
    "disconnect + destroy + terminated + lost",
    "destroy + terminated + lease + monitor_gone",
    "release + lost + query + callback",
    "terminated + lease + callback_removed + callback_that_releases",
    "drop + terminating + terminated + callback_that_destroys",
    "drop_that_destroys + terminated + lease + monitor_copied",
    "query_that_releases + terminated + lost + look",
    "notifier_gone + destroy + lease + callback",
    "release + terminated + wait + wait_for",
    "drop + terminated + wait + callback_removed",
};

// Three, of which one is an unruly provider.
constexpr const char* threes_with_faults[] = {
    "drop + release + terminated",
    "drop + release + refused",
    "drop + release + deliver",
    "drop + destroy + terminated",
    "drop + drop + release",
    "drop + terminating + refused",
    "drop + terminated + lost",
    "drop + terminated + deliver",
    "drop + abort + deliver",
    "abort + release + refused",
    "release + terminated + lost",
    "release + lost + query",
    "release + lost + deliver",
    "release + refused + deliver",
    "release + query + deliver",
    "destroy + terminated + lease",
    "destroy + terminated + deliver",
    "destroy + notifier_gone + lease",
    "terminated + lost + callback",
    "terminated + look + callback_removed",
    "terminated + look + callback_that_destroys",
};

const ExploreOptions stale{.weather = {.stale_reads = true}};

// What a row is called, and how its scenarios are repeated one by one.
void rows_of_pairs() {
    print(play_all<Silent>("2 threads", {.arguments = "--actors 2"}));
    print(play_all<Silent>("2 threads, stale reads",
                           {.options = stale, .without = "wait_for", .arguments = "--actors 2 --stale"}));
    print(play_all<Silent>("2 threads, on a session that is over", {.over = true, .arguments = "--over --actors 2"}));
    print(play_all<Silent>("2 threads, 1 answer of the provider is another",
                           {.whims = 1, .without = "wait_for", .arguments = "--actors 2 --whims 1"}));
    print(play_all<Silent>(
        "2 threads, 1 compare-and-exchange fails without cause",
        {.options = {.weather = {.spurious_failures = 1}}, .without = "wait", .arguments = "--actors 2 --spurious 1"}));
    print(play_all<Tracing>("2 threads, every transition is traced, 3 preemptions",
                            {.options = {.preemptions = 3}, .arguments = "--line tracing --actors 2 --preemptions 3"}));
    print(play_all<Whole>("2 threads, with the mutex that ships, 3 preemptions",
                          {.options = {.preemptions = 3}, .arguments = "--line whole --actors 2 --preemptions 3"}));
}

// Calls of the provider, and what it says, go wrong. Every fault must have struck.
void rows_of_faults() {
    print(play_specials<Failing>("beginnings, 1 call goes wrong", {.arguments = "--line failing-specials"}));
    print(play_all<Failing>("2 threads, 1 call goes wrong",
                            {.faults = 1, .aside = false, .arguments = "--line failing --actors 2 --faults 1"}));
    print(play_all<Failing>(
        "2 threads, 1 call goes wrong, on a session that is over",
        {.faults = 1, .over = true, .aside = false, .arguments = "--line failing --over --actors 2 --faults 1"}));
    print(play_all<Failing>("2 threads, the notifier goes wrong",
                            {.faults = 1,
                             .wrong = Rules::Wrong::of_watch,
                             .arguments = "--line failing --of-watch --actors 2 --faults 1"}));
    print(play_all<Failing>("2 threads, all that there are, 1 call goes wrong, 2 preemptions",
                            {.faults = 1,
                             .options = {.preemptions = 2},
                             .arguments = "--line failing --actors 2 --faults 1 --preemptions 2"}));
    print(play_these<Failing>("3 threads, 1 call goes wrong, 3 preemptions", threes_with_faults,
                              {.faults = 1,
                               .options = {.preemptions = 3},
                               .arguments = "--line failing --actors 3 --faults 1 --preemptions 3"}));
    print(play_these<Failing>("3 threads, the notifier goes wrong, 3 preemptions", threes_with_faults,
                              {.faults = 1,
                               .wrong = Rules::Wrong::of_watch,
                               .options = {.preemptions = 3},
                               .arguments = "--line failing --of-watch --actors 3 --faults 1 --preemptions 3"}));
    for (unsigned i = 1; i < fault_count && !failed; ++i) {
        std::printf("%s%s %" PRIu64, i == 1 ? "    struck: " : ", ", to_string(static_cast<Fault>(i)), struck[i]);
        failed = struck[i] == 0;
    }
    std::printf("%s\n", failed ? " FAILED" : "");
}

void every_change() {
    print(play_specials<Silent>("beginnings, the table, the mutex, limits",
                                {.whims = 1, .arguments = "--line specials"}));
    print(play_specials<Silent>("beginnings, the table, the mutex, limits, stale reads",
                                {.options = stale, .arguments = "--line specials --stale"}));
    rows_of_pairs();
    print(play_these<Silent>("3 threads", threes, {.arguments = "--actors 3"}));
    print(play_these<Silent>("3 threads, stale reads", threes, {.options = stale, .arguments = "--actors 3 --stale"}));
    print(play_these<Silent>("3 threads, with more steps, 4 preemptions", long_threes,
                             {.options = {.preemptions = 4}, .arguments = "--actors 3 --preemptions 4"}));
    print(play_all<Silent>("3 threads, all that there are, 1 preemption",
                           {.actors = 3, .options = {.preemptions = 1}, .arguments = "--actors 3 --preemptions 1"}));
    print(play_these<Silent>(
        "3 threads, 2 answers are others, 3 preemptions", threes,
        {.whims = 2, .options = {.preemptions = 3}, .arguments = "--actors 3 --whims 2 --preemptions 3"}));
    print(play_these<Silent>("4 threads, 2 preemptions", fours,
                             {.options = {.preemptions = 2}, .arguments = "--actors 4 --preemptions 2"}));
    rows_of_faults();
    find_weak_orders();
}

void quickly() {
    print(play_specials<Silent>(
        "beginnings, the table, the mutex, limits, 3 preemptions",
        {.whims = 1, .options = {.preemptions = 3}, .arguments = "--line specials --preemptions 3"}));
    print(play_all<Silent>("2 threads", {.arguments = "--actors 2"}));
    print(play_all<Silent>("2 threads, on a session that is over", {.over = true, .arguments = "--over --actors 2"}));
    print(play_all<Silent>(
        "2 threads, 1 answer of the provider is another, 3 preemptions",
        {.whims = 1, .options = {.preemptions = 3}, .arguments = "--actors 2 --whims 1 --preemptions 3"}));
    print(play_all<Tracing>("2 threads, every transition is traced, 2 preemptions",
                            {.options = {.preemptions = 2}, .arguments = "--line tracing --actors 2 --preemptions 2"}));
    print(play_all<Silent>("3 threads, all that there are, 1 preemption",
                           {.actors = 3, .options = {.preemptions = 1}, .arguments = "--actors 3 --preemptions 1"}));
}

// As far as it goes.
void a_night() {
    const ExploreOptions far{.most_executions = 400'000'000};
    const ExploreOptions far_and_stale{.weather = {.stale_reads = true}, .most_executions = 400'000'000};
    print(play_all<Silent>("2 threads, stale reads", {.options = stale, .arguments = "--actors 2 --stale"}));
    print(play_these<Silent>("3 threads, with more steps, stale reads", long_threes,
                             {.options = far_and_stale, .arguments = "--actors 3 --stale"}));
    print(play_all<Silent>(
        "2 threads, 1 answer is another, stale reads",
        {.whims = 1, .options = stale, .without = "wait", .arguments = "--actors 2 --whims 1 --stale"}));
    print(play_these<Silent>("3 threads, with more steps", long_threes, {.options = far, .arguments = "--actors 3"}));
    print(play_all<Silent>("2 threads, 1 answer is another",
                           {.whims = 1, .options = far, .arguments = "--actors 2 --whims 1"}));
    print(play_all<Silent>("2 threads, 2 answers are others",
                           {.whims = 2, .options = far, .without = "wait", .arguments = "--actors 2 --whims 2"}));
    print(play_all<Silent>("3 threads, all that there are, 2 preemptions",
                           {.actors = 3, .options = {.preemptions = 2}, .arguments = "--actors 3 --preemptions 2"}));
    print(play_these<Silent>("4 threads, 5 preemptions", fours,
                             {.options = {.preemptions = 5}, .arguments = "--actors 4 --preemptions 5"}));
    print(play_these<Silent>("3 threads, 1 answer is another", threes,
                             {.whims = 1, .options = far, .arguments = "--actors 3 --whims 1"}));
    const ExploreOptions far_with_faults{.most_executions = 5'000'000};
    print(play_all<Failing>(
        "2 threads, all that there are, 1 call goes wrong",
        {.faults = 1, .options = far_with_faults, .arguments = "--line failing --actors 2 --faults 1"}));
    print(play_these<Failing>(
        "3 threads, 1 call goes wrong", threes_with_faults,
        {.faults = 1, .options = far_with_faults, .arguments = "--line failing --actors 3 --faults 1"}));
    print(play_all<Failing>("2 threads, 2 calls go wrong", {.faults = 2,
                                                            .aside = false,
                                                            .options = far_with_faults,
                                                            .arguments = "--line failing --actors 2 --faults 2"}));
}

} // namespace

int main(int argc, char** argv) {
    Settings s;
    std::string_view line = "silent";
    std::string_view how;
    bool chosen = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--each") {
            each = true;
            continue;
        }
        if (word == "--rows" && i + 1 < argc) {
            rows = argv[++i];
            continue;
        }
        if (word == "--quick" || word == "--failing" || word == "--seeded" || word == "--long") {
            how = word;
            continue;
        }
        if (word != "--schedule" && word != "--only")
            s.arguments += (s.arguments.empty() ? "" : " ") + std::string(word);
        chosen = true;
        if (word == "--stale" || word == "--over") {
            (word == "--stale" ? s.options.weather.stale_reads : s.over) = true;
            continue;
        }
        if (word == "--of-watch") {
            s.wrong = Rules::Wrong::of_watch;
            continue;
        }
        if (++i == argc) {
            std::fprintf(stderr, "%s: what?\n", argv[i - 1]);
            return 2;
        }
        const char* const value = argv[i];
        const auto number = [value] { return static_cast<unsigned>(std::strtoul(value, nullptr, 10)); };
        if (word == "--schedule") s.options.schedule = value;
        else if (word == "--only") s.only = value;
        else s.arguments += " " + std::string(value);
        if (word == "--line") line = value;
        else if (word == "--actors") s.actors = std::min(number(), unsigned{max_actors});
        else if (word == "--whims") s.whims = number();
        else if (word == "--faults") s.faults = number();
        else if (word == "--spurious") s.options.weather.spurious_failures = number();
        else if (word == "--preemptions") s.options.preemptions = number();
        else if (word == "--most-executions") s.options.most_executions = std::strtoull(value, nullptr, 10);
        else if (word == "--without") s.without = value;
        else if (word == "--part" && std::sscanf(value, "%u/%u", &s.options.part, &s.options.parts) == 2)
            --s.options.part;
        else if (word != "--schedule" && word != "--only") {
            std::fprintf(stderr, "%s: no such argument\n", word.data());
            return 2;
        }
    }
    if (s.options.part >= s.options.parts) {
        std::fprintf(stderr, "--part: the first of two is 1/2\n");
        return 2;
    }
    if (!rows.empty() && how != "--long") {
        std::fprintf(stderr, "--rows: goes with --long\n");
        return 2;
    }
    const auto of_line = [&](std::string what, const Settings& settings) {
        if (line == "tracing") print(play_all<Tracing>(what, settings));
        else if (line == "whole") print(play_all<Whole>(what, settings));
        else if (line == "failing") print(play_all<Failing>(what, settings));
        else if (line == "failing-specials") print(play_specials<Failing>(what, settings));
        else if (line == "specials") print(play_specials<Silent>(what, settings));
        else print(play_all<Silent>(what, settings));
    };
    if (chosen) of_line(s.arguments, s);
    else if (how == "--long") a_night();
    else if (how == "--quick") quickly();
    else if (how == "--seeded") find_weak_orders();
    else if (how == "--failing") rows_of_faults();
    else every_change();
    return failed ? 1 : 0;
}
