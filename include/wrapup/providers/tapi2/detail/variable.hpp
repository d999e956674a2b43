// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/detail/text.hpp>
#include <wrapup/providers/tapi2/abi.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wrapup::tapi2::detail {

// A structure of variable size, as TAPI has left it: a fixed part, and behind it the parts that it names by size and offset.
// These come from a driver, and are not believed: a part lies behind the fixed part and within what was written, or is absent.
class Variable {
public:
    // What was written, and how long the fixed part is at least.
    Variable(std::span<const std::byte> written, std::size_t fixed) noexcept
        : written_(written), fixed_(fixed), varying_(written.size()) {}

    [[nodiscard]] bool has(abi::Field part) const noexcept {
        return part.size != 0 && part.offset >= fixed_ && part.offset <= written_.size() &&
               part.size <= written_.size() - part.offset;
    }

    // How long the fixed part is, is nowhere said: TAPI's older versions know fewer members. But what varies begins behind it.
    void add(std::initializer_list<abi::Field> parts) noexcept {
        for (const abi::Field part : parts)
            if (has(part)) varying_ = (std::min)(varying_, std::size_t{part.offset});
    }
    bool extend(std::size_t fixed) noexcept {
        if (varying_ < fixed) return false;
        fixed_ = fixed;
        return true;
    }

    // Copies the fixed part, as far as it is known to go; what is behind it stays as it is.
    template <class Structure>
    void copy_to(Structure& structure) const noexcept {
        std::memcpy(&structure, written_.data(), (std::min)({fixed_, written_.size(), sizeof structure}));
    }

    [[nodiscard]] std::optional<std::string> bytes(abi::Field part) const {
        if (!has(part)) return {};
        std::string bytes(part.size, '\0');
        std::memcpy(bytes.data(), written_.data() + part.offset, bytes.size());
        return bytes;
    }

    // Up to the zero that ends it, where there is one.
    [[nodiscard]] std::optional<std::string> text(abi::Field part) const {
        if (!has(part)) return {};
        std::u16string text(part.size / 2, u'\0');
        std::memcpy(text.data(), written_.data() + part.offset, 2 * text.size());
        return wrapup::detail::from_utf16(std::u16string_view(text).substr(0, text.find(u'\0')));
    }

private:
    std::span<const std::byte> written_;
    std::size_t fixed_, varying_;
};

} // namespace wrapup::tapi2::detail
