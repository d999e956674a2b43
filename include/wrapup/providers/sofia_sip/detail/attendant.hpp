// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/call.hpp>
#include <wrapup/providers/sofia_sip/call_state.hpp>
#include <wrapup/providers/sofia_sip/cause.hpp>
#include <wrapup/providers/sofia_sip/detail/book.hpp>
#include <wrapup/providers/sofia_sip/detail/event.hpp>
#include <wrapup/providers/sofia_sip/detail/read.hpp>
#include <wrapup/providers/sofia_sip/detail/record.hpp>
#include <wrapup/providers/sofia_sip/detail/requests.hpp>
#include <wrapup/providers/sofia_sip/detail/sofia.hpp>
#include <wrapup/providers/sofia_sip/detail/stack_options.hpp>

#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace wrapup::sofia::detail {

// Sees to the calls, on the stack's thread: carries out what is due, writes down what is heard, and tells of it.
class Attendant {
public:
    Attendant(Book& book, const StackOptions& options) noexcept : book_(book), options_(options) {}

    // What is due in this round. @returns whether the stack was asked to end a call
    bool carry_out(nua_t* nua, std::uint64_t pass) noexcept {
        bool asked = false;
        for (auto [record, due] = book_.take_due(pass); record; std::tie(record, due) = book_.take_due(pass)) {
            switch (due) {
            case Due::nothing: break;
            case Due::invite: invite(nua, *record); break;
            case Due::answer: accept(nullptr, record->handle, record->sdp); break;
            case Due::verb:
                asked = true;
                detail::end(*record);
                break;
            case Due::telling: tell_end(record->number); break;
            case Due::destruction:
                if (nua_handle_t* const handle = book_.erase(*record)) nua_handle_destroy(handle);
                break;
            }
        }
        return asked;
    }

    void give_up() noexcept {
        while (const std::uint64_t number = book_.give_up(options_.patience)) tell_end(number);
    }

    void tell_lost(std::uint64_t number) const noexcept { tell_state(number, CallState::terminated); }

    // Somebody calls, or wants something else from a stranger.
    // @param open calls are taken
    void appear(const Event& event, nua_t* nua, nua_handle_t* handle, bool open) noexcept {
        if (event.kind == nua_i_invite && event.status < 200 &&
            !(event.sip->sip_contact && can_be_reached(*event.sip))) {
            nua_respond(handle, SIP_400_BAD_REQUEST, TAG_END());
        } else if (event.kind == nua_i_invite && event.status < 200 && options_.offer && open) {
            if (const Call call = admit(event, handle); call != Call()) return options_.offer(call);
        } else if (event.kind == nua_i_invite && event.status < 200) {
            nua_respond(handle, SIP_480_TEMPORARILY_UNAVAILABLE, TAG_END());
        } else if (event.status < 200 && nua_event_is_incoming_request(event.kind)) {
            nua_respond(handle, SIP_501_NOT_IMPLEMENTED, NUTAG_WITH_THIS(nua), TAG_END());
        }
        nua_handle_destroy(handle);
    }

    // What comes for a call of ours. What there is no memory for is left out.
    void hear(const Event& event, nua_t* nua, nua_handle_t* handle, std::uint64_t number) noexcept {
        std::optional<Particulars> said;
        Cause cause;
        try {
            if (event.sip) said.emplace(*event.sip, !event.sip->sip_request); // an answer to a request of ours
            if (said && nta_sip_is_internal(event.sip)) said->remote = {};    // it has said nothing
            if (!said && nua_handle_local(handle)) said.emplace(*nua_handle_local(handle)); // our INVITE has just left
            cause = cause_of(event.status, event.phrase, event.sip);
        } catch (const std::bad_alloc&) {
            cause.status = event.status;
        }
        if (event.kind == nua_i_state) {
            change(number, [&](Record& record) {
                if (said && record.is_live()) said->move_to(record.info);
                if (state_of(event.tags) == CallState::terminated && record.waits_for_bye()) return;
                record.hear_state(event.status, cause);
                record.enter(state_of(event.tags));
            });
        } else {
            change(number, [&](Record& record) {
                if (said && record.is_live()) said->move_to(record.info);
                detail::hear(record, event, std::move(cause));
            });
        }
        if (event.sip && !can_be_reached(*event.sip)) stay_in_touch(handle, number);
        if (event.kind == nua_r_invite && event.status >= 200 && event.status < 300) acknowledge(handle, number);
        if (event.status < 200 && nua_event_is_incoming_request(event.kind)) comply(event, nua, handle, number);
    }

private:
    void invite(nua_t* nua, Record& record) noexcept {
        std::string call_id;
        nua_handle_t* const handle = send_invite(nua, record, call_id);
        change(record.number, [&](Record& r) {
            r.handle = handle;
            r.info.call_id = std::move(call_id);
            if (!handle) r.hear(Heard::failure, {});
            r.enter(handle ? CallState::calling : CallState::terminated);
        });
    }

