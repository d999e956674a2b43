// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace wrapup::tapi2::detail {

// What a call has asked TAPI for: at most one of each at a time.
enum class Request : std::uint8_t { make, answer, drop };
inline constexpr std::size_t requests = 3;

// Which reply belongs to which request. Not thread-safe.
//
// The reply may come before the function that makes the request has returned its number: "asynchronous-functions" says so
// where the thread is not the one that opened the line, though "synchronous-asynchronous-model" says not. So long as such a
// function is in progress, a reply that nobody knows is kept.
class Requests {
    struct Owner {
        std::uint64_t call;
        Request kind;
    };
    using Map = std::map<abi::Long, Owner>;

public:
    // What a call needs for its requests, taken when it is admitted: ending it takes no memory.
    class Slots {
    public:
        Slots() {
            for (auto& node : spare_) {
                Map one;
                one.emplace();
                node = one.extract(one.begin());
            }
        }
        [[nodiscard]] bool outstanding(Request kind) const noexcept { return !spare_[static_cast<std::size_t>(kind)]; }

    private:
        friend class Requests;
        std::array<Map::node_type, requests> spare_;
        std::array<abi::Long, requests> numbers_{};
    };

    // For so many calls. @throws std::bad_alloc
    void reserve(std::size_t calls) {
        if (early_.capacity() < 2 * calls + 16) early_.reserve(4 * calls + 16);
    }

    // A function is about to make a request.
    void begin() noexcept { ++in_progress_; }

    // It has returned: no request was made.
    void failed() noexcept { finish(); }

    // It has returned the request's number. @returns the reply, where that has come already
    std::optional<abi::Long> made(abi::Long number, std::uint64_t call, Request kind, Slots& slots) noexcept {
        std::optional<abi::Long> result;
        for (auto reply = early_.begin(); reply != early_.end(); ++reply) {
            if (reply->first != number) continue;
            result = reply->second;
            early_.erase(reply);
            break;
        }
        finish();
        if (result) return result;
        forget(kind, slots); // one that was never answered
        auto& node = slots.spare_[static_cast<std::size_t>(kind)];
        node.key() = number;
        node.mapped() = {call, kind};
        auto inserted = map_.insert(std::move(node));
        if (inserted.inserted) slots.numbers_[static_cast<std::size_t>(kind)] = number;
        else node = std::move(inserted.node); // the number stands for another request: TAPI has given it twice
        return {};
    }

    // A reply has come. @returns whose it is, if it is known; it is known no more
    template <class SlotsOf>
    std::optional<std::pair<std::uint64_t, Request>> replied(abi::Long number, abi::Long result,
                                                             SlotsOf slots_of) noexcept {
        const auto found = map_.find(number);
        if (found == map_.end()) {
            if (in_progress_ == 0 || early_.capacity() == 0) return {};
            if (early_.size() == early_.capacity()) early_.erase(early_.begin());
            early_.emplace_back(number, result);
            return {};
        }
        const Owner owner = found->second;
        slots_of(owner.call).spare_[static_cast<std::size_t>(owner.kind)] = map_.extract(found);
        return std::pair(owner.call, owner.kind);
    }

    // The call goes, or asks anew: what is still outstanding is of no consequence any more.
    void forget(Request kind, Slots& slots) noexcept {
        if (slots.outstanding(kind))
            slots.spare_[static_cast<std::size_t>(kind)] = map_.extract(slots.numbers_[static_cast<std::size_t>(kind)]);
    }
    void forget(Slots& slots) noexcept {
        for (std::size_t kind = 0; kind < requests; ++kind) forget(static_cast<Request>(kind), slots);
    }

private:
    void finish() noexcept {
        if (--in_progress_ == 0) early_.clear();
    }

    Map map_;
    std::vector<std::pair<abi::Long, abi::Long>> early_; // number and result
    std::size_t in_progress_ = 0;
};

} // namespace wrapup::tapi2::detail
