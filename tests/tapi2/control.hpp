// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/constants.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>

/// @file
/// How a test scripts the double of TAPI 2, and reads its books. Everything is plain: it crosses the border of a DLL.

namespace tapi2_double {

enum class Function : Dword {
    initialize,
    negotiate,
    open,
    close,
    shutdown,
    make_call,
    answer,
    drop,
    deallocate,
    call_status,
    call_info,
    get_message
};

/// When a part of what an asynchronous function brings about comes.
enum class When : Dword {
    before_return, ///< before the function returns, and so that it has been handled by then, if another thread waits for messages
    at_once,    ///< it is on its way when the function returns
    on_release, ///< at `release_pending`, or after as many messages as `Script::release_after` says
    later,      ///< after `Script::delay_ms`, by a thread of the double
    never
};

/// What becomes of the call.
enum class Effect : Dword {
    ordinary, ///< IDLE by a drop, CONNECTED by an answer, what the address says by a make-call; none if the reply fails
    none,     ///< nothing
    idle,     ///< IDLE, also if the reply fails
    disconnected_then_idle, ///< DISCONNECTED(NORMAL), then IDLE, as Cisco has it
    inactive                ///< CONNECTED(INACTIVE), as on a bridged line
};

/// What a function does.
struct Script {
    Long returns = 1; ///< positive: what it ordinarily does. Otherwise it returns this (also 0), and has done nothing
    Long reply = 0;   ///< what LINE_REPLY says
    When reply_when = When::at_once;
    When effect_when = When::at_once;
    Effect effect = Effect::ordinary;
    bool effect_first = false;  ///< where both come at the same time; a new handle comes with the reply, always before
    bool zero_extended = false; ///< how a negative reply is put into 64 bits
    Dword release_after = 0;    ///< for When::on_release; 0: only at `release_pending`
    Dword delay_ms = 0;         ///< for When::later
};

inline constexpr Dword any_device = 0xFFFFFFFF;

struct Device {
    Dword highest_version = version_2_2;
    Dword lowest_version = version_1_3;
    bool strict_deallocation = false; ///< a sole owner cannot deallocate a call that is not idle; below 2.0 so anyway
    bool replies_lost = false;        ///< a reply does not come after deallocation; below 2.0 so anyway
    bool drops_on_close = true;       ///< lineClose ends the calls that only it owned
    Dword uui_limit = 128;            ///< dwUUIDropSize
};

/// What happens to an outgoing call once its handle is there: DIALING, PROCEEDING, and then
enum class Outcome : Dword {
    nothing, ///< nothing more, until the test says
    rings,   ///< RINGBACK
    answers, ///< RINGBACK, CONNECTED(ACTIVE)
    busy,    ///< BUSY(mode)
    rejects, ///< DISCONNECTED(mode)
    idle     ///< straight IDLE
};

struct Dial {
    Outcome outcome = Outcome::nothing;
    Dword mode = 0;
    Dword hang_up_ms = 0; ///< not 0: then the other side hangs up, by a thread of the double
    Dword hang_up_mode = linedisconnectmode_normal;
};

struct Party {
    Dword flags = 0; ///< 0: as what is there says
    const char16_t* address = nullptr;
    const char16_t* name = nullptr;
};

struct Bytes {
    const void* data = nullptr;
    Dword size = 0;
};

/// What lineGetCallInfoW says of a call. What is null or empty is absent.
struct Info {
    Dword address_id = 0, bearer_mode = linebearermode_voice, rate = 64000, media_mode = linemediamode_interactivevoice;
    Dword call_id = 0; ///< 0: the number of the call
    Dword related_call_id = 0, origin = linecallorigin_inbound | linecallorigin_external,
          reason = linecallreason_direct;
    Dword completion_id = 0, country_code = 0, trunk = 0xFFFFFFFF, treatment = 0;
    Party caller, called, connected, redirection, redirecting;
    const char16_t* app_name = nullptr;
    const char16_t* displayable_address = nullptr;
    const char16_t* called_party = nullptr;
    const char16_t* comment = nullptr;
    const char16_t* display = nullptr;
    Bytes user_user_info, high_level_comp, low_level_comp, charging_info, dev_specific, call_data;
};

/// How a structure of variable size is wrong.
enum class Spoiled : Dword {
    no,
    offset_beyond,  ///< the caller's address lies behind what is used
    size_beyond,    ///< the caller's address is longer than what is used
    wraps_around,   ///< offset and size add up to little, in 32 bits
    odd_size,       ///< a string has half a character at its end, and no NUL
    needs_ever_more ///< dwNeededSize is above dwTotalSize each time
};

/// What has been counted.
struct Books {
    Dword handles_given, handles_deallocated, handles_voided,
        handles_live; ///< of calls; voided: by close, shutdown, LINE_CLOSE
    Dword lines_open, apps_open;
    Dword drops, drops_accepted, drops_overlapping; ///< overlapping: while another one of that call is not completed
    Dword drops_on_monitors, drops_at_idle;         ///< those that were told of it before are violations
    Dword deallocations, deallocations_of_live, double_deallocations, dead_handle_uses;
    Dword requests, replies, replies_suppressed, requests_pending; ///< suppressed: by close, shutdown or deallocation
    Dword messages, messages_unread; ///< unread: thrown away unseen at close, deallocation or shutdown
    Dword messages_held;             ///< put into a port, and not freed yet
    Dword violations;
};

enum class Text : Dword {
    calls,      ///< all line* functions called but lineGetMessage, in order: `lineDrop(1)`
    violations, ///< a line each
    messages,   ///< all messages sent, in order: `LINE_CALLSTATE(1, 0x100, 0x1, 0x4)`
    endings     ///< of each physical call, how it went: `call 1: 0x2 0x100 0x1, ended by drop`
};

/// The double's other side: the exchange, the remote parties, the service; and what it has seen of the application.
///
/// A physical call has a number, from 1; the handles to it are the applications'. Handles of calls count from 1, lines from
/// 1001, applications from 2001.
class Control {
public:
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    // ---- the machine

