// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/detail/text.hpp>
#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call_info.hpp>
#include <wrapup/providers/tapi3/functions.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wrapup::tapi3::detail {

// Reads what a call object says of the call, on a thread that may ask it. Each item may fail on its own.
class Reader {
public:
    Reader(Functions& com, abi::ITCallInfo& info) noexcept : com_(com), info_(info) {}

    // *Source:* CALLINFO_LONG
    [[nodiscard]] CallInfo::Number number(abi::Long which) const noexcept {
        abi::Long value = 0;
        if (info_.get_CallInfoLong(which, &value) != abi::s_ok) return {};
        return static_cast<std::uint32_t>(value);
    }

    // *Source:* CALLINFO_STRING; the string is ours to free. @throws std::bad_alloc
    [[nodiscard]] CallInfo::Text text(abi::Long which) const {
        struct Owned {
            Functions& com;
            abi::String string = nullptr;
            ~Owned() { com.free_string(string); }
        } owned{com_};
        if (info_.get_CallInfoString(which, &owned.string) != abi::s_ok || !owned.string) return {};
        return wrapup::detail::from_utf16(com_.view(owned.string));
    }

    // *Source:* CALLINFO_BUFFER. That CoTaskMemFree frees it is COM's convention; the page does not say. @throws std::bad_alloc
    [[nodiscard]] CallInfo::Bytes bytes(abi::Long which) const {
        struct Owned {
            Functions& com;
            std::uint8_t* memory = nullptr;
            ~Owned() { com.free_memory(memory); }
        } owned{com_};
        abi::ULong size = 0;
        if (info_.GetCallInfoBuffer(which, &size, &owned.memory) != abi::s_ok || !owned.memory) return {};
        return std::vector<std::uint8_t>(owned.memory, owned.memory + size);
    }

    // @throws std::bad_alloc
    [[nodiscard]] CallInfo all() const {
        const auto party = [this](abi::Long name) { return Party{.number = text(name + 1), .name = text(name)}; };
        CallInfo info;
        info.media_types = number(0);
        info.bearer_mode = number(1);
        info.origin = number(7);
        info.reason = number(8);
        info.treatment = number(11);
        info.min_rate = number(12);
        info.max_rate = number(13);
        info.country_code = number(14);
        info.call_id = number(15);
        info.related_call_id = number(16);
        info.completion_id = number(17);
        info.owners = number(18);
        info.monitors = number(19);
        info.trunk = number(20);
        info.rate = number(21);
        info.caller = party(0);
        info.called = party(2);
        info.connected = party(4);
        info.redirection = party(6);
        info.redirecting = party(8);
        info.called_party = text(10);
        info.comment = text(11);
        info.displayable_address = text(12);
        info.calling_party = text(13);
        info.user_user_info = bytes(0);
        info.device_specific = bytes(1);
        info.call_data = bytes(2);
        info.charging_info = bytes(3);
        info.high_level_compatibility = bytes(4);
        info.low_level_compatibility = bytes(5);
        return info;
    }

private:
    Functions& com_;
    abi::ITCallInfo& info_;
};

} // namespace wrapup::tapi3::detail
