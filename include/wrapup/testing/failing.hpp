// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/ask.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/provider.hpp>
#include <wrapup/testing/detail/decorator.hpp>
#include <wrapup/testing/fault.hpp>
#include <wrapup/testing/faults.hpp>
#include <wrapup/testing/operation.hpp>

#include <new>
#include <system_error>
#include <type_traits>
#include <utility>

namespace wrapup::testing {

/// A provider that wraps another one and is able to do all that P is, but whose calls go wrong as `Faults<P>` has it planned.
/// Nothing of P need be changed for it, and its users cannot tell the two apart.
///
///     testing::Faults<P> faults(testing::FaultPlan{{testing::Operation::drop, 1, testing::Fault::refuse}});
///     auto session = Session<testing::Failing<P>>::open(testing::Failing<P>(P(service), faults), arguments...);
///     CHECK(session.drop() == faults.refusal);
///
/// Whatever goes wrong, P is called as the library would: never twice where once is the rule, and `deallocate` only when the
/// end was reported. P's queries: `session.query([](testing::Failing<P>& p, const auto& id) { return p.inner().query(id); })`.
///
/// A reason is not kept for a drop that is put off.
template <class P>
class Failing : public detail::CauseMember<P, Failing<P>>,
                public detail::DropMembers<P, Failing<P>>,
                public detail::WatchMember<P, Failing<P>>,
                public detail::AbortMember<P, Failing<P>>,
                public detail::SnapshotMember<P, Failing<P>>,
                public detail::NowMember<P, Failing<P>>,
                public detail::WaitMember<P, Failing<P>>,
                public detail::TraceMember<P, Failing<P>>,
                public detail::AllocateMember<P, Failing<P>> {
public:
    using Identifier = typename P::Identifier;

    Failing(P provider, Faults<P>& faults) noexcept : inner_(std::move(provider)), faults_(&faults) {}

    template <class... Args>
        requires(Notifies<P> && Opens<P, Args...>)
    Identifier open(std::error_code& error, detail::NotifierOf<P> notifier, Args&&... args) {
        if (!enters(error)) return Identifier();
        auto room = faults_->room(notifier);
        Identifier id = inner_.open(error, std::move(notifier), std::forward<Args>(args)...);
        if (!error) faults_->enter(std::move(room), id, inner_);
        return id;
    }
    template <class... Args>
        requires(!Notifies<P> && Opens<P, Args...>)
    Identifier open(std::error_code& error, Args&&... args) {
        return enters(error) ? static_cast<Identifier>(inner_.open(error, std::forward<Args>(args)...)) : Identifier();
    }

    void deallocate(const Identifier& id) noexcept {
        const Fault fault = faults_->strike(Operation::deallocate);
        faults_->before(fault, Operation::deallocate, id);
        faults_->give_back(inner_, id, fault);
    }

    /// The provider that is wrapped.
    [[nodiscard]] P& inner() noexcept { return inner_; }
    [[nodiscard]] const P& inner() const noexcept { return inner_; }

private:
    friend class detail::DropMembers<P, Failing>;
    friend class detail::WatchMember<P, Failing>;
    friend class detail::AbortMember<P, Failing>;
    friend class detail::SnapshotMember<P, Failing>;
    using Service = Faults<P>;

    bool enters(std::error_code& error) {
        const Fault fault = faults_->strike(Operation::open);
        if (fault == Fault::refuse) error = faults_->refusal;
        else faults_->before(fault, Operation::open, Identifier());
        return fault != Fault::refuse;
    }

    // What is called here may destroy the session, but not before it returns: the library holds a lease.
    template <class Call>
    std::error_code request(Operation operation, const Identifier& id, Call call) noexcept {
        const Fault fault = faults_->strike(operation);
        if (fault == Fault::refuse) return faults_->refusal;
        if (fault == Fault::hang) return {};
        if (fault == Fault::finish_later && faults_->put_off(id, plain(operation))) return {};
        faults_->before(fault, operation, id);
        const std::error_code answer = call(inner_);
        if constexpr (Notifies<P>) {
            if (fault == Fault::finish_at_once && !answer) faults_->finish(inner_, id, faults_->reference(id));
            faults_->after(fault, id);
        }
        return answer;
    }

    // The call once more, with nothing but the identifier.
    static auto plain(Operation operation) noexcept {
        using Plain = std::error_code (*)(P&, const Identifier&);
        Plain call = [](P& p, const Identifier& id) { return wrapup::detail::refusal([&] { return p.drop(id); }); };
        if constexpr (Aborts<P>) {
            if (operation == Operation::abort)
                call = [](P& p, const Identifier& id) { return wrapup::detail::refusal([&] { return p.abort(id); }); };
        }
        return call;
    }

    void bind(const Identifier& id, detail::NotifierOf<P> notifier) noexcept {
        const Fault fault = faults_->strike(Operation::watch);
        faults_->before(fault, Operation::watch, id);
        if (fault == Fault::say_lost || fault == Fault::say_after_death) {
            const typename Service::Reference session(notifier);
            Service::lose(inner_, id, std::move(notifier));
            if (fault == Fault::say_after_death) faults_->say_everything(session);
            return;
        }
        bool late = false;
        try {
            auto room = faults_->room(notifier);
            late = fault == Fault::say_late;
            if (late) room.front().held = std::move(notifier);
            faults_->enter(std::move(room), id, inner_);
        } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
            // Then nothing more befalls this session.
        }
        if (!late) inner_.watch(id, std::move(notifier));
    }

    template <class Call>
    auto look(const Identifier& id, Call call) noexcept {
        faults_->before(faults_->strike(Operation::snapshot), Operation::snapshot, id);
        return call(inner_);
    }

    [[no_unique_address]] P inner_;
    Faults<P>* faults_;
};

} // namespace wrapup::testing

namespace wrapup::detail {

// A decorator's sessions are built from what those of the provider are.
template <class P>
struct BackendOf<testing::Failing<P>> : BackendOf<P> {};

} // namespace wrapup::detail
