// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wrapup::sofia {

/// What has ended a call.
enum class EndedBy : std::uint8_t {
    nothing, ///< no message: it was dropped before it had begun, was not waited for, or the service is gone
    bye,     ///< the other side's BYE
    cancel,  ///< the other side's CANCEL
    answer,  ///< an answer: theirs to our INVITE or BYE, or ours to their INVITE
    silence, ///< no answer came in time
    failure  ///< a message could not be sent, or the stack has failed
};

[[nodiscard]] constexpr const char* to_string(EndedBy by) noexcept {
    switch (by) {
    case EndedBy::nothing: return "nothing";
    case EndedBy::bye: return "bye";
    case EndedBy::cancel: return "cancel";
    case EndedBy::answer: return "answer";
    case EndedBy::silence: return "silence";
    case EndedBy::failure: return "failure";
    }
    return "other";
}

/// Why a call ended.
struct Cause {
    EndedBy by = EndedBy::nothing;

    /// The status of the answer that has ended it, or that the stack has put in the place of one: 408 where none came in time,
    /// 416 and 503 where nothing could be sent, from 900 on for what is wrong inside. 0 where it was no answer.
    /// *Source:* RFC 3261, 21
    int status = 0;
    std::string phrase{};

    /// The Reason header of the other side's message, as it was sent; empty where there was none. *Source:* RFC 3326
    std::string reason{};

    /// The cause of Q.850 that stands in there: 16 is normal call clearing, 17 user busy.
    std::optional<std::uint8_t> q850{};

    friend bool operator==(const Cause&, const Cause&) = default;
};

/// In words, for people. @throws std::bad_alloc
[[nodiscard]] inline std::string to_string(const Cause& cause) {
    std::string text;
    switch (cause.by) {
    case EndedBy::nothing: text = "no message"; break;
    case EndedBy::bye: text = "BYE"; break;
    case EndedBy::cancel: text = "CANCEL"; break;
    case EndedBy::answer: break;
    case EndedBy::silence: text = "no answer in time"; break;
    case EndedBy::failure: text = "failure"; break;
    }
    if (cause.status != 0) {
        if (!text.empty()) text += ": ";
        text += std::to_string(cause.status);
        if (!cause.phrase.empty()) text += ' ' + cause.phrase;
    }
    if (!cause.reason.empty()) text += " (" + cause.reason + ')';
    return text;
}

} // namespace wrapup::sofia
