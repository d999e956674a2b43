// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/reference.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/source_location.hpp>

#include <system_error>
#include <utility>

namespace wrapup {

/// A short hold on a session's identifier: until it is gone, nobody deallocates it. Whoever releases the session does not
/// wait for that; the deallocation is then done where the last lease goes.
///
/// *Thread safety:* as a pointer.
template <class Provider>
class [[nodiscard]] Lease {
public:
    /// Holds nothing.
    Lease() = default;
    Lease(Lease&& other) noexcept : session_(std::exchange(other.session_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept {
        give_back(std::exchange(session_, std::exchange(other.session_, nullptr)));
        return *this;
    }
    /// Returns the lease; the last one to go after the session's release deallocates.
    ~Lease() { give_back(session_); }

    /// Whether it holds an identifier.
    [[nodiscard]] explicit operator bool() const noexcept { return session_ != nullptr; }

    /// The identifier. @pre it holds one
    [[nodiscard]] const typename Provider::Identifier& id() const noexcept { return session_->id(); }

private:
    template <class>
    friend class Monitor;
    using Block = detail::SessionBlock<Provider>;

    explicit Lease(Block* session) noexcept : session_(session) {}

    static void give_back(Block* session) noexcept {
        if (session) session->return_lease();
    }

    Block* session_ = nullptr; // lives as long as it is leased
};

/// Looks at a session and waits for it, and keeps its termination; it neither ends the session nor keeps it from being
/// released. Any number of them; it may outlive the session.
///
/// *Thread safety:* const members from any thread at any time.
template <class Provider>
class Monitor {
public:
    using provider_type = Provider;

    /// Monitors nothing, as an empty session does.
    Monitor() = default;

    /// Monitors a session that notifies.
    explicit Monitor(const Session<Provider>& session) noexcept : session_(detail::Access::block(session)) {}

    /// Where the session is, also after its owner has released it: `released` once the identifier is given back.
    [[nodiscard]] Phase phase() const noexcept { return session_ ? session_->state().phase() : Phase::released; }

    /// The record of the ending; null until the session is over. *Lifetime:* that of this monitor.
    [[nodiscard]] const Termination<Provider>* termination() const noexcept {
        return session_ ? session_->termination() : nullptr;
    }

    /// Takes a hold on the identifier, or returns an empty lease and says why not: `errc::released`, `errc::lost`,
    /// or `errc::too_many_leases` where some 30,000 are held at once.
    [[nodiscard]] Lease<Provider> lease(std::error_code& error) const noexcept {
        error = errc::released;
        if (!session_) return {};
        if (const auto lease = session_->lease(); !lease) {
            error = session_->unleased(lease.before);
            return {};
        }
        error.clear();
        return Lease<Provider>(session_.get());
    }

    /// Asks about the session under a lease: see `Session::query`.
    template <class F, class... Args>
    auto query(F&& f, Args&&... args) const {
        return ask(detail::OrFail{}, std::forward<F>(f), std::forward<Args>(args)...);
    }
    template <auto F, class... Args>
    auto query(Args&&... args) const {
        return query(detail::Asking<F>{}, std::forward<Args>(args)...);
    }
    template <class F, class... Args>
    auto try_query(std::error_code& error, F&& f, Args&&... args) const {
        error.clear();
        return ask(detail::OrReport{error}, std::forward<F>(f), std::forward<Args>(args)...);
    }

protected:
    friend struct detail::Access;

    [[nodiscard]] detail::SessionBlock<Provider>* block() const noexcept { return session_.get(); }

private:
    template <class Otherwise, class F, class... Args>
    auto ask(Otherwise otherwise, F&& f, Args&&... args) const {
        using Identifier = typename Provider::Identifier;
        if constexpr (!detail::is_question<F, Provider, Identifier, Args...>()) {
            return detail::Anything();
        } else {
            if (session_) return session_->query(otherwise, std::forward<F>(f), std::forward<Args>(args)...);
            return otherwise.template released<detail::Answer<Provider, Identifier, F, Args...>>();
        }
    }

    detail::Reference<Provider> session_;
};

/// A monitor that may also end the session: for another thread. Given out by the owner.
template <class Provider>
class Controller : public Monitor<Provider> {
    using Location = source_location;
    using Refusal = detail::Refusal;

public:
    Controller() = default;

    /// Controls a session that notifies.
    explicit Controller(Session<Provider>& session) noexcept : Monitor<Provider>(session) {}

    /// See `Session`: after the owner's release, `drop` and `disconnect` answer `errc::released`. `abort` still reaches a
    /// session whose end has not come.
    std::error_code drop(Location where = Location::current()) const noexcept {
        return this->block() ? this->block()->drop(where) : Refusal(make_error_code(errc::released));
    }
    template <AcceptsReason P = Provider>
    std::error_code disconnect(typename P::Reason reason, Location where = Location::current()) const noexcept {
        return this->block() ? this->block()->disconnect(std::move(reason), where)
                             : Refusal(make_error_code(errc::released));
    }
    std::error_code abort(Location where = Location::current()) const noexcept
        requires Aborts<Provider>
    {
        return this->block() ? this->block()->abort(where) : Refusal(make_error_code(errc::released));
    }
};

template <class Provider>
Monitor(const Session<Provider>&) -> Monitor<Provider>;
template <class Provider>
Controller(Session<Provider>&) -> Controller<Provider>;

} // namespace wrapup
