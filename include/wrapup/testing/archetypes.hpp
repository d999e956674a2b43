// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/provider.hpp>

#include <chrono>
#include <cstddef>
#include <new>
#include <ratio>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

/// @file
/// For each concept of <wrapup/provider.hpp> the smallest model of it: what the concept asks and nothing more. What is not
/// asked is not there or is deleted: providers cannot be default constructed, copied or assigned, and are called as lvalues
/// only; what they report cannot be copied, assigned or compared.
///
/// For whoever writes templates over providers, decorators above all: what compiles and works with each of these asks no more
/// than the concept does. They keep in a `Ledger` what was called, in order, and how many identifiers are alive.

namespace wrapup::testing {

/// An identifier: what `std::regular` asks, and copies that do not throw. No order, no hash; the rest may throw.
class MinimalIdentifier {
public:
    MinimalIdentifier() noexcept(false) {}
    explicit MinimalIdentifier(int number) noexcept(false) : number_(number) {}
    MinimalIdentifier(const MinimalIdentifier&) noexcept = default;
    MinimalIdentifier& operator=(const MinimalIdentifier&) noexcept = default;
    ~MinimalIdentifier() = default;

    friend bool operator==(const MinimalIdentifier& a, const MinimalIdentifier& b) noexcept(false) {
        return a.number_ == b.number_;
    }

    [[nodiscard]] int number() const { return number_; }

private:
    int number_ = 0;
};

/// Nothrow move constructible, and nothing else. The number tells which one it is.
template <class Tag>
class MinimalValue {
public:
    explicit MinimalValue(int number) : number_(number) {}
    MinimalValue(MinimalValue&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    MinimalValue& operator=(MinimalValue&&) = delete;
    ~MinimalValue() = default;

    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

using MinimalCause = MinimalValue<struct CauseTag>;
using MinimalReason = MinimalValue<struct ReasonTag>;
using MinimalStatistics = MinimalValue<struct StatisticsTag>;

/// A point in time that is regular and nothrow copyable.
struct MinimalTime {
    int ticks = 0;
    friend bool operator==(const MinimalTime&, const MinimalTime&) noexcept = default;
};

/// What the archetypes did, in order, and how many identifiers are alive. For one thread. *Lifetime:* it outlives them.
struct Ledger {
    std::vector<std::string> calls;
    int alive = 0;
    int now = 0;

    MinimalIdentifier begin(int number) {
        ++alive;
        return MinimalIdentifier(number);
    }
    void record(const char* what, const MinimalIdentifier& id) {
        calls.push_back(what + (" " + std::to_string(id.number())));
    }
};

/// `SessionProvider`
struct MinimalProvider {
    using Identifier = MinimalIdentifier;

    Ledger& ledger;

    explicit MinimalProvider(Ledger& l) noexcept : ledger(l) {}
    MinimalProvider(MinimalProvider&&) noexcept = default;
    MinimalProvider& operator=(MinimalProvider&&) = delete;
    ~MinimalProvider() = default;

    void drop(const Identifier& id) & noexcept { ledger.record("drop", id); }
    void deallocate(const Identifier& id) & noexcept {
        ledger.record("deallocate", id);
        --ledger.alive;
    }
};

/// `ReportsCause`
struct MinimalReportsCause : MinimalProvider {
    using MinimalProvider::MinimalProvider;
    using Cause = MinimalCause;
};

/// `AcceptsReason`
struct MinimalAcceptsReason : MinimalProvider {
    using MinimalProvider::MinimalProvider;
    using Reason = MinimalReason;

    using MinimalProvider::drop;
    void drop(const Identifier& id, const Reason& reason) & noexcept {
        ledger.record(("drop for " + std::to_string(reason.number())).c_str(), id);
    }
};

/// `Opens`, without arguments. It returns something that becomes the identifier.
struct MinimalOpens : MinimalProvider {
    using MinimalProvider::MinimalProvider;

    struct Opened {
        MinimalIdentifier id;
        operator MinimalIdentifier() const { return id; }
    };
    Opened open(std::error_code&) & {
        Opened opened{ledger.begin(1)};
        ledger.record("open", opened.id);
        return opened;
    }
};

/// `Notifies`. Whoever made it has the notifier in `MinimalNotifies::Wire`.
struct MinimalNotifies : MinimalProvider {
    using Notifier = wrapup::Notifier<void>;
    struct Wire {
        Notifier notifier;
    };

    Wire& wire;

    MinimalNotifies(Ledger& l, Wire& w) noexcept : MinimalProvider(l), wire(w) {}

    void watch(const Identifier& id, Notifier&& notifier) & noexcept {
        ledger.record("watch", id);
        wire.notifier = std::move(notifier);
    }
};

/// `Opens` where it notifies
struct MinimalOpensAndNotifies : MinimalNotifies {
    using MinimalNotifies::MinimalNotifies;

    MinimalIdentifier open(std::error_code&, Notifier&& notifier) & {
        MinimalIdentifier id = ledger.begin(1);
        ledger.record("open", id);
        wire.notifier = std::move(notifier);
        return id;
    }
};

/// `Snapshots`
struct MinimalSnapshots : MinimalProvider {
    using MinimalProvider::MinimalProvider;
    MinimalStatistics snapshot(const Identifier& id) & noexcept {
        ledger.record("snapshot", id);
        return MinimalStatistics(id.number() * 100);
    }
};

/// `Aborts`
struct MinimalAborts : MinimalProvider {
    using MinimalProvider::MinimalProvider;
    void abort(const Identifier& id) & noexcept { ledger.record("abort", id); }
};

/// `Timed`
struct MinimalTimed : MinimalProvider {
    using MinimalProvider::MinimalProvider;
    MinimalTime now() const& noexcept { return {++ledger.now}; }
};

/// `Traces`
struct MinimalTraces : MinimalProvider {
    using MinimalProvider::MinimalProvider;
    void trace(const Transition& transition) & noexcept {
        ledger.calls.push_back(std::string(to_string(transition.from)) + " -> " + to_string(transition.to));
    }
};

/// `Allocates`, and what it is for: `Notifies`, since nothing else is kept of a session.
struct MinimalAllocates : MinimalNotifies {
    using MinimalNotifies::MinimalNotifies;
    void* allocate(std::size_t size, std::size_t alignment) & noexcept {
        ledger.calls.emplace_back("allocate");
        return ::operator new(size, std::align_val_t{alignment}, std::nothrow);
    }
    void free(void* memory, std::size_t, std::size_t alignment) & noexcept {
        ledger.calls.emplace_back("free");
        ::operator delete(memory, std::align_val_t{alignment});
    }
};

/// `Waits`, and what it cannot do without: `Timed` with a clock's time, and `Notifies`, since there is nothing to wait for else.
struct MinimalWaits : MinimalNotifies {
    using MinimalNotifies::MinimalNotifies;

    struct Clock {
        using rep = long;
        using period = std::milli;
        using duration = std::chrono::duration<rep, period>;
        using time_point = std::chrono::time_point<Clock>;
        static constexpr bool is_steady = true;
    };
    Clock::time_point now() const& noexcept { return Clock::time_point(Clock::duration(ledger.now)); }

    // Whoever pumps comes to the end of the session one step later.
    template <class Done>
    void wait(const Clock::time_point& deadline, Done done) & noexcept {
        while (!done() && now() < deadline) {
            ++ledger.now;
            wire.notifier.terminated();
        }
    }
};

} // namespace wrapup::testing