    /// As in the beginning: no application, one device (0) of version 2.2. Who waits in lineGetMessage is woken.
    virtual void reset() noexcept = 0;
    virtual Dword add_device(const Device& device) noexcept = 0; ///< @returns its id
    virtual void set_device(Dword id, const Device& device) noexcept = 0;
    virtual void set_tapi_version(Dword version) noexcept = 0; ///< what lineInitializeExW tells
    /// Without it every handle is void, and every function fails.
    virtual void set_service(bool running) noexcept = 0;
    /// Whether the smallest free number is the next handle (so it is in the beginning), or a new one.
    virtual void reuse_handles(bool on) noexcept = 0;
    /// Whether messages of a handle that is deallocated meanwhile stay in the queue (not in the beginning; in a port they do).
    virtual void keep_stale_messages(bool on) noexcept = 0;
    /// Whether it is no violation (in the beginning it is) to use a handle after a message that forbids it has been handled:
    /// for tests in which several threads use calls. What a thread does itself, to deallocate or close, is not meant.
    virtual void allow_late_uses(bool on) noexcept = 0;
    virtual void set_time(long long unix_ms) noexcept = 0; ///< 0: that of the machine

    // ---- what functions do, on one device or any; lineInitializeExW and lineGetMessage know only `any_device`

    virtual void usually(Dword device, Function function, const Script& script) noexcept = 0;
    virtual void next(Dword device, Function function, const Script& script, Dword times = 1) noexcept = 0;
    virtual Dword release_pending() noexcept = 0; ///< @returns how many replies and effects have come
    virtual void set_dial(const char16_t* address, const Dial& dial) noexcept = 0;

    // ---- calls

