// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/ask.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/fault.hpp>
#include <wrapup/testing/fault_plan.hpp>
#include <wrapup/testing/fault_set.hpp>
#include <wrapup/testing/notifier_reference.hpp>
#include <wrapup/testing/operation.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace wrapup::testing {

template <class P>
class Failing;

/// What befalls the sessions of `Failing<P>`: the plan, what was put off, and a reference to the notifier of each session,
/// so that more can be said than P says.
///
/// *Lifetime:* it outlives the providers that refer to it. When it goes, what it has kept from P is ended and freed through
/// P: sessions that P has not been told to watch are lost. So P's service outlives it.
/// *Thread safety:* every member function from any thread; the public data is set while nobody calls. No lock is held while
/// P, a notice or what was registered is called.
template <class P>
class Faults {
public:
    using Identifier = typename P::Identifier;
    using Cause = typename wrapup::detail::CauseOf<P>::type;
    using Backend = typename wrapup::detail::BackendOf<P>::type;
    using Reference = NotifierReference<Cause, Backend>;

    /// What runs where a call of the provider calls back. @param Identifier of `open`: a value-initialized one
    std::function<void(Operation, const Identifier&)> on_call_back;

    /// Makes P's session end at once, by P's own means: a test switch confirms. Where it is empty, the end is said in P's
    /// name, with which a P that knows better may not agree.
    std::function<void(P&, const Identifier&)> on_finish;

    /// What a refusal answers.
    std::error_code refusal = make_error_code(std::errc::device_or_resource_busy);

    explicit Faults(FaultPlan plan = {}) : plan_(std::move(plan)) {}
    Faults(const Faults&) = delete;
    Faults& operator=(const Faults&) = delete;
    ~Faults() {
        for (Record& record : records_)
            if (record.held) lose(*record.provider, record.id, std::move(record.held));
    }

    /// Lets happen what was put off, in the order of the sessions: `watch`, then `drop` or `abort`, and the end.
    void deliver() noexcept {
        for (Due due = next_due(); due.record; due = next_due()) {
            const Record& record = *due.record;
            if (due.held) record.provider->watch(record.id, std::move(due.held));
            if (due.put_off && !record.session.over()) {
                if (const auto refused = due.put_off(*record.provider, record.id)) record.session->refused(refused);
                else finish(*record.provider, record.id, record.session);
            }
            done_with(*due.record);
        }
    }

    /// How many sessions have something that is put off.
    [[nodiscard]] std::size_t pending() const noexcept {
        const std::lock_guard lock(mutex_);
        std::size_t count = 0;
        for (const Record& record : records_) count += record.held || record.put_off;
        return count;
    }

    /// The session of that identifier, to say more than P says: the one that has not given it back, or else the last that
    /// has. Refers to none where it is not known.
    [[nodiscard]] Reference reference(const Identifier& id) const {
        const std::lock_guard lock(mutex_);
        for (const Record& record : records_)
            if (record.id == id) return record.session;
        for (std::size_t i = 0; i < stale_.size(); ++i)
            if (const Stale& stale = stale_[(next_stale_ + stale_.size() - 1 - i) % stale_.size()]; stale.id == id)
                return stale.session;
        return {};
    }

    /// How often an operation was called, and how often a fault has struck.
    [[nodiscard]] unsigned calls(Operation operation) const noexcept { return calls_[index(operation)]; }
    [[nodiscard]] unsigned struck(Fault fault) const noexcept { return struck_[static_cast<unsigned>(fault)]; }

private:
    friend class Failing<P>;
    using Bound = wrapup::detail::NotifierOf<P>;
    using Call = std::error_code (*)(P&, const Identifier&);

    struct Record {
        Identifier id{};
        Reference session;     // keeps the provider, which is in its block
        P* provider = nullptr; // null until the session is open
        Bound held{};          // the notifier that P was not given yet
        Call put_off = nullptr;
        bool say_twice = false;
        bool say_out_of_order = false;
        bool in_use = false; // by whoever delivers: it frees the identifier too, if that was asked meanwhile
        bool give_back = false;
    };
    using Records = std::list<Record>;

    struct Due {
        Record* record = nullptr;
        Bound held{};
        Call put_off = nullptr;
    };

    struct Stale {
        Identifier id{};
        Reference session;
    };

    static constexpr unsigned index(Operation operation) noexcept { return static_cast<unsigned>(operation); }

    Fault strike(Operation operation) noexcept {
        const unsigned nth = ++calls_[index(operation)];
        const Fault fault = plan_(operation, nth, FaultSet::of(operation, Notifies<P>));
        if (fault != Fault::none) ++struck_[static_cast<unsigned>(fault)];
        return fault;
    }

    // What a fault does before the call.
    void before(Fault fault, Operation operation, const Identifier& id) {
        if (fault == Fault::say_stale) say_stale();
        if (!on_call_back) return;
        if (fault == Fault::call_back) on_call_back(operation, id);
        if (fault == Fault::call_back_elsewhere) elsewhere([&] { on_call_back(operation, id); });
    }

