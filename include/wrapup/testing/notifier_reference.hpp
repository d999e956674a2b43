// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier.hpp>
#include <wrapup/phase.hpp>

#include <type_traits>
#include <utility>

namespace wrapup::testing {

/// A second access to the session that a notifier is bound to: it says what that notifier could say, beside it, after it has
/// been handed on, and after its death. When it goes itself it says nothing.
///
///     testing::NotifierReference reference(notifier);
///     service.watch(std::move(notifier));
///     reference->terminated(); // a notice that the service has not given
///
/// It keeps the session's record alive, as a monitor does, and with it the session's provider.
///
/// *Thread safety:* as that of a `std::shared_ptr`; notices from any thread.
template <class Cause, class Backend = wrapup::detail::NativeBackend>
class NotifierReference {
    using Bound = Notifier<Cause, Backend>;
    using Block = std::remove_pointer_t<decltype(wrapup::detail::Access::block(std::declval<const Bound&>()))>;

public:
    /// Refers to no session: what is said through it goes nowhere.
    NotifierReference() = default;
    explicit NotifierReference(const Bound& notifier) noexcept
        : NotifierReference(wrapup::detail::Access::block(notifier)) {}
    NotifierReference(const NotifierReference& other) noexcept : NotifierReference(other.block_) {}
    NotifierReference(NotifierReference&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    NotifierReference& operator=(NotifierReference other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~NotifierReference() {
        if (block_) block_->leave();
    }

    /// Whether it refers to a session.
    [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }

    /// The notifier's members: `reference->terminated(cause)`.
    [[nodiscard]] auto operator->() const noexcept { return typename Bound::Borrowed(block_); }

    /// Where the session is; `released` where there is none.
    [[nodiscard]] Phase phase() const noexcept { return block_ ? block_->state().phase() : Phase::released; }

    /// Whether the session's end is published.
    [[nodiscard]] bool over() const noexcept { return phase() >= Phase::terminated; }

private:
    explicit NotifierReference(Block* block) noexcept : block_(block) {
        if (block_) block_->refer();
    }

    Block* block_ = nullptr;
};

} // namespace wrapup::testing
