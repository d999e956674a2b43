// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/control.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace tapi2_double {

/// An `Info` that owns its text.
struct InfoText {
    struct Party {
        Dword flags = 0;
        std::u16string address, name;
    };

    Info plain; // its pointers are not used
    Party caller, called, connected, redirection, redirecting;
    std::u16string app_name, displayable_address, called_party, comment, display;
    std::string user_user_info, high_level_comp, low_level_comp, charging_info, dev_specific, call_data;

    InfoText() = default;
    explicit InfoText(const Info& info)
        : plain(info),
          caller(party(info.caller)),
          called(party(info.called)),
          connected(party(info.connected)),
          redirection(party(info.redirection)),
          redirecting(party(info.redirecting)),
          app_name(text(info.app_name)),
          displayable_address(text(info.displayable_address)),
          called_party(text(info.called_party)),
          comment(text(info.comment)),
          display(text(info.display)),
          user_user_info(bytes(info.user_user_info)),
          high_level_comp(bytes(info.high_level_comp)),
          low_level_comp(bytes(info.low_level_comp)),
          charging_info(bytes(info.charging_info)),
          dev_specific(bytes(info.dev_specific)),
          call_data(bytes(info.call_data)) {}

    static std::u16string text(const char16_t* text) { return text ? std::u16string(text) : std::u16string(); }

private:
    static std::string bytes(const Bytes& bytes) {
        return bytes.data ? std::string(static_cast<const char*>(bytes.data), bytes.size) : std::string();
    }
    static Party party(const tapi2_double::Party& from) {
        Party party{from.flags, text(from.address), text(from.name)};
        if (from.flags == 0)
            party.flags = (from.address ? linecallpartyid_address : 0) | (from.name ? linecallpartyid_name : 0);
        if (party.flags == 0) party.flags = linecallpartyid_unavail;
        return party;
    }
};

/// Fills a structure of variable size: what does not fit whole is absent, and counted as needed.
class VariableSize {
public:
    VariableSize(void* out, Dword total, Dword fixed)
        : out_(static_cast<std::byte*>(out)), total_(total), needed_(fixed), used_(fixed) {}

    abi::Field add(const void* data, std::size_t bytes) {
        const auto length = static_cast<Dword>(bytes), room = (length + 3) & ~3u;
        needed_ += room;
        if (length == 0 || total_ - used_ < room) return {0, 0};
        std::memcpy(out_ + used_, data, length);
        used_ += room;
        return {length, used_ - room};
    }
    abi::Field add(const std::u16string& text) { return add(text.c_str(), text.empty() ? 0 : 2 * (text.size() + 1)); }
    abi::Field add(const std::string& bytes) { return add(bytes.data(), bytes.size()); }
    abi::PartyId add(const InfoText::Party& party) {
        const abi::Field address = add(party.address), name = add(party.name);
        return {party.flags, address.size, address.offset, name.size, name.offset};
    }

    Dword needed() const { return needed_; }
    Dword used() const { return used_; }

private:
    std::byte* out_;
    Dword total_, needed_, used_;
};

// The fixed part as an application of that version knows it.
constexpr Dword call_info_size(Dword version) {
    if (version >= version_3_0) return sizeof(abi::CallInfo);
    return version >= version_2_0 ? offsetof(abi::CallInfo, dwCallerIDAddressType)
                                  : offsetof(abi::CallInfo, dwCallTreatment);
}
constexpr Dword call_status_size(Dword version) {
    return version >= version_2_0 ? sizeof(abi::CallStatus) : offsetof(abi::CallStatus, dwCallFeatures2);
}

/// Puts `info`, of which the numbers are set already, and the text of the call into what the application has given.
inline void write_call_info(abi::CallInfo info, const InfoText& text, Dword version, Dword grown, Spoiled spoiled,
                            void* out) {
    const Dword fixed = call_info_size(version);
    VariableSize rest(out, info.dwTotalSize, fixed);
    info.caller = rest.add(text.caller);
    info.called = rest.add(text.called);
    info.connected = rest.add(text.connected);
    info.redirection = rest.add(text.redirection);
    info.redirecting = rest.add(text.redirecting);
    info.app_name = rest.add(text.app_name);
    info.displayable_address = rest.add(text.displayable_address);
    info.called_party = rest.add(text.called_party);
    info.comment = rest.add(text.comment + std::u16string(grown / 2, u'+'));
    info.display = rest.add(text.display);
    info.user_user_info = rest.add(text.user_user_info);
    info.high_level_comp = rest.add(text.high_level_comp);
    info.low_level_comp = rest.add(text.low_level_comp);
    info.charging_info = rest.add(text.charging_info);
    info.dev_specific = rest.add(text.dev_specific);
    if (version >= version_2_0) info.call_data = rest.add(text.call_data);
    info.dwNeededSize = rest.needed();
    info.dwUsedSize = rest.used();
    switch (spoiled) {
    case Spoiled::no: break;
    case Spoiled::offset_beyond: info.caller.offset = info.dwUsedSize + 4; break;
    case Spoiled::size_beyond: info.caller.size = info.dwUsedSize; break;
    case Spoiled::wraps_around:
        info.caller.offset = 0xFFFFFFF0;
        info.caller.size = 0x20;
        break;
    case Spoiled::odd_size: info.caller.size = std::max<Dword>(info.caller.size, 4) - 3; break;
    case Spoiled::needs_ever_more: info.dwNeededSize = info.dwTotalSize + 16; break;
    }
    std::memcpy(out, &info, fixed);
}

} // namespace tapi2_double
