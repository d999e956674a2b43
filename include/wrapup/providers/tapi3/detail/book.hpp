// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/detail/record.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>

#include <cstdint>
#include <map>
#include <utility>

namespace wrapup::tapi3::detail {

// The calls whose objects are held: by their names, and by which objects they are. It locks nothing and calls nothing.
class Book {
    using Key = std::uintptr_t; // a pointer's value, which may be compared when what it points to is gone
    using Records = std::map<Key, Record>;

    static Key key_of(Call call) noexcept { return reinterpret_cast<Key>(call.get()); }

public:
    // What was taken out: the references are given up when it goes.
    using Entry = Records::node_type;

    [[nodiscard]] Record* find(Call call) noexcept {
        const auto found = records_.find(key_of(call));
        return found == records_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const Record* find(Call call) const noexcept {
        const auto found = records_.find(key_of(call));
        return found == records_.end() ? nullptr : &found->second;
    }
    // The call of an object; none where the object is not known.
    [[nodiscard]] Call whose(std::uintptr_t identity) const noexcept {
        const auto found = identities_.find(identity);
        return found == identities_.end() ? Call() : found->second;
    }
    // The call after this one, so that one can go through them while they come and go: the first one comes after none, and none
    // after the last one.
    [[nodiscard]] Call next(Call call) const noexcept {
        const auto found = records_.upper_bound(key_of(call));
        return found == records_.end() ? Call() : found->second.call();
    }
    [[nodiscard]] Records& records() noexcept { return records_; }
    [[nodiscard]] const Records& records() const noexcept { return records_; }

    // @pre the object is not known @throws std::bad_alloc: nothing has changed then, and the references are still the caller's
    Record& insert(Ref<abi::ITBasicCallControl>&& control, Ref<abi::ITCallInfo>&& info, std::uintptr_t identity,
                   Privilege privilege) {
        const auto name = identities_.try_emplace(identity).first;
        try {
            const auto key = reinterpret_cast<Key>(info.get());
            Record& record =
                records_.try_emplace(key, std::move(control), std::move(info), identity, privilege).first->second;
            name->second = record.call();
            return record;
        } catch (...) {
            identities_.erase(name);
            throw;
        }
    }
    // @pre the call is there
    [[nodiscard]] Entry extract(Call call) noexcept {
        Entry entry = records_.extract(key_of(call));
        identities_.erase(entry.mapped().identity);
        return entry;
    }

private:
    Records records_;
    std::map<std::uintptr_t, Call> identities_;
};

} // namespace wrapup::tapi3::detail
