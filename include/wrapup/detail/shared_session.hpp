// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/session_block.hpp>
#include <wrapup/source_location.hpp>

#include <new>
#include <system_error>
#include <utility>

namespace wrapup::detail {

// How the parts of the library come at the block that is behind a handle, and at the handle that belongs to a block.
struct Access {
    template <class Handle>
    static auto* block(const Handle& handle) noexcept {
        return handle.block();
    }
    template <class NotifierType, class Block>
    static NotifierType notifier(Block* block) noexcept {
        return NotifierType(block);
    }
};

// A session of a provider that notifies: the owner's reference to the control block.
template <class P>
class SharedSession {
    static_assert(
        requires(P& provider, const typename P::Identifier& id, NotifierOf<P>&& notifier) {
            { provider.watch(id, std::move(notifier)) } noexcept;
        },
        "wrapup: the provider's watch must be `watch(Identifier, wrapup::Notifier<Cause>) noexcept`, where Cause is the "
        "provider's own or void");

public:
    using Identifier = typename P::Identifier;
    using Block = SessionBlock<P>;

    SharedSession() = default;

    // Owns the identifier at once: where there is no memory to hold it, it is dropped and deallocated.
    SharedSession(Identifier id, P provider) : block_(Block::create(std::move(provider), id)) {
        if (!block_) give_back(id, provider);
        block_->provider().watch(id, Access::notifier<NotifierOf<P>>(block_));
    }

    SharedSession(SharedSession&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    SharedSession& operator=(SharedSession&& other) noexcept {
        if (this != &other) leave(std::exchange(block_, std::exchange(other.block_, nullptr)));
        return *this;
    }
    ~SharedSession() { leave(block_); }

    // The memory is taken before the service is asked, so that nothing can fail once there is an identifier.
    template <class... Args>
    static SharedSession open(std::error_code& error, P provider, Args&&... args) {
        struct Opening {
            Block* block;
            ~Opening() {
                if (block) block->discard();
            }
        } opening{Block::create(std::move(provider))};
        if (!opening.block) {
            error = make_error_code(std::errc::not_enough_memory);
            return {};
        }
        Identifier id = opening.block->provider().open(error, Access::notifier<NotifierOf<P>>(opening.block),
                                                       std::forward<Args>(args)...);
        if (error) return {};
        SharedSession session(std::exchange(opening.block, nullptr));
        session.block_->opened(std::move(id), {});
        return session;
    }

    // In each of these the session may be destroyed by what it calls: nothing of `this` is touched afterwards.
    std::error_code drop(source_location where) noexcept {
        return block_ ? block_->drop(where) : Refusal(make_error_code(errc::released));
    }
    template <class Reason>
    std::error_code disconnect(Reason reason, source_location where) noexcept {
        return block_ ? block_->disconnect(std::move(reason), where) : Refusal(make_error_code(errc::released));
    }
    std::error_code abort(source_location where) noexcept {
        return empty() ? Refusal(make_error_code(errc::released)) : block_->abort(where);
    }
    void release(source_location where) noexcept {
        if (block_) block_->give_up(false, where);
    }

    [[nodiscard]] bool empty() const noexcept { return !block_ || block_->state().any(State::given_up); }
    [[nodiscard]] Phase phase() const noexcept { return empty() ? Phase::released : block_->state().phase(); }
    [[nodiscard]] const Termination<P>* termination() const noexcept {
        return block_ ? block_->termination() : nullptr;
    }

    [[nodiscard]] Identifier id() const {
        if (empty()) fail_released();
        if (block_->state().any(State::lost)) fail(errc::lost);
        return block_->id();
    }
    template <class Otherwise, class F, class... Args>
    auto query(Otherwise otherwise, F&& f, Args&&... args) const -> Answer<P, Identifier, F, Args...> {
        if (block_) return block_->query(otherwise, std::forward<F>(f), std::forward<Args>(args)...);
        return otherwise.template released<Answer<P, Identifier, F, Args...>>();
    }

    [[nodiscard]] Block* block() const noexcept { return block_; }

private:
    explicit SharedSession(Block* block) noexcept : block_(block) {}

    static void leave(Block* block) noexcept {
        if (block) block->give_up(true, {});
    }

    [[noreturn]] static void give_back(const Identifier& id, P& provider) {
        auto refused = refusal([&] { return provider.drop(id); });
        if constexpr (Aborts<P>)
            if (refused) refusal([&] { return provider.abort(id); });
        provider.deallocate(id);
#if defined(__cpp_exceptions)
        throw std::bad_alloc();
#else
        fail(make_error_code(std::errc::not_enough_memory));
#endif
    }

    Block* block_ = nullptr;
};

} // namespace wrapup::detail
