// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/ask.hpp>
#include <wrapup/error.hpp>
#include <wrapup/lifecycle.hpp>
#include <wrapup/source_location.hpp>
#include <wrapup/termination.hpp>

#include <new>
#include <utility>

namespace wrapup::detail {

// A session of a provider that does not notify: the provider, the identifier, a byte of state and the termination.
// There is nobody else who could end it, so an accepted drop is the end, and no step between the two is ever seen.
template <class P>
class InlineSession {
public:
    using Identifier = typename P::Identifier;

    InlineSession()
        requires std::is_default_constructible_v<P>
    = default;
    InlineSession(Identifier id, P provider) noexcept
        : provider_(std::move(provider)), id_(std::move(id)), held_(Held::active) {
        if constexpr (Timed<P>) termination_.began = provider_.now();
    }

    InlineSession(InlineSession&& other) noexcept
        : provider_(std::move(other.provider_)),
          id_(other.id_),
          held_(std::exchange(other.held_, Held::nothing)),
          termination_(std::move(other.termination_)) {}
    // Made anew rather than assigned to, so that a provider need not be assignable.
    InlineSession& operator=(InlineSession&& other) noexcept {
        if (this != &other) {
            this->~InlineSession();
            ::new (static_cast<void*>(this)) InlineSession(std::move(other));
        }
        return *this;
    }
    ~InlineSession() { finish(); }

    template <class... Args>
    static InlineSession open(std::error_code& error, P provider, Args&&... args) {
        Identifier id = provider.open(error, std::forward<Args>(args)...);
        if (error) return InlineSession(std::move(provider));
        return InlineSession(std::move(id), std::move(provider));
    }

    std::error_code drop(source_location where) noexcept {
        return end(Event::request, Origin::user, where, [this] { return call_drop(); });
    }

    template <class Reason>
    std::error_code disconnect(Reason reason, source_location where) noexcept {
        return end(Event::request, Origin::application, where, [&] {
            auto refused = refusal(
                [&] { return with_provider([&](P& provider) { return provider.drop(id_, std::as_const(reason)); }); });
            if (!refused) termination_.reason.emplace(std::move(reason));
            return refused;
        });
    }

    std::error_code abort(source_location where) noexcept {
        return end(Event::abort, Origin::user, where, [this] { return call_abort(); });
    }

    void release(source_location where) noexcept {
        if (empty()) return;
        if (step(phase(), Event::release).action == Action::abandon) abandon(where);
        held_ = Held::termination_only;
        deallocate(where);
    }

    Identifier detach(source_location where) {
        if (empty()) fail_released();
        tell({phase(), Phase::released, Origin::application, false, {}, where});
        held_ = held_ == Held::terminated ? Held::termination_only : Held::nothing;
        return id_;
    }

    [[nodiscard]] bool empty() const noexcept { return held_ >= Held::termination_only; }
    [[nodiscard]] Phase phase() const noexcept {
        return held_ == Held::active ? Phase::active : held_ == Held::terminated ? Phase::terminated : Phase::released;
    }
    [[nodiscard]] const Termination<P>* termination() const noexcept {
        return held_ == Held::terminated || held_ == Held::termination_only ? &termination_ : nullptr;
    }
    [[nodiscard]] Identifier id() const {
        if (empty()) fail_released();
        return id_;
    }

    template <class Otherwise, class F, class... Args>
    auto query(Otherwise otherwise, F&& f, Args&&... args) const -> Answer<P, Identifier, F, Args...> {
        if (empty()) return otherwise.template released<Answer<P, Identifier, F, Args...>>();
        return with_provider(
            [&](P& provider) { return detail::ask(provider, id_, std::forward<F>(f), std::forward<Args>(args)...); });
    }

private:
    enum class Held : unsigned char { active, terminated, termination_only, nothing };

    explicit InlineSession(P&& provider) noexcept : provider_(std::move(provider)) {}

    // A call on an empty provider is made on a copy: its address would otherwise be ours, and the compiler would have to
    // believe that the call changes the state beside it.
    template <class Call>
    auto with_provider(Call call) const {
        if constexpr (std::is_empty_v<P> && std::is_trivially_copy_constructible_v<P>) {
            P provider(std::as_const(provider_));
            return call(provider);
        } else {
            return call(provider_);
        }
    }

    std::error_code call_drop() noexcept {
        return refusal([this] { return with_provider([this](P& provider) { return provider.drop(id_); }); });
    }
    std::error_code call_abort() noexcept {
        return refusal([this] { return with_provider([this](P& provider) { return provider.abort(id_); }); });
    }

    void tell([[maybe_unused]] const Transition& transition) noexcept {
        if constexpr (Traces<P>) provider_.trace(transition);
    }

    template <class Call>
    std::error_code end(Event event, Origin origin, source_location where, Call call) noexcept {
        if (step(phase(), event).action == Action::none) {
            tell({phase(), phase(), origin, true, {}, where});
            if (empty()) return errc::released;
            return {};
        }
        if (auto refused = call()) {
            tell({phase(), phase(), origin, false, refused, where});
            return refused;
        }
        publish(origin, false, where);
        return {};
    }

    void publish(Origin origin, bool abandoned, source_location where) noexcept {
        static_cast<Ending&>(termination_) = {origin, false, abandoned};
        if constexpr (Snapshots<P>)
            termination_.statistics.emplace(with_provider([this](P& provider) { return provider.snapshot(id_); }));
        if constexpr (Timed<P>) termination_.ended = provider_.now();
        held_ = Held::terminated;
        tell({Phase::active, Phase::terminated, origin, false, {}, where});
    }

    // Nobody is left to ask again: where neither a drop nor an abort is accepted, the identifier is given back regardless.
    std::error_code end_regardless() noexcept {
        auto refused = call_drop();
        if constexpr (Aborts<P>)
            if (refused) refused = call_abort();
        return refused;
    }
    void abandon(source_location where) noexcept {
        if (const auto refused = end_regardless()) tell({phase(), phase(), Origin::application, false, refused, where});
        publish(Origin::application, true, where);
    }

    void deallocate(source_location where) noexcept {
        with_provider([this](P& provider) { provider.deallocate(id_); });
        tell({Phase::terminated, Phase::released, Origin::application, false, {}, where});
    }

    // Of an ending that nobody can look at any more, there is no record unless somebody is told of it while it happens.
    void finish() noexcept {
        if (empty()) return;
        if (held_ == Held::active) {
            if constexpr (Traces<P> || Snapshots<P> || Timed<P>) abandon({});
            else end_regardless();
        }
        deallocate({});
    }

    [[no_unique_address]] mutable P provider_{};
    Identifier id_{};
    Held held_ = Held::nothing;
    Termination<P> termination_{};
};

} // namespace wrapup::detail
