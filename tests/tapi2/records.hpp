// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/call_info.hpp"
#include "tapi2/control.hpp"

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace tapi2_double {

struct Line;
struct Hold;

/// A message on its way. With a make-call's reply goes the new handle, which is written when it arrives.
struct Letter {
    abi::Message message;
    std::shared_ptr<Line> line;
    std::shared_ptr<Hold> about; // whose handle it is about, if it is about one
    Handle* place = nullptr;
    Handle call = 0;
    Dword number = 0; // of those sent to the application
};

/// An application: HLINEAPP.
struct App {
    Handle handle = 0;
    Dword options = 0;
    abi::Callback* callback = nullptr;
    void* endpoint = nullptr; // the event, the port, or the window
    Dword key = 0;
    std::u16string name;
    std::thread::id thread;                 // that initialised
    std::thread::id consumer;               // that was the last to ask for messages
    std::deque<Letter> queue;               // of an event, or a window
    Dword sent = 0, taken = 0, handled = 0; // the last one
    bool gone = false;

    bool uses(Dword option) const { return options == option; }
    /// Whether the message has been handled, or is being handled by this very thread.
    bool knows(Dword number) const { return number <= (std::this_thread::get_id() == consumer ? taken : handled); }
    bool has_handled_all() const {
        if (gone) return true;
        return uses(abi::lineinitializeexoption_usecompletionport) ? handled == sent
                                                                   : queue.empty() && handled == taken;
    }
};

/// HLINE.
struct Line {
    Handle handle = 0;
    std::shared_ptr<App> app;
    Dword device = 0, version = 0, privileges = 0;
    DwordPtr instance = 0;
    bool closed = false;
};

/// What the device has: one, however many applications have a handle.
struct PhysicalCall {
    Dword number = 0, device = 0;
    Dword state = linecallstate_unknown, mode = 0, states_seen = 0;
    long long entered_ms = 0;
    InfoText info;
    Dword owners_elsewhere = 0, monitors_elsewhere = 0;
    Dword drops_under_way = 0;
    std::string history, ended_by;
    std::string user_user_info; // sent with a drop
    Dword grow_by = 0, grow_reads = 0, grown = 0;
    Spoiled spoiled = Spoiled::no;

    bool is_idle() const { return (state & state_mask) == linecallstate_idle; }
};

/// An application's hold on a call: HCALL.
struct Hold {
    Handle handle = 0;
    std::shared_ptr<Line> line;
    std::shared_ptr<PhysicalCall> call;
    Dword privilege = 0;
    bool dead = false;
    bool was_owner = false;
    Dword told_idle = 0, told_monitor = 0; // the message that said so; 0: none has
    bool told_privilege = false;
};

/// A request of an asynchronous function, until it is completed.
struct Request {
    Long id = 0;
    Function function = Function::drop;
    Script script;
    std::shared_ptr<Line> line;
    std::shared_ptr<Hold> hold; // null for a make-call, until its reply
    std::shared_ptr<PhysicalCall> call;
    Handle* place = nullptr;
    std::u16string address;
    InfoText info; // of the new call
    const char* uui = nullptr;
    std::string uui_copy;
    Long result = 0;
    bool replied = false; // or never will be
};

} // namespace tapi2_double
