// SPDX-License-Identifier: BSL-1.0

// What a session costs where many are alive: scale SESSIONS ORDER, where ORDER is in which order they are ended and released, `same`
// as they were opened in, `reverse` or `random`. Counted by callgrind and timed otherwise, per session. Memory is cut off one
// block and never given back, so that what an allocator does is in no figure but that of the bytes.
#include <wrapup/notifier.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/session.hpp>

#include "counting.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <thread>
#include <utility>

namespace {

constexpr std::size_t most = 1'000'000;
constexpr std::size_t room = most * 1024;
unsigned char* memory = nullptr;
std::size_t used = 0;

} // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    if (!memory) memory = static_cast<unsigned char*>(std::malloc(room));
    void* const taken = memory + used;
    used += (size + 15) / 16 * 16;
    if (!memory || used > room) std::abort();
    return taken;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return ::operator new(size); }
void operator delete(void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}

namespace {

using compared::check;

wrapup::Notifier<void>* lines = nullptr; // by identifier
int deallocated = 0;

struct Line {
    using Identifier = int;

    void drop(int) noexcept {}
    void deallocate(int) noexcept { ++deallocated; }
    void watch(int id, wrapup::Notifier<void> notifier) noexcept { lines[id] = std::move(notifier); }
    [[nodiscard]] int duration(int id) const noexcept { return id; }
};
using Session = wrapup::Session<Line>;
using Table = wrapup::NotifierTable<std::uint64_t, void>;

// Identifiers as a service would give them: no two are neighbours.
std::uint64_t native(int id) { return static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15; }

struct Scale {
    const char* name;
    int sessions;

    // One phase of all lives.
    template <class F>
    void phase(const char* what, const int* ids, F f) const {
        char title[100];
        std::snprintf(title, sizeof title, "%s / %s / %d", name, what, sessions);
        const std::size_t before = used;
        const auto begin = std::chrono::steady_clock::now();
        CALLGRIND_ZERO_STATS;
        CALLGRIND_TOGGLE_COLLECT;
        for (int i = 0; i < sessions; ++i) f(ids[i]);
        CALLGRIND_TOGGLE_COLLECT;
        const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
        CALLGRIND_DUMP_STATS_AT(title);
        std::printf("%s / %.2f / %.2f\n", title, took.count() / sessions,
                    static_cast<double>(used - before) / sessions);
    }
};

} // namespace

int main(int argc, char** argv) {
    check(argc == 3, "usage: scale SESSIONS ORDER");
    const int count = std::atoi(argv[1]);
    check(count > 0 && static_cast<std::size_t>(count) <= most, "how many sessions?");
    const auto each = static_cast<std::size_t>(count);
    auto* const opened = static_cast<int*>(std::malloc(each * sizeof(int)));
    auto* const ended = static_cast<int*>(std::malloc(each * sizeof(int)));
    auto* const sessions = static_cast<Session*>(std::malloc(each * sizeof(Session)));
    lines = static_cast<wrapup::Notifier<void>*>(std::malloc(each * sizeof(wrapup::Notifier<void>)));
    check(opened && ended && sessions && lines, "no memory");
    std::uninitialized_default_construct_n(lines, each);
    std::iota(opened, opened + count, 0);
    std::iota(ended, ended + count, 0);
    if (std::strcmp(argv[2], "reverse") == 0) std::reverse(ended, ended + count);
    else if (std::strcmp(argv[2], "random") == 0) std::shuffle(ended, ended + count, std::mt19937());
    else check(std::strcmp(argv[2], "same") == 0, "which order?");

    // While there is one thread, a mutex is locked without a read-modify-write.
    std::thread([] {}).join();
    compared::measure_nothing();
    const Scale scale{"session", count};
    scale.phase("opened", opened, [&](int id) { ::new (sessions + id) Session(id); });
    scale.phase("ended by the other side", ended, [](int id) { lines[id].terminated(); });
    int asked = 0;
    scale.phase("asked", ended, [&](int id) { asked += sessions[id].query<&Line::duration>() == id; });
    check(asked == count, "somebody was not asked");
    scale.phase("service done", ended, [](int id) { lines[id] = {}; });
    scale.phase("released", ended, [&](int id) { sessions[id].~Session(); });
    check(deallocated == count, "an identifier that was not given back, once");

    // The table, by itself: its notifiers are of sessions that are there.
    for (int id = 0; id < count; ++id) ::new (sessions + id) Session(id);
    {
        const Scale tabled{"identifier table", count};
        Table table;
        int found = 0;
        const auto end = [&found](const wrapup::Notifier<void>& line) {
            ++found;
            line.terminated();
        };
        tabled.phase("bound", opened, [&](int id) { table.bind(table.reserve(), native(id), std::move(lines[id])); });
        tabled.phase("found, to report the end", ended, [&](int id) { table.notify(native(id), end); });
        tabled.phase("taken out", ended, [&](int id) { lines[id] = table.remove(native(id)); });
        check(found == count && table.size() == 0, "an identifier that was not found");
    }
    for (int id = 0; id < count; ++id) sessions[id].~Session();
    std::free(opened);
    std::free(ended);
    std::free(sessions);
    std::free(lines);
}
