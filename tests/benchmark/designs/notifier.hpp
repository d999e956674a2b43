// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../service.hpp"

#include <utility>

namespace compared {

/// What the service of a design written by hand keeps to report the end: a pointer to the block, whose `report` may be called by
/// several threads at once. One that goes before has reported that the service is gone, so that nobody waits for ever.
template <class Pointer>
class Reporter {
public:
    Reporter() = default;
    explicit Reporter(Pointer block) noexcept : block_(std::move(block)) {}
    Reporter(Reporter&&) = default;
    Reporter& operator=(Reporter&& other) noexcept {
        Reporter former(std::move(*this));
        block_ = std::move(other.block_);
        return *this;
    }
    ~Reporter() { terminated(Origin::service); }

    void terminated(Origin origin = Origin::remote) const {
        if constexpr (requires { block_.lock(); }) {
            if (const auto block = block_.lock()) block->report(origin);
        } else {
            if (block_) block_->report(origin);
        }
    }

private:
    Pointer block_;
};

} // namespace compared
