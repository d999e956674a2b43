// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/shared_session.hpp>
#include <wrapup/session.hpp>

#include <utility>

namespace wrapup::detail {

// A counted reference to a session's control block; it keeps the termination, not the identifier.
template <class P>
class Reference {
public:
    using Block = SessionBlock<P>;

    Reference() = default;
    explicit Reference(Block* block) noexcept : block_(block) {
        if (block_) block_->refer();
    }
    Reference(const Reference& other) noexcept : Reference(other.block_) {}
    Reference(Reference&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Reference& operator=(Reference other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Reference() {
        if (block_) block_->leave();
    }

    [[nodiscard]] Block* get() const noexcept { return block_; }
    Block* operator->() const noexcept { return block_; }
    explicit operator bool() const noexcept { return block_ != nullptr; }

private:
    Block* block_ = nullptr;
};

} // namespace wrapup::detail
