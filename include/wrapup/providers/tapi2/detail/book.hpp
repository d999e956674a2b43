// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/detail/record.hpp>
#include <wrapup/providers/tapi2/detail/requests.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace wrapup::tapi2::detail {

// A call's number, which is never given twice.
using Serial = std::uint64_t;
inline constexpr Serial nobody = 0;

// The calls of a line, by number and by handle. Not thread-safe.
class Book {
public:
    // With all that the call may need: ending it takes no memory. @throws std::bad_alloc
    Serial add(Table::Place place) {
        requests.reserve(calls_.size() + 1);
        calls_.try_emplace(last_ + 1, std::move(place));
        return ++last_;
    }
    void erase(Serial serial) noexcept {
        Record& record = *find(serial);
        unmap(record);
        requests.forget(record.requests);
        calls_.erase(serial);
    }

    [[nodiscard]] const Record* find(Serial serial) const noexcept {
        const auto found = calls_.find(serial);
        return found == calls_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] Record* find(Serial serial) noexcept {
        const auto found = calls_.find(serial);
        return found == calls_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] Serial whose(abi::Handle handle) const noexcept {
        const auto found = handles_.find(handle);
        return found == handles_.end() ? nobody : found->second;
    }

    // The call gets its handle. @returns whose that was before, if TAPI has forgotten to say that it is not any more
    Serial map(Serial serial, abi::Handle handle) noexcept {
        const Serial former = whose(handle);
        if (former != nobody) unmap(*find(former));
        Record& record = *find(serial);
        record.spare_handle.key() = handle;
        record.spare_handle.mapped() = serial;
        handles_.insert(std::move(record.spare_handle));
        record.handle = handle;
        return former;
    }
    // @returns the handle that it had
    abi::Handle unmap(Record& record) noexcept {
        if (record.handle) record.spare_handle = handles_.extract(record.handle);
        return std::exchange(record.handle, 0);
    }

    // The call after this one, so that one can go through them while they come and go.
    [[nodiscard]] Serial next(Serial serial) const noexcept {
        const auto found = calls_.upper_bound(serial);
        return found == calls_.end() ? nobody : found->first;
    }
    [[nodiscard]] bool any_live() const noexcept {
        return std::any_of(calls_.begin(), calls_.end(), [](const auto& call) { return call.second.is_live(); });
    }
    [[nodiscard]] const std::map<Serial, Record>& calls() const noexcept { return calls_; }

    Requests requests;

private:
    std::map<Serial, Record> calls_; // in the order of their numbers, for `next`
    Handles handles_;
    Serial last_ = nobody;
};

} // namespace wrapup::tapi2::detail
