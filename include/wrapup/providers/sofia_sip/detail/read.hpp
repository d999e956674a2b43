// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/call_info.hpp>
#include <wrapup/providers/sofia_sip/cause.hpp>
#include <wrapup/providers/sofia_sip/detail/reason_header.hpp>
#include <wrapup/providers/sofia_sip/detail/sofia.hpp>

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// From sofia's messages to values of our own. All of it throws std::bad_alloc where memory is gone.
namespace wrapup::sofia::detail {

inline std::string text_of(const char* text) { return text ? text : ""; }

inline bool is_sip(const url_t& url) noexcept {
    return (url.url_type == url_sip || url.url_type == url_sips) && url.url_host && *url.url_host;
}

// Whether one can be called there: a SIP URI with a host, without header fields of the message, and nothing that could end the
// line it is written to.
inline bool is_callable(const std::string& uri) {
    if (uri.find_first_of(std::string_view("\0 \t\r\n<>\"", 8)) != std::string::npos) return false;
    const Home home;
    const url_t* const url = url_make(home.get(), uri.c_str());
    return url && is_sip(*url) && !url->url_headers;
}

// Whether a session description gets through: the stack takes it for text, which ends before a null.
inline bool can_be_carried(std::string_view sdp) noexcept { return sdp.find('\0') == sdp.npos; }

// Whether somebody can call as that: a SIP URI, with or without a name before it.
inline bool is_address(const std::string& from) {
    const Home home;
    const sip_from_t* const made = sip_from_make(home.get(), from.c_str());
    return made && is_sip(*made->a_url);
}

// Whether requests in a dialog could be sent to where this one says. Where they cannot, nua tries the next BYE in the failure of
// the one before, without end, until the stack overflows. *Source:* RFC 3261, 8.1.1.8 and 12.1.1; nua_client.c,
// nua_base_client_response
inline bool can_be_reached(const sip_t& sip) noexcept {
    if (sip.sip_contact && !is_sip(*sip.sip_contact->m_url)) return false;
    for (const sip_record_route_t* route = sip.sip_record_route; route; route = route->r_next)
        if (!is_sip(*route->r_url)) return false;
    return true;
}

inline std::string text_of(const url_t* url) {
    const Home home;
    return text_of(url_as_string(home.get(), url));
}

inline std::optional<std::string> text_of(const sip_contact_t* contact) {
    return contact ? std::optional(text_of(contact->m_url)) : std::nullopt;
}

// RFC 3261 has the quotes be part of a display name, and people do not.
inline std::string display_of(const char* display) {
    std::string_view name = trimmed(display ? display : "");
    if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
    name = name.substr(1, name.size() - 2);
    std::string result;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '\\' && i + 1 < name.size()) ++i;
        result += name[i];
    }
    return result;
}

inline Party party_of(const sip_addr_t& address) {
    Party party{text_of(address.a_url), display_of(address.a_display), {}};
    if (address.a_tag) party.tag = address.a_tag;
    return party;
}

inline std::string reason_of(const sip_t* sip) {
    std::string header;
    const Home home;
    for (const sip_reason_t* one = sip ? sip->sip_reason : nullptr; one; one = one->re_next) {
        if (!header.empty()) header += ", ";
        header += text_of(sip_header_as_string(home.get(), reinterpret_cast<const sip_header_t*>(one)));
    }
    return header;
}

inline Cause cause_of(int status, const char* phrase, const sip_t* sip) {
    Cause cause;
    cause.status = status;
    cause.phrase = text_of(phrase);
    cause.reason = reason_of(sip);
    cause.q850 = q850_of(cause.reason);
    return cause;
}

// What a message says of the dialog that it is in: `sent_by_us` is the request that it is, or answers.
struct Particulars {
    std::string call_id;
    Party local, remote;
    std::optional<std::string> contact;
    bool is_request = false;

    explicit Particulars(const sip_from_t& us) : local(party_of(us)) {}
    Particulars(const sip_t& sip, bool sent_by_us) : is_request(sip.sip_request != nullptr) {
        if (sip.sip_call_id) call_id = text_of(sip.sip_call_id->i_id);
        if (sip.sip_from) (sent_by_us ? local : remote) = party_of(*sip.sip_from);
        if (sip.sip_to) (sent_by_us ? remote : local) = party_of(*sip.sip_to);
        if (names_target(sip)) contact = text_of(sip.sip_contact);
    }

    // Takes what is new: tags come with the first answer, and a contact is the last that was heard of. Moves, so it cannot fail.
    void move_to(CallInfo& info) noexcept {
        if (!call_id.empty()) info.call_id = std::move(call_id);
        take(info.local, local);
        take(info.remote, remote);
        if (contact) info.contact = std::move(contact);
    }

private:
    // Whether its Contact is where to go from now on; elsewhere it means something else. *Source:* RFC 3261, 12.2 and 21.3;
    // RFC 3311, 5
    static bool names_target(const sip_t& sip) noexcept {
        if (!sip.sip_cseq || (sip.sip_status && sip.sip_status->st_status >= 400)) return false;
        return sip.sip_cseq->cs_method == sip_method_invite || sip.sip_cseq->cs_method == sip_method_update;
    }

    static void take(Party& known, Party& said) noexcept {
        if (said.uri.empty()) return;
        if (!said.tag) said.tag = std::move(known.tag);
        if (said.display.empty()) said.display = std::move(known.display);
        known = std::move(said);
    }
};

} // namespace wrapup::sofia::detail
