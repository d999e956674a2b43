// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/ask.hpp>
#include <wrapup/detail/backend.hpp>
#include <wrapup/detail/control_block.hpp>
#include <wrapup/detail/refusal.hpp>
#include <wrapup/detail/steps.hpp>
#include <wrapup/source_location.hpp>

#include <cstdint>
#include <new>
#include <utility>

namespace wrapup::detail {

// The control block with what belongs to one provider: the provider, the identifier, the termination.
template <class P>
class SessionBlock final : public CauseBlock<typename CauseOf<P>::type, typename BackendOf<P>::type> {
    using Backend = typename BackendOf<P>::type;
    using Base = CauseBlock<typename CauseOf<P>::type, Backend>;

public:
    using Identifier = typename P::Identifier;

    // Referred to by its owner and its notifier. Null where there is no memory; the provider is where it was then.
    [[nodiscard]] static SessionBlock* create(P&& provider) noexcept {
        return create(std::move(provider), Identifier(), State::filling_request);
    }
    [[nodiscard]] static SessionBlock* create(P&& provider, Identifier id) noexcept {
        return create(std::move(provider), std::move(id), 0);
    }

    [[nodiscard]] P& provider() noexcept { return provider_; }
    [[nodiscard]] const Identifier& id() const noexcept { return id_; }
    [[nodiscard]] const Termination<P>* termination() const noexcept {
        if (!this->state().over()) return nullptr;
        Backend::reads(&termination_);
        return &termination_;
    }

    // The service has named the session.
    void opened(Identifier id, source_location where) noexcept {
        id_ = std::move(id);
        this->filled(State::filling_request, where);
    }

    Refusal drop(source_location where) noexcept {
        const State seen = this->state();
        return steps::late(seen) ? this->unclaimed(seen, Origin::user, where) : drop_live(seen, where);
    }

    template <class Reason>
    Refusal disconnect(Reason reason, source_location where) noexcept {
        const auto claim = this->claim(State::reasoned | State::filling_request, Origin::application, where);
        if (!claim) return this->unclaimed(claim.before, Origin::application, where);
        termination_.reason.emplace(std::move(reason));
        const bool ended = this->filled(State::filling_request, where); // then there is nothing left to ask for
        Refusal answer;
        if (!ended) answer = refusal<Refusal>([&] { return provider_.drop(id_, *termination_.reason); });
        return this->answered(State::dropping, answer, where);
    }

    template <class Otherwise, class F, class... Args>
    auto query(Otherwise otherwise, F&& f, Args&&... args) -> Answer<P, Identifier, F, Args...> {
        const auto lease = this->lease();
        if (!lease) return otherwise.template answer<Answer<P, Identifier, F, Args...>>(this->unleased(lease.before));
        const Leased leased{*this, lease.after};
        return detail::ask(provider_, id_, std::forward<F>(f), std::forward<Args>(args)...);
    }

private:
    struct Leased {
        SessionBlock& block;
        State state;
        ~Leased() { block.return_lease(state); }
    };

    static SessionBlock* create(P&& provider, Identifier id, std::uint64_t flags) noexcept {
        void* memory;
        if constexpr (Allocates<P>) memory = provider.allocate(sizeof(SessionBlock), alignof(SessionBlock));
        else memory = Backend::template allocate<sizeof(SessionBlock), alignof(SessionBlock)>();
        return memory ? ::new (memory) SessionBlock(std::move(provider), std::move(id), flags) : nullptr;
    }
    SessionBlock(P&& provider, Identifier id, std::uint64_t flags) noexcept
        : Base(State(flags | able | 2 * State::one_reference)), provider_(std::move(provider)), id_(std::move(id)) {
        if constexpr (Timed<P>) termination_.began = provider_.now();
    }
    ~SessionBlock() = default;

    static constexpr std::uint64_t able =
        Traces<P> * std::uint64_t{State::traced} | Aborts<P> * std::uint64_t{State::abortable};

    // Apart, so that a drop that comes too late, of which there are many, takes a look and no call.
    [[gnu::noinline]] Refusal drop_live(State seen, source_location where) noexcept {
        if (this->claim_silently(seen, Origin::user)) return this->answered(seen, call_drop(), where);
        return drop_loud(where);
    }
    [[gnu::noinline]] Refusal drop_loud(source_location where) noexcept {
        const auto claim = this->claim(0, Origin::user, where);
        if (!claim) return this->unclaimed(claim.before, Origin::user, where);
        return this->answered(claim.after, call_drop(), where);
    }

    Refusal call_drop() noexcept override {
        return refusal<Refusal>([this] { return provider_.drop(id_); });
    }
    Refusal call_abort() noexcept override {
        if constexpr (Aborts<P>) return refusal<Refusal>([this] { return provider_.abort(id_); });
        return make_error_code(std::errc::operation_not_supported);
    }
    void call_deallocate() noexcept override { provider_.deallocate(id_); }
    void deallocate() noexcept override {
        call_deallocate();
        if (this->state().references() == 0) return destroy();
        this->deallocated();
    }
    void call_trace([[maybe_unused]] const Transition& transition) noexcept override {
        if constexpr (Traces<P>) provider_.trace(transition);
    }
    void publish(State state, source_location where) noexcept override {
        if constexpr (AcceptsReason<P>)
            if (!state.any(State::reasoned)) termination_.reason.reset();
        if constexpr (Snapshots<P>)
            if (!state.any(State::lost)) termination_.statistics.emplace(provider_.snapshot(id_));
        if constexpr (Timed<P>) termination_.ended = provider_.now();
        conclude(state);
        this->completed(state, where);
    }
    void conclude(State state) noexcept override {
        Backend::writes(&termination_);
        termination_.origin = state.origin();
        if (!state.any(State::contested | State::abandoned))
            return; // neither is ever taken back once an end is reported
        termination_.contested = state.any(State::contested);
        termination_.abandoned = state.any(State::abandoned);
    }
    void destroy() noexcept override {
        void* const memory = this;
        if constexpr (Allocates<P>) {
            P provider(std::move(provider_));
            this->~SessionBlock();
            provider.free(memory, sizeof(SessionBlock), alignof(SessionBlock));
        } else {
            this->~SessionBlock();
            Backend::template deallocate<sizeof(SessionBlock), alignof(SessionBlock)>(memory);
        }
    }
    CausePart<typename CauseOf<P>::type>& cause_part() noexcept override { return termination_; }

    [[no_unique_address]] P provider_;
    Identifier id_;
    Termination<P> termination_;
};

} // namespace wrapup::detail
