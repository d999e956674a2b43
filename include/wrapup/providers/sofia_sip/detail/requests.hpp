// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/detail/dialog.hpp>
#include <wrapup/providers/sofia_sip/detail/reason_header.hpp>
#include <wrapup/providers/sofia_sip/detail/record.hpp>
#include <wrapup/providers/sofia_sip/detail/sofia.hpp>
#include <wrapup/providers/sofia_sip/reason.hpp>

#include <cstdint>
#include <new>
#include <string>

// What is asked of the stack for a call, on its thread. What there is no memory for is left out.
namespace wrapup::sofia::detail {

// An event carries the call's number in the place of a pointer, so that one that is late finds nobody.
inline nua_hmagic_t* magic_of(std::uint64_t number) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it is no pointer, and never used as one
    return reinterpret_cast<nua_hmagic_t*>(static_cast<std::uintptr_t>(number));
}
inline std::uint64_t number_of(const nua_hmagic_t* magic) noexcept { return reinterpret_cast<std::uintptr_t>(magic); }

// @returns the handle, or nothing where there was no memory for one
inline nua_handle_t* send_invite(nua_t* nua, const Record& record, std::string& call_id) noexcept {
    std::string to;
    try {
        to = '<' + record.target + '>'; // or its parameters were those of the header
        const Home home;
        const sip_call_id_t* const id = sip_call_id_create(home.get(), nullptr);
        if (id) call_id = id->i_id;
    } catch (const std::bad_alloc&) {
        call_id.clear(); // the stack finds one
        if (to.empty()) return nullptr;
    }
    nua_handle_t* const handle = nua_handle(nua, magic_of(record.number), SIPTAG_TO_STR(to.c_str()), TAG_END());
    if (handle)
        nua_invite(handle, TAG_IF(!call_id.empty(), SIPTAG_CALL_ID_STR(call_id.c_str())),
                   SIPTAG_CONTENT_TYPE_STR("application/sdp"), SIPTAG_PAYLOAD_STR(record.sdp.c_str()), TAG_END());
    return handle;
}

// @param nua of whom the request is answered that is being handled; otherwise the INVITE is
inline void accept(nua_t* nua, nua_handle_t* handle, const std::string& sdp) noexcept {
    nua_respond(handle, SIP_200_OK, TAG_IF(nua, NUTAG_WITH_THIS(nua)), SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                SIPTAG_PAYLOAD_STR(sdp.c_str()), TAG_END());
}

// nua_respond keeps the pointer: it has to be one that is there for ever. *Source:* nua_stack.c, nua_signal
inline const char* phrase_of(int status) noexcept {
    const char* const known = sip_status_phrase(status);
    return known ? known : "Refused";
}

// Ends a call by what its state asks for. The reason is not changed any more.
inline void end(const Record& record) noexcept {
    std::string header;
    try {
        Reason reason = record.reason;
        if (record.drop.made == Verb::refuse) reason.status = 0; // it is said by the answer
        header = format_reason(reason);
    } catch (const std::bad_alloc&) {
        header.clear(); // it is left out
    }
    const char* const reason = header.empty() ? nullptr : header.c_str();
    switch (record.drop.made) {
    case Verb::bye: nua_bye(record.handle, TAG_IF(reason, SIPTAG_REASON_STR(reason)), TAG_END()); break;
    case Verb::cancel: nua_cancel(record.handle, TAG_IF(reason, SIPTAG_REASON_STR(reason)), TAG_END()); break;
    case Verb::refuse: {
        const int status = record.reason.status != 0             ? record.reason.status
                           : record.drop.asker == Asker::service ? 480
                                                                 : 603;
        nua_respond(record.handle, status, phrase_of(status), TAG_IF(reason, SIPTAG_REASON_STR(reason)), TAG_END());
        break;
    }
    case Verb::forget:
    case Verb::none: break;
    }
}

} // namespace wrapup::sofia::detail
