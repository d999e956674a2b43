// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

/// @file
/// As much of Catch2 as most tests here use, in a hundred lines and without a library or a stream behind it: for a run in which
/// everything must have been compiled with the same instrumentation (MemorySanitizer), and for one in which the tests are
/// compiled a thousand times (mutation). It says which assertion failed, not what its values were.
///
///     <program> [<part of a title>]        <program> -l        <program> -v
///
/// A program has one translation unit, or one that defines `WRAPUP_PLAIN_MAIN`.

namespace plain {

struct Failed {}; // what a REQUIRE throws

struct Test {
    const char* title;
    void (*body)();
};

// A section is named by the way to it: the lines at which it and those around it stand.
using Path = std::vector<int>;

class Runner {
public:
    static Runner& instance() {
        static Runner runner;
        return runner;
    }

    void add(Test test) { tests_.push_back(test); }

    void failed(const char* file, int line, const char* what) {
        if (++failures_ <= 20) std::printf("%s:%d: failed: %s\n    in \"%s\"\n", file, line, what, title_);
        std::fflush(stdout);
    }
    void checked() { ++assertions_; }

    // Runs a test until each of its sections has been run, one of those that stand beside each other at a time.
    void run(const Test& test) {
        title_ = test.title;
        done_.clear();
        do {
            again_ = false;
            here_.clear();
            entered_.assign(1, false);
            try {
                test.body();
            } catch (const Failed&) { // NOLINT(bugprone-empty-catch): what failed has been said
            }
        } while (again_ && failures_ < 20);
    }

    bool enter(int line) {
        here_.push_back(line);
        bool is_done = false;
        for (const Path& path : done_) is_done = is_done || path == here_;
        if (!is_done && !entered_.back()) {
            entered_.back() = true;
            entered_.push_back(false);
            return true;
        }
        again_ = again_ || !is_done;
        here_.pop_back();
        return false;
    }
    void leave(bool more_inside) {
        if (!more_inside) done_.push_back(here_);
        here_.pop_back();
        entered_.pop_back();
    }

    int main(int argc, char** argv) {
        if (argc > 1 && std::strcmp(argv[1], "-l") == 0) {
            for (const Test& test : tests_) std::puts(test.title);
            return 0;
        }
        const bool tells = argc > 1 && std::strcmp(argv[1], "-v") == 0;
        std::size_t ran = 0;
        for (const Test& test : tests_) {
            if (argc > 1 && !tells && !std::strstr(test.title, argv[1])) continue;
            ++ran;
            const unsigned long before = failures_;
            run(test);
            if (tells) std::printf("%s: %s\n", failures_ == before ? "passed" : "failed", test.title);
        }
        std::printf("%zu tests, %lu assertions, %lu failed\n", ran, assertions_, failures_);
        return ran > 0 && assertions_ > 0 && failures_ == 0 ? 0 : 1;
    }

private:
    friend class Section;

    std::vector<Test> tests_;
    const char* title_ = "";
    unsigned long failures_ = 0, assertions_ = 0;
    std::vector<Path> done_;
    Path here_;
    std::vector<bool> entered_; // at each depth, whether a section has been run in this round
    bool again_ = false;
};

class Section {
public:
    explicit Section(int line) : before_(Runner::instance().again_) {
        Runner::instance().again_ = false;
        entered_ = Runner::instance().enter(line);
    }
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
    ~Section() {
        Runner& runner = Runner::instance();
        if (entered_) runner.leave(runner.again_);
        runner.again_ = runner.again_ || before_;
    }
    explicit operator bool() const { return entered_; }

private:
    bool before_, entered_;
};

struct Registered {
    Registered(const char* title, void (*body)()) { Runner::instance().add({title, body}); }
};

inline void check(bool holds, const char* file, int line, const char* what) {
    Runner::instance().checked();
    if (!holds) Runner::instance().failed(file, line, what);
}
inline void require(bool holds, const char* file, int line, const char* what) {
    check(holds, file, line, what);
    if (!holds) throw Failed();
}

template <class Exception, class Call>
bool throws(Call call) {
    try {
        call();
    } catch (const Exception&) {
        return true;
    }
    return false;
}

} // namespace plain

// NOLINTBEGIN(readability-identifier-naming): Catch2's names
namespace Catch {
inline unsigned rngSeed() { return 1; }
} // namespace Catch
// NOLINTEND(readability-identifier-naming)

#define WRAPUP_PLAIN_JOIN2(a, b) a##b
#define WRAPUP_PLAIN_JOIN(a, b) WRAPUP_PLAIN_JOIN2(a, b)
#define WRAPUP_PLAIN_TITLE(title, ...) title

#define TEST_CASE(...)                                                                                                 \
    static void WRAPUP_PLAIN_JOIN(plain_test_, __LINE__)();                                                            \
    static const plain::Registered WRAPUP_PLAIN_JOIN(plain_registered_, __LINE__)(                                     \
        WRAPUP_PLAIN_TITLE(__VA_ARGS__, ), &WRAPUP_PLAIN_JOIN(plain_test_, __LINE__));                                 \
    static void WRAPUP_PLAIN_JOIN(plain_test_, __LINE__)()
#define SECTION(...) if (const plain::Section WRAPUP_PLAIN_JOIN(plain_section_, __LINE__){__LINE__})

#define CHECK(...) plain::check(static_cast<bool>(__VA_ARGS__), __FILE__, __LINE__, #__VA_ARGS__)
#define CHECK_FALSE(...) plain::check(!static_cast<bool>(__VA_ARGS__), __FILE__, __LINE__, "not " #__VA_ARGS__)
#define REQUIRE(...) plain::require(static_cast<bool>(__VA_ARGS__), __FILE__, __LINE__, #__VA_ARGS__)
#define REQUIRE_FALSE(...) plain::require(!static_cast<bool>(__VA_ARGS__), __FILE__, __LINE__, "not " #__VA_ARGS__)
#define STATIC_REQUIRE(...) static_assert(__VA_ARGS__)
#define CHECK_THROWS_AS(expression, exception)                                                                         \
    plain::check(plain::throws<exception>([&] { static_cast<void>(expression); }), __FILE__, __LINE__,                 \
                 #expression " throws")
#define REQUIRE_THROWS_AS(expression, exception)                                                                       \
    plain::require(plain::throws<exception>([&] { static_cast<void>(expression); }), __FILE__, __LINE__,               \
                   #expression " throws")
#define FAIL(...) plain::require(false, __FILE__, __LINE__, #__VA_ARGS__)
#define INFO(...) static_cast<void>(0)
#define CAPTURE(...) static_cast<void>(0)

#if defined(WRAPUP_PLAIN_MAIN)
int main(int argc, char** argv) { return plain::Runner::instance().main(argc, argv); }
#endif