    /// A call comes. With OWNER, the first line of the device that was opened for that gets it, and others opened for
    /// MONITOR see it; with MONITOR, somebody else owns it; with NONE nobody here has it (see `hand_off`).
    virtual Dword offer(Dword device, Dword privilege = linecallprivilege_owner, const Info& info = {}) noexcept = 0;
    virtual void set_state(Dword call, Dword state, Dword mode = 0) noexcept = 0;
    /// `changed` is what LINE_CALLINFO tells; 0: nothing is told.
    virtual void set_info(Dword call, const Info& info, Dword changed = linecallinfostate_other) noexcept = 0;
    /// Somebody else hands the call to us: the handle that we have, or a new one on the first line of the device.
    virtual Handle hand_off(Dword call) noexcept = 0;
    virtual void take_ownership(Dword call, bool told = true) noexcept = 0; ///< our owners are monitors from now on
    virtual void force_close(Dword device) noexcept = 0;                    ///< LINE_CLOSE on every line of it
    /// Exactly this, whatever the state; dwCallbackInstance is filled in if 0, and its hDevice is known.
    virtual void send(const abi::Message& message) noexcept = 0;
    /// The next so many reads of information and status find more than the one before did.
    virtual void grow(Dword call, Dword bytes, Dword reads) noexcept = 0;
    virtual void spoil(Dword call, Spoiled how) noexcept = 0;

    // ---- what is there

    virtual Dword last_call() noexcept = 0; ///< the number of the newest one, or 0
    virtual Dword call_of(Handle handle) noexcept = 0;
    virtual Handle handle_of(Dword call) noexcept = 0; ///< the first live one, or 0
    virtual Dword state_of(Dword call) noexcept = 0;
    virtual Dword user_user_info_of(Dword call, void* data,
                                    Dword size) noexcept = 0; ///< sent with a drop; @returns how much
    virtual void read_books(Books& books) noexcept = 0;
    virtual Dword read_text(Text which, char* text, Dword size) noexcept = 0; ///< @returns how much it is
    virtual void clear_books() noexcept = 0;                                  ///< counters, texts and violations
    /// Waits until each message has been handled: until who took it has come back for the next one, or its callback returned.
    virtual bool wait_handled(Dword timeout_ms = 5000) noexcept = 0;

    // ---- what the double cannot see of a completion port; `Bench::functions()` tells it

    virtual void port_waits(void* port) noexcept = 0;
    virtual void port_taken(void* port) noexcept = 0;
    virtual void port_closes(void* port) noexcept = 0;

    // ---- in short

    void rings(Dword call) noexcept { set_state(call, linecallstate_ringback); }
    void answers(Dword call) noexcept { set_state(call, linecallstate_connected, lineconnectedmode_active); }
    void hangs_up(Dword call, Dword mode = linedisconnectmode_normal) noexcept {
        set_state(call, linecallstate_disconnected, mode);
    }
    void goes_idle(Dword call) noexcept { set_state(call, linecallstate_idle); }
    void is_busy(Dword call) noexcept { set_state(call, linecallstate_busy, linebusymode_station); }
    void send_state(Handle handle, Dword state, Dword mode = 0, Dword privilege = 0) noexcept {
        send({handle, abi::line_callstate, 0, state, mode, privilege});
    }
    void send_reply(Dword request, DwordPtr result) noexcept { send({0, abi::line_reply, 0, request, result, 0}); }
    Books books() noexcept {
        Books books;
        read_books(books);
        return books;
    }
    Dword violations() noexcept { return books().violations; }
    std::string text(Text which) {
        std::string text(read_text(which, nullptr, 0), '\0');
        text.resize(std::min<std::size_t>(text.size(), read_text(which, text.data(), static_cast<Dword>(text.size()))));
        return text;
    }

protected:
    Control() = default;
    ~Control() = default;
};

static_assert(std::is_trivially_copyable_v<Script> && std::is_trivially_copyable_v<Info> &&
              std::is_trivially_copyable_v<Books>);

/// What the stand-in for tapi32.dll exports besides the functions of TAPI: `extern "C" Control* wrapup_tapi_double()`.
inline constexpr char control_export[] = "wrapup_tapi_double";

} // namespace tapi2_double
