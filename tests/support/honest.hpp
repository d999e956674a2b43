// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier_table.hpp>
#include <wrapup/session.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace support {

// A service that keeps every law of a provider. Those that break one derive from it. It gives out the lowest number that is
// free, so a number is used again at once.
class Honest {
public:
    using Notifier = wrapup::Notifier<int>;
    using Clock = std::chrono::steady_clock;
    enum class Manner { plain, refuses, hangs, fails };

    Honest() = default;
    Honest(const Honest&) = delete;
    Honest& operator=(const Honest&) = delete;
    virtual ~Honest() { lose_all(); }

    int ring(Manner manner = Manner::plain) {
        const std::lock_guard lock(mutex_);
        int number = 1;
        while (sessions_.count(number) != 0 || leaked_.count(number) != 0) ++number;
        sessions_[number].manner = manner;
        return number;
    }
    virtual int open(std::error_code& error, Notifier notifier, Manner manner) {
        if (manner == Manner::fails) {
            error = make_error_code(std::errc::host_unreachable);
            return 0;
        }
        const int number = ring(manner);
        watch(number, std::move(notifier));
        return number;
    }
    int open_local(std::error_code& error, Manner manner) {
        open(error, Notifier(), manner);
        return error ? 0 : last_;
    }
    virtual void watch(int number, Notifier notifier) {
        last_ = number;
        if (notifier) notifiers_.bind(notifiers_.reserve(), number, std::move(notifier));
        std::optional<Ending> past;
        {
            const std::lock_guard lock(mutex_);
            const auto found = sessions_.find(number);
            if (found != sessions_.end()) {
                found->second.watched = true;
                past = found->second.ending;
            }
        }
        if (past) say(number, *past);
    }
    virtual std::error_code drop(int number) { return request(number, false); }
    virtual std::error_code drop_for(int number) { return drop(number); }
    virtual std::error_code abort(int number) { return request(number, true); }
    virtual void deallocate(int number) {
        const Notifier notifier = notifiers_.remove(number);
        free(number);
    }
    // How many numbers are taken, as an answer to whoever asks about one: 0 where it is not valid.
    virtual int ask(int number) {
        const std::lock_guard lock(mutex_);
        return sessions_.count(number) == 0 ? 0 : static_cast<int>(sessions_.size());
    }
    virtual Clock::time_point now() { return Clock::now(); }
    virtual void wait(Clock::time_point deadline, const std::function<bool()>& done) {
        while (!done() && Clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

    virtual void end_remotely(int number) { end(number, {wrapup::Origin::remote, 16}); }
    virtual void lose(int number) { lose_one(number); }
    virtual void close() {
        lose_all();
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return under_way_.empty(); });
    }
    std::size_t alive() {
        const std::lock_guard lock(mutex_);
        return sessions_.size() + leaked_.size();
    }

protected:
    struct Ending {
        std::optional<wrapup::Origin> origin;
        std::optional<int> cause;
    };
    struct Entry {
        Manner manner = Manner::plain;
        bool watched = false;
        std::optional<Ending> ending;
    };

    virtual void say(int number, const Ending& ending) {
        notifiers_.notify(number, [&](const Notifier& notifier) {
            if (ending.origin && ending.cause) notifier.terminated(*ending.origin, *ending.cause);
            else if (ending.origin) notifier.terminated(*ending.origin);
            else notifier.terminated();
        });
    }
    bool is_live(int number) {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(number);
        return found != sessions_.end() && !found->second.ending;
    }
    bool mark_ended(int number, const Ending& ending) {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(number);
        if (found == sessions_.end() || found->second.ending) return false;
        found->second.ending = ending;
        return true;
    }
    void end(int number, const Ending& ending) {
        if (mark_ended(number, ending)) say(number, ending);
    }
    std::error_code request(int number, bool abortive) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = sessions_.find(number);
            if (found == sessions_.end()) return make_error_code(std::errc::not_connected);
            if (!abortive && found->second.manner == Manner::refuses) {
                found->second.manner = Manner::plain;
                return make_error_code(std::errc::device_or_resource_busy);
            }
            if (!abortive && found->second.manner == Manner::hangs) return {};
        }
        end(number, {});
        return {};
    }
    void lose_one(int number) {
        const Notifier notifier = notifiers_.remove(number);
        {
            const std::lock_guard lock(mutex_);
            under_way_.insert(number);
        }
        if (!notifier.lost()) free(number);
    }
    void lose_all() {
        for (const int number : notifiers_.outstanding()) lose_one(number);
    }
    void free(int number) {
        const std::lock_guard lock(mutex_);
        sessions_.erase(number);
        under_way_.erase(number);
        changed_.notify_all();
    }
    // It counts as alive from here on, and nobody comes for it any more.
    void leak(int number) {
        const std::lock_guard lock(mutex_);
        if (sessions_.erase(number) != 0) leaked_.insert(number);
        under_way_.erase(number);
        changed_.notify_all();
    }

    wrapup::NotifierTable<int, int> notifiers_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<int, Entry> sessions_;
    std::set<int> leaked_;
    std::set<int> under_way_; // to be deallocated yet, though they are lost
    int last_ = 0;
};

struct HonestLocalProvider {
    using Identifier = int;
    using Reason = int;

    Honest* service;

    HonestLocalProvider(Honest& s) noexcept : service(&s) {}

    int open(std::error_code& error, Honest::Manner manner = Honest::Manner::plain) {
        return service->open_local(error, manner);
    }
    std::error_code drop(int number) noexcept { return service->drop(number); }
    std::error_code drop(int number, int) noexcept { return service->drop_for(number); }
    std::error_code abort(int number) noexcept { return service->abort(number); }
    void deallocate(int number) noexcept { service->deallocate(number); }
    int snapshot(int number) noexcept { return service->ask(number); }
    Honest::Clock::time_point now() const noexcept { return service->now(); }
};

struct HonestProvider : HonestLocalProvider {
    using Cause = int;
    using HonestLocalProvider::HonestLocalProvider;

    int open(std::error_code& error, Honest::Notifier notifier, Honest::Manner manner = Honest::Manner::plain) {
        return service->open(error, std::move(notifier), manner);
    }
    void watch(int number, Honest::Notifier notifier) noexcept { service->watch(number, std::move(notifier)); }
    template <class Done>
    void wait(Honest::Clock::time_point deadline, Done done) noexcept {
        service->wait(deadline, done);
    }
    void trace(const wrapup::Transition&) noexcept {}
};

// What a bench needs, with everything that it may have.
template <class P>
struct HonestBench {
    using Provider = P;

    std::unique_ptr<Honest> service = std::make_unique<Honest>();
    std::string excused; // a law

    template <class Begin>
    auto begin(Begin begin) {
        return begin(P(*service));
    }
    template <class Begin>
    auto begin_refusing(Begin begin) {
        return begin(P(*service), Honest::Manner::refuses);
    }
    template <class Begin>
    auto begin_hanging(Begin begin) {
        return begin(P(*service), Honest::Manner::hangs);
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        return begin(P(*service), Honest::Manner::fails);
    }
    int adoptable() { return service->ring(); }
    P provider() { return P(*service); }
    void end(int number) { service->end_remotely(number); }
    bool ask(P& provider, int number) { return provider.snapshot(number) != 0; }
    void lose(int number) { service->lose(number); }
    void close() { service->close(); }
    std::size_t alive() { return service->alive(); }
    const char* excuse(const std::string& law) const { return law == excused ? "nobody knows" : nullptr; }
    void settle() {} // what comes has come when the call returns
    std::chrono::milliseconds limit() const { return std::chrono::seconds(3); }
};

} // namespace support
