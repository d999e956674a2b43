// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/detail/record.hpp>

#include <utility>

namespace wrapup::sofia::detail {

// Records in the order in which they were put here, each once. It takes no memory.
class Queue {
public:
    [[nodiscard]] Record* first() const noexcept { return first_; }

    // @returns whether it was empty
    bool push(Record& record) noexcept {
        if (record.queued) return false;
        record.queued = true;
        const bool was_empty = !first_;
        (last_ ? last_->behind : first_) = &record;
        last_ = &record;
        return was_empty;
    }
    void remove(Record& record) noexcept {
        Record* before = nullptr;
        for (Record* one = first_; one; before = std::exchange(one, one->behind)) {
            if (one != &record) continue;
            (before ? before->behind : first_) = std::exchange(one->behind, nullptr);
            if (last_ == one) last_ = before;
            one->queued = false;
            return;
        }
    }

private:
    Record* first_ = nullptr;
    Record* last_ = nullptr;
};

} // namespace wrapup::sofia::detail