    // Changes what is known of a call, and tells of the state that it has entered by that.
    template <class Change>
    void change(std::uint64_t number, Change change) noexcept {
        const auto entered = book_.change(number, [&](Record& record) {
            const CallState former = record.state();
            change(record);
            return record.state() != former ? std::optional(record.state()) : std::nullopt;
        });
        if (entered && *entered) tell_state(number, **entered);
    }
    void tell_end(std::uint64_t number) noexcept {
        book_.tell(number);
        tell_state(number, CallState::terminated);
    }
    void tell_state(std::uint64_t number, CallState state) const noexcept {
        if (options_.on_state) options_.on_state(Call(number), state);
    }

    // @returns none where it was refused, as there is no memory for it, or no call is taken any more
    Call admit(const Event& event, nua_handle_t* handle) noexcept {
        try {
            Particulars said(*event.sip, false);
            std::string sdp = book_.sdp(), target = text_of(event.sip->sip_contact->m_url);
            const Call call = book_.admit(handle);
            if (call == Call()) {
                nua_respond(handle, SIP_480_TEMPORARILY_UNAVAILABLE, TAG_END());
                return call;
            }
            nua_handle_bind(handle, magic_of(call.number()));
            change(call.number(), [&](Record& record) {
                said.move_to(record.info);
                record.sdp = std::move(sdp);
                record.target = std::move(target);
            });
            return call;
        } catch (const std::bad_alloc&) {
            nua_respond(handle, SIP_500_INTERNAL_SERVER_ERROR, TAG_END());
            return {};
        }
    }

    // A peer has said that it is reached where nothing can be sent to. The stack believes it, also where we refuse that, and would
    // fail to acknowledge, and to end, and leave its memory behind, or try again until its thread has no stack left. So what is to
    // be sent goes where the first message went, or came from. *Source:* nua_session.c, process_timeout; nua_server.c,
    // nua_stack_process_request, which takes the Contact of an UPDATE before it is answered
    void stay_in_touch(nua_handle_t* handle, std::uint64_t number) noexcept {
        try {
            const auto target = book_.look(Call(number), [](const Record& record) { return record.target; });
            if (target) nua_set_hparams(handle, NUTAG_PROXY(target->c_str()), TAG_END());
        } catch (const std::bad_alloc&) { // left out
            return;
        }
    }

    // With the INVITE by which the stack refreshes a call that has come in it offers nothing: the other side does, and is answered
    // here. *Source:* RFC 3261, 13.2.2.4; nua_session.c, nua_session_usage_refresh
    void acknowledge(nua_handle_t* handle, std::uint64_t number) noexcept {
        std::optional<std::string> sdp;
        try {
            sdp = book_.look(Call(number), [](const Record& record) {
                return record.info.direction == Direction::incoming ? record.sdp : std::string();
            });
        } catch (const std::bad_alloc&) { // left out
            sdp.reset();
        }
        const char* const body = sdp && !sdp->empty() ? sdp->c_str() : nullptr;
        nua_ack(handle, TAG_IF(body, SIPTAG_CONTENT_TYPE_STR("application/sdp")),
                TAG_IF(body, SIPTAG_PAYLOAD_STR(body)), TAG_END());
    }

    // What the other side wants while a call is up: a new session description is met with the one that stands.
    void comply(const Event& event, nua_t* nua, nua_handle_t* handle, std::uint64_t number) noexcept {
        if (event.sip && !can_be_reached(*event.sip)) {
            nua_respond(handle, SIP_400_BAD_REQUEST, NUTAG_WITH_THIS(nua), TAG_END());
        } else if (event.kind == nua_i_info || (event.kind == nua_i_update && event.sip && !event.sip->sip_payload)) {
            nua_respond(handle, SIP_200_OK, NUTAG_WITH_THIS(nua), TAG_END());
        } else if (const int refusal = event.kind == nua_i_update ? refusal_of_offer(dialog_of(number)) : 0) {
            nua_respond(handle, refusal, phrase_of(refusal), TAG_IF(refusal == 500, SIPTAG_RETRY_AFTER_STR("5")),
                        NUTAG_WITH_THIS(nua), TAG_END());
        } else if (event.kind == nua_i_invite || event.kind == nua_i_update) {
            try {
                const auto sdp = book_.look(Call(number), [](const Record& record) { return record.sdp; });
                if (sdp) accept(nua, handle, *sdp);
                return;
            } catch (const std::bad_alloc&) {
                nua_respond(handle, SIP_500_INTERNAL_SERVER_ERROR, NUTAG_WITH_THIS(nua), TAG_END());
            }
        } else {
            nua_respond(handle, SIP_501_NOT_IMPLEMENTED, NUTAG_WITH_THIS(nua), TAG_END());
        }
    }

    CallState dialog_of(std::uint64_t number) const noexcept {
        const auto look = [](const Record& record) { return record.dialog; };
        return book_.look(Call(number), look).value_or(CallState::terminated);
    }

    Book& book_;
    const StackOptions& options_;
};

} // namespace wrapup::sofia::detail
