// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/session_block.hpp>
#include <wrapup/detail/shared_session.hpp>
#include <wrapup/session.hpp>
#include <wrapup/source_location.hpp>

#include <concepts>
#include <system_error>
#include <type_traits>
#include <utility>

namespace wrapup {

/// How a provider says what happens to a session. Given to the provider with `watch` or `open`, once for each session.
///
/// A notifier that dies, or is assigned to, before it has said `terminated` has said `lost`, so nobody waits for ever.
/// It is bound to the session and never to an identifier; whatever it says too late, twice or out of order is harmless,
/// also after the session was released.
///
/// Inside a notice, and where a notifier dies, the library may call the provider's `snapshot`, `now`, `trace` and `deallocate`,
/// inside `refused` also `drop` and `abort`, and whatever the users have registered; and it may destroy the provider, and `free`
/// its memory. Hold no lock that those take.
///
/// *Without an origin* a notice confirms the request that stands, or means `remote` where there is none: what a provider
/// says that knows the end to be the answer to its own `drop`, or does not know. *With one* it wins over a request of ours
/// that the provider has not yet accepted, and otherwise contests a claim by somebody else.
///
/// Of two causes that are reported at the same moment one is kept.
///
/// *Thread safety:* any notice from any thread at any time, several at once; destroying and assigning need exclusive
/// access. *Blocks:* never.
template <class Cause, class Backend>
class Notifier {
    struct NoCause {};
    using Block = detail::CauseBlock<Cause, Backend>;
    using Location = source_location;

public:
    /// What is reported with an end; for a provider without causes a type that nobody has.
    using Value = std::conditional_t<std::is_void_v<Cause>, NoCause, Cause>;

    /// An empty one: it is bound to no session, and what it is told goes nowhere.
    Notifier() = default;
    Notifier(Notifier&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Notifier& operator=(Notifier&& other) noexcept {
        abandon(std::exchange(block_, std::exchange(other.block_, nullptr)));
        return *this;
    }
    ~Notifier() { abandon(block_); }

    /// Whether it is bound to a session.
    [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }

    /// The end has begun, and the provider owes `terminated`, unaided: from here on a `drop` or a release is content with it
    /// and does not reach the provider; an `abort` does. Where the end takes a drop of ours, the provider makes it itself.
    /// The cause is taken, but does not replace that of a notice which this one contests.
    void terminating(Location where = Location::current()) const noexcept { say(Event::terminating, nullptr, where); }
    void terminating(Value cause, Location where = Location::current()) const noexcept {
        say(Event::terminating, __builtin_addressof(cause), where);
    }
    void terminating(std::same_as<Origin> auto origin, Location where = Location::current()) const noexcept {
        say(Event::terminating, origin, nullptr, where);
    }
    void terminating(std::same_as<Origin> auto origin, Value cause,
                     Location where = Location::current()) const noexcept {
        say(Event::terminating, origin, __builtin_addressof(cause), where);
    }

    /// It is over, and the identifier can still be asked: the library takes the snapshot, publishes the termination and
    /// calls the observers before this returns, unless another thread is about to.
    void terminated(Location where = Location::current()) const noexcept { say(Event::terminated, nullptr, where); }
    void terminated(Value cause, Location where = Location::current()) const noexcept {
        say(Event::terminated, __builtin_addressof(cause), where);
    }
    void terminated(std::same_as<Origin> auto origin, Location where = Location::current()) const noexcept {
        say(Event::terminated, origin, nullptr, where);
    }
    void terminated(std::same_as<Origin> auto origin, Value cause,
                    Location where = Location::current()) const noexcept {
        say(Event::terminated, origin, __builtin_addressof(cause), where);
    }

    /// A `drop` or `abort` that was accepted turned out to be refused: said once for each. Where none is left that was
    /// accepted, the session is active, and may be dropped and aborted again.
    void refused(std::error_code error, Location where = Location::current()) const noexcept {
        if (block_) block_->retract(error, where);
    }

    /// The service has voided the identifier: the session is over, if it was not, and nobody will deallocate it.
    ///
    /// @returns whether a deallocation of the identifier had begun already. It may be in progress on another thread, and
    /// the service must let it finish.
    bool lost(Location where = Location::current()) const noexcept { return lose(nullptr, where); }
    bool lost(Value cause, Location where = Location::current()) const noexcept {
        return lose(__builtin_addressof(cause), where);
    }

    /// Makes a `void*` of it, for an API that carries one to its callbacks. @post the notifier is empty
    [[nodiscard]] void* to_context() && noexcept { return std::exchange(block_, nullptr); }

    /// Takes back what `to_context` gave: once, when the API will not call back any more.
    [[nodiscard]] static Notifier from_context(void* context) noexcept {
        return Notifier(static_cast<Block*>(context));
    }

    /// A notifier for the length of a callback: `Notifier<Cause>::Borrowed(context)->terminated(cause)`. It owes nothing.
    class Borrowed {
    public:
        explicit Borrowed(void* context) noexcept : notifier_(static_cast<Block*>(context)) {}
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        ~Borrowed() { notifier_.block_ = nullptr; }
        const Notifier* operator->() const noexcept { return &notifier_; }
        const Notifier& operator*() const noexcept { return notifier_; }

    private:
        Notifier notifier_;
    };

private:
    friend struct detail::Access;

    explicit Notifier(Block* block) noexcept : block_(block) {}

    [[nodiscard]] Block* block() const noexcept { return block_; }

    // A losing notice fills the slot only where it is empty; one that agrees refines what stands there.
    static auto filler([[maybe_unused]] Block* block, [[maybe_unused]] Value* cause) noexcept {
        if constexpr (std::is_void_v<Cause>) {
            return [](bool) {};
        } else {
            return [block, cause](bool agrees) {
                auto& slot = block->cause_part().cause;
                if (agrees || !slot) slot.emplace(std::move(*cause));
            };
        }
    }
    detail::State report(Event event, bool named, Origin origin, Value* cause, Location where) const noexcept {
        return block_->report(event, named, origin, cause != nullptr, filler(block_, cause), where);
    }
    void say(Event event, Value* cause, Location where) const noexcept {
        if (block_) report(event, false, Origin::remote, cause, where);
    }
    void say(Event event, Origin origin, Value* cause, Location where) const noexcept {
        if (block_) report(event, true, origin, cause, where);
    }
    bool lose(Value* cause, Location where) const noexcept {
        if (!block_) return false;
        const detail::State before = report(Event::lost, true, Origin::service, cause, where);
        return before.any(detail::State::deallocating) ||
               (before.phase() == Phase::released && !before.any(detail::State::lost));
    }

    // May destroy the notifier that it is called for.
    static void abandon(Block* block) noexcept {
        if (block) block->orphan({});
    }

    Block* block_ = nullptr;
};

} // namespace wrapup
