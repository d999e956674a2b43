// SPDX-License-Identifier: BSL-1.0
// Random histories against the model, and sessions of a simulated service in virtual time.
//
//   wrapup_random [--seed S] [--histories N] [--simulate N] [--self-test]
//   wrapup_random --replay STRING
//
// A history that fails is shrunk, told step by step, and printed as a string that replays.
#include "child.hpp"
#include "random.hpp"
#include "shrink.hpp"
#include "simulation.hpp"
#include "theatre.hpp"

#include <sys/mman.h>

#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace {

using histories::History;
using histories::Theatre;

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Any of them can be had by itself, by its number. In every other one most steps are about the same few, so that things
// come to happen inside one another.
History history_of(std::uint64_t seed, std::uint64_t number) {
    histories::Random random(seed * 0x2545f4914f6cdd1d + number * 0xda942042e4dd58b5);
    History history;
    history.head = static_cast<std::uint8_t>(random.next());
    history.size = 8 + random.below(9);
    const bool about_few = number % 2 == 1;
    for (std::size_t at = 0; at < history.size; ++at) {
        const std::uint64_t numbers = random.next();
        const bool any = !about_few || numbers >> 62 == 0;
        history.steps[at] = {static_cast<std::uint8_t>(numbers), static_cast<std::uint8_t>(any ? numbers >> 8 : 0),
                             static_cast<std::uint8_t>(numbers >> 16)};
    }
    history.steps[0].verb %= 24; // a history of nothing is none
    history.steps[0].who = 0;
    return history;
}

// What a run in another process has got to, seen from here also when it has come to a bad end.
struct Progress {
    std::uint64_t number;
    std::uint64_t steps;
};

Progress& shared_progress() {
    void* const memory = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        std::perror("mmap");
        std::exit(2);
    }
    return *new (memory) Progress{};
}

bool plays_alone(const History& history) {
    return histories::succeeds_in_child(
        [&] {
            std::fclose(stderr); // what a sanitizer has to say is said in the end, about the smallest
            return std::make_unique<Theatre>()->play(history) == nullptr;
        },
        10);
}

int replay(const History& history) {
    std::fprintf(stderr, "provider %s\n", to_string(history.kind()));
    const char* const wrong = std::make_unique<Theatre>()->play(history, true);
    std::fprintf(stderr, "%s\n", wrong ? wrong : "nothing is wrong");
    return wrong ? 1 : 0;
}

int run_histories(std::uint64_t seed, std::uint64_t count) {
    Progress& progress = shared_progress();
    const auto begin = std::chrono::steady_clock::now();
    const bool good = histories::succeeds_in_child([&] {
        const auto theatre = std::make_unique<Theatre>();
        for (; progress.number < count; ++progress.number)
            if (theatre->play(history_of(seed, progress.number))) return false;
        progress.steps = theatre->steps();
        return true;
    });
    if (good) {
        const double seconds = seconds_since(begin);
        std::printf("random histories: %" PRIu64 " of %" PRIu64 " steps, seed %" PRIu64 ": no difference to the model"
                    " (%.1f s, %.0f a second)\n",
                    count, progress.steps, seed, seconds, static_cast<double>(count) / seconds);
        return 0;
    }
    const History failed = history_of(seed, progress.number);
    std::printf("random histories: seed %" PRIu64 ", history %" PRIu64 " FAILED: --replay %s\n", seed, progress.number,
                failed.text().c_str());
    if (plays_alone(failed)) {
        std::printf("by itself it does not fail: an earlier one has left something behind\n");
        return 1;
    }
    const History smallest = shrink(failed, [](const History& history) { return !plays_alone(history); });
    std::printf("shrunk to %zu steps: --replay %s\n", smallest.size, smallest.text().c_str());
    histories::succeeds_in_child([&] { return replay(smallest) == 0; }, 10);
    return 1;
}

int run_simulation(std::uint64_t seed, std::uint64_t count) {
    const bool good = histories::succeeds_in_child([&] {
        const auto begin = std::chrono::steady_clock::now();
        const auto simulation = std::make_unique<simulation::Simulation>(seed);
        simulation->run(count);
        simulation->print(seconds_since(begin));
        return simulation->wrong() == nullptr;
    });
    if (!good) std::printf("simulation: FAILED: --seed %" PRIu64 " --simulate %" PRIu64 "\n", seed, count);
    return good ? 0 : 1;
}

// Whether what is to be found is found: the model is given a wrong rule, and the history in which that shows is shrunk; the
// simulated service does what it must not.
int self_test(std::uint64_t seed) {
    constexpr std::uint64_t enough = 1'000'000;
    constexpr std::size_t a_handful = 6;
    int failed = 0;
    const auto theatre = std::make_unique<Theatre>();
    for (unsigned mistake = 1; mistake < histories::mistakes; ++mistake) {
        theatre->mislead(static_cast<histories::Mistake>(mistake));
        const auto fails = [&](const History& history) { return theatre->play(history) != nullptr; };
        std::uint64_t number = 0;
        // Where a history has failed, what it has left is no business of the next one's.
        while (number < enough && !fails(history_of(seed, number))) ++number;
        if (number == enough) {
            std::printf("self-test: wrong rule %u is not found\n", mistake);
            failed = 1;
            continue;
        }
        const History smallest = shrink(history_of(seed, number), fails);
        const bool small = smallest.size <= a_handful;
        std::printf("self-test: wrong rule %u is found by history %" PRIu64 ", shrunk to %zu steps%s: --replay %s\n",
                    mistake, number, smallest.size, small ? "" : ", which is too many", smallest.text().c_str());
        if (!small) failed = 1;
    }
    for (unsigned misdeed = 1; misdeed < simulation::Simulation::misdeeds; ++misdeed) {
        const auto simulation =
            std::make_unique<simulation::Simulation>(seed, static_cast<simulation::Simulation::Misdeed>(misdeed));
        const bool found = !simulation->run(enough);
        std::printf("self-test: misdeed %u of the service: %s\n", misdeed,
                    found ? simulation->wrong() : "is not found");
        if (!found) failed = 1;
    }
    return failed;
}

bool read_number(const char* text, std::uint64_t& number) {
    char* end = nullptr;
    number = std::strtoull(text, &end, 10);
    return *text != '\0' && *end == '\0';
}

int usage() {
    std::fputs("usage: [--seed S] [--histories N] [--simulate N] [--self-test] | --replay STRING\n", stderr);
    return 2;
}

} // namespace

int main(int count, char** arguments) {
    std::uint64_t seed = 1;
    std::uint64_t how_many_histories = 0;
    std::uint64_t how_many_sessions = 0;
    bool tests_itself = false;
    for (int i = 1; i < count; ++i) {
        const std::string name = arguments[i];
        if (name == "--self-test") {
            tests_itself = true;
            continue;
        }
        if (++i == count) return usage();
        History history;
        if (name == "--replay") return History::from_text(arguments[i], history) ? replay(history) : usage();
        if (name == "--seed"        ? !read_number(arguments[i], seed)
            : name == "--histories" ? !read_number(arguments[i], how_many_histories)
            : name == "--simulate"  ? !read_number(arguments[i], how_many_sessions)
                                    : true)
            return usage();
    }
    if (!tests_itself && how_many_histories == 0 && how_many_sessions == 0) return usage();
    int failed = tests_itself ? self_test(seed) : 0;
    if (how_many_histories > 0) failed |= run_histories(seed, how_many_histories);
    if (how_many_sessions > 0) failed |= run_simulation(seed, how_many_sessions);
    return failed;
}