    // On another thread, for which this one waits: of the backend's, where it brings threads of its own.
    template <class F>
    static void elsewhere(F f) {
        if constexpr (requires { Backend::elsewhere(f); }) Backend::elsewhere(f);
        else std::thread(f).join();
    }

    // What it does once the call was passed on. An end that is not known yet is said again when it is.
    void after(Fault fault, const Identifier& id) noexcept {
        if (fault != Fault::say_twice && fault != Fault::say_out_of_order) return;
        Reference session;
        {
            const std::lock_guard lock(mutex_);
            const auto record = find(id);
            if (record == records_.end()) return;
            if (record->session.over()) session = record->session;
            else (fault == Fault::say_twice ? record->say_twice : record->say_out_of_order) = true;
        }
        if (session) say(session, fault);
    }

    void say(const Reference& session, Fault fault) const noexcept {
        if (fault == Fault::say_twice || fault == Fault::say_after_release) session->terminated();
        if (fault != Fault::say_out_of_order) return;
        session->terminating();
        session->refused(refusal);
    }
    void say_everything(const Reference& session) const noexcept {
        session->terminating();
        session->refused(refusal);
        session->terminated();
        session->lost();
    }
    void say_stale() const {
        for (std::size_t i = 0; i < stale_.size(); ++i) {
            Reference session;
            {
                const std::lock_guard lock(mutex_);
                session = stale_[i].session;
            }
            say_everything(session);
        }
    }

    void finish(P& provider, const Identifier& id, const Reference& session) {
        if (session.over()) return;
        if (on_finish) on_finish(provider, id);
        else session->terminated();
    }

    // P is not to hear of the notifier: it gets the identifier back as from a session for which there was no memory.
    static void lose(P& provider, const Identifier& id, Bound notifier) noexcept {
        notifier = {};
        auto refused = wrapup::detail::refusal([&] { return provider.drop(id); });
        if constexpr (Aborts<P>)
            if (refused) refused = wrapup::detail::refusal([&] { return provider.abort(id); });
        provider.deallocate(id);
    }

    // ---- records

    auto find(const Identifier& id) {
        auto record = records_.begin();
        while (record != records_.end() && !(record->id == id && record->provider)) ++record;
        return record;
    }

    // Room for a session to come. @throws std::bad_alloc
    static Records room(const Bound& notifier) {
        Records one(1);
        one.front().session = Reference(notifier);
        return one;
    }
    void enter(Records&& one, const Identifier& id, P& provider) noexcept {
        one.front().id = id;
        one.front().provider = &provider;
        const std::lock_guard lock(mutex_);
        records_.splice(records_.end(), one);
    }

    bool put_off(const Identifier& id, Call call) noexcept {
        const std::lock_guard lock(mutex_);
        const auto record = find(id);
        if (record == records_.end()) return false;
        record->put_off = call;
        return true;
    }

    Due next_due() noexcept {
        const std::lock_guard lock(mutex_);
        for (Record& record : records_) {
            if (record.in_use || (!record.held && !record.put_off)) continue;
            record.in_use = true;
            return {&record, std::move(record.held), std::exchange(record.put_off, nullptr)};
        }
        return {};
    }
    void done_with(Record& record) noexcept {
        bool gives_back = false;
        {
            const std::lock_guard lock(mutex_);
            record.in_use = false;
            gives_back = record.give_back;
        }
        if (gives_back) give_back(*record.provider, Identifier(record.id), Fault::none);
    }

    void give_back(P& provider, const Identifier& id, Fault fault) noexcept {
        Records one;
        {
            const std::lock_guard lock(mutex_);
            const auto record = find(id);
            if (record != records_.end()) {
                if ((record->give_back = record->in_use)) return;
                one.splice(one.end(), records_, record);
            }
        }
        if (one.empty()) return provider.deallocate(id); // there was no memory to remember it
        const Record& record = one.front();
        if (record.say_twice) say(record.session, Fault::say_twice);
        if (record.say_out_of_order) say(record.session, Fault::say_out_of_order);
        if (fault != Fault::say_after_release) say(record.session, fault);
        provider.deallocate(id);
        if (fault == Fault::say_after_release) say(record.session, fault);
        Stale stale{record.id, record.session}; // the one that it takes the place of dies after the lock
        const std::lock_guard lock(mutex_);
        std::swap(stale_[next_stale_++ % stale_.size()], stale);
    }

    const FaultPlan plan_;
    mutable typename Backend::Mutex mutex_;
    Records records_;
    std::array<Stale, 4> stale_{}; // of sessions that have given their identifiers back
    std::size_t next_stale_ = 0;
    std::array<std::atomic<unsigned>, operation_count> calls_{};
    std::array<std::atomic<unsigned>, fault_count> struck_{};
};

} // namespace wrapup::testing
