// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/books.hpp"
#include "tapi2/handles.hpp"
#include "tapi2/platform.hpp"
#include "tapi2/records.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tapi2_double {

/// All that is forgotten at `reset`.
struct State {
    struct Due {
        std::shared_ptr<Request> request;
        bool reply;
        Dword at; // the count of messages at which it comes; 0: when released
    };
    struct Scripted {
        Script script;
        Dword times;
    };
    using Subject = std::pair<Dword, Function>; // the device, and what is called

    Handles<Hold> calls{1};
    Handles<Line> lines{1001};
    Handles<App> apps{2001};
    std::vector<Device> devices{Device()};
    std::vector<std::shared_ptr<PhysicalCall>> physical_calls; // by number - 1
    std::map<Subject, std::vector<Scripted>> next_scripts;
    std::map<Subject, Script> usual_scripts;
    std::map<std::u16string, Dial> dials;
    std::vector<std::shared_ptr<Request>> requests;
    std::vector<Due> due;
    std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> timeline;
    Ledger ledger;
    Dword tapi_version = version_2_2;
    Dword messages = 0;
    long long time_ms = 0;
    bool service = true, reuse = true, keep_stale = false, late_uses = false;
};

/// How calls and requests go, and what is told of them. Its members are called under its lock.
class Switchboard : protected State {
protected:
    using Lock = std::unique_lock<std::mutex>;

    explicit Switchboard(Platform& platform) : platform_(platform) {}
    ~Switchboard() {
        {
            const Lock lock(mutex_);
            over_ = true;
            changed_.notify_all();
        }
        if (worker_.joinable()) worker_.join();
    }

    // ---- messages

    Dword post(App& app, Letter letter) {
        ledger.message(letter.message);
        ++messages;
        if (app.gone) return 0;
        if (app.uses(abi::lineinitializeexoption_usecompletionport)) {
            if (letter.place) *letter.place = letter.call;
            if (platform_.post(app.endpoint, app.key, letter.message)) ++app.sent;
            else ledger.violation("message", letter.message.hDevice, "its port has been closed before lineShutdown");
        } else {
            letter.number = ++app.sent;
            app.queue.push_back(std::move(letter));
            if (app.uses(abi::lineinitializeexoption_useevent)) platform_.set_event(app.endpoint, true);
            else platform_.poke(app.endpoint);
        }
        changed_.notify_all();
        return app.sent;
    }
    // NOLINTBEGIN(readability-non-const-parameter): `place` is written to when the message is taken
    Dword tell(const std::shared_ptr<Line>& line, abi::Message message, std::shared_ptr<Hold> about = nullptr,
               Handle* place = nullptr, Handle call = 0) {
        message.dwCallbackInstance = line->instance;
        return post(*line->app, {message, line, std::move(about), place, call, 0});
    }
    // NOLINTEND(readability-non-const-parameter)

    // The oldest message; what comes with it arrives.
    abi::Message take(App& app) {
        const Letter letter = std::move(app.queue.front());
        app.queue.pop_front();
        if (letter.place) *letter.place = letter.call;
        app.taken = letter.number;
        if (app.queue.empty() && app.uses(abi::lineinitializeexoption_useevent))
            platform_.set_event(app.endpoint, false);
        return letter.message;
    }
    void handled(App& app) {
        app.handled = app.taken;
        changed_.notify_all();
    }
    void came_for_more(App& app) {
        app.consumer = std::this_thread::get_id();
        handled(app);
    }

    template <class Condition>
    void throw_away(App& app, Condition condition) {
        ledger.counted.messages_unread += static_cast<Dword>(std::erase_if(app.queue, condition));
        if (app.queue.empty() && app.uses(abi::lineinitializeexoption_useevent) && !app.gone)
            platform_.set_event(app.endpoint, false);
    }

    // Waits until what has been sent so far has been handled by another thread. In vain, if nobody takes it.
    void let_handle(const std::shared_ptr<App>& app, Lock& lock) {
        if (app->consumer == std::thread::id() || app->consumer == std::this_thread::get_id()) return;
        const Dword last = app->sent;
        changed_.wait_for(lock, std::chrono::seconds(30),
                          [&] { return app->has_handled_all() || app->handled >= last; });
    }

    // ---- the state of a call

    void change_state(PhysicalCall& call, Dword state, Dword mode, const char* by) {
        if (call.is_idle()) return; // it never leaves it
        call.state = state;
        call.mode = mode;
        call.entered_ms = now_ms();
        call.history += ' ' + hex(state);
        if (mode != 0) call.history += ':' + hex(mode);
        if (call.is_idle()) call.ended_by = by;
        for (const auto& hold : holds_on(call)) tell_state(hold);
    }

    void tell_state(const std::shared_ptr<Hold>& hold) {
        const PhysicalCall& call = *hold->call;
        const Dword privilege = std::exchange(hold->told_privilege, true) ? 0 : hold->privilege;
        const Dword number = tell(
            hold->line,
            {hold->handle, abi::line_callstate, 0, call.state, mode_for(call, hold->line->version), privilege}, hold);
        if (call.is_idle()) hold->told_idle = number;
    }

    // Disconnect modes that a version does not know are UNKNOWN to it.
    static Dword mode_for(const PhysicalCall& call, Dword version) {
        const bool newer = call.mode >= linedisconnectmode_numberchanged && version < version_2_0;
        return newer && (call.state & state_mask) == linecallstate_disconnected ? linedisconnectmode_unknown
                                                                                : call.mode;
    }

    // ---- handles to calls

    std::shared_ptr<PhysicalCall> begin_call(Dword device, InfoText info) {
        auto call = std::make_shared<PhysicalCall>();
        call->number = static_cast<Dword>(physical_calls.size()) + 1;
        call->device = device;
        call->entered_ms = now_ms();
        call->info = std::move(info);
        physical_calls.push_back(call);
        return call;
    }

    std::shared_ptr<Hold> add_hold(const std::shared_ptr<PhysicalCall>& call, const std::shared_ptr<Line>& line,
                                   Dword privilege) {
        auto hold = std::make_shared<Hold>();
        hold->line = line;
        hold->call = call;
        hold->privilege = privilege;
        hold->was_owner = privilege == linecallprivilege_owner;
        hold->handle = calls.add(hold, reuse);
        ++ledger.counted.handles_given;
        return hold;
    }

    Handle give(const std::shared_ptr<PhysicalCall>& call, const std::shared_ptr<Line>& line, Dword privilege) {
        const auto hold = add_hold(call, line, privilege);
        if (line->version >= version_2_0)
            tell(line, {line->handle, abi::line_appnewcall, 0, call->info.plain.address_id, hold->handle, privilege},
                 hold);
        tell_state(hold);
        return hold->handle;
    }
    void give_to_monitors(const std::shared_ptr<PhysicalCall>& call, const Line* except) {
        for (const auto& line : lines_of(call->device))
            if (line.get() != except && (line->privileges & linecallprivilege_monitor) != 0)
                give(call, line, linecallprivilege_monitor);
    }

    void void_handle(const std::shared_ptr<Hold>& hold, const char* why, Dword told, bool throw_messages_away) {
        hold->dead = true;
        calls.remove(hold->handle, {why, hold->line->app, told});
        if (throw_messages_away && !keep_stale)
            throw_away(*hold->line->app, [&](const Letter& letter) { return letter.about == hold; });
    }

    Dword owners(const PhysicalCall& call) const {
        return call.owners_elsewhere + count(call, linecallprivilege_owner);
    }
    Dword monitors(const PhysicalCall& call) const {
        return call.monitors_elsewhere + count(call, linecallprivilege_monitor);
    }
    bool is_sole_owner(const Hold& hold) const {
        return hold.privilege == linecallprivilege_owner && owners(*hold.call) == 1;
    }

    std::vector<std::shared_ptr<Hold>> holds_on(const PhysicalCall& call) const {
        std::vector<std::shared_ptr<Hold>> holds;
        for (const auto& [handle, hold] : calls.live())
            if (hold->call.get() == &call) holds.push_back(hold);
        return holds;
    }
    std::vector<std::shared_ptr<Line>> lines_of(Dword device) const {
        std::vector<std::shared_ptr<Line>> found;
        for (const auto& [handle, line] : lines.live())
            if (line->device == device) found.push_back(line);
        return found;
    }

    // ---- lines and applications end

    // `told` by a message: the device has closed it.
    void end_line(const std::shared_ptr<Line>& line, const char* why, Dword told) {
        const bool forced = told != 0 && told != never_told;
        line->closed = true;
        for (const auto& request : requests)
            if (request->line == line) suppress(*request);
        std::erase_if(due, [&](const Due& part) { return part.request->line == line; });
        const auto live = calls.live();
        for (const auto& [handle, hold] : live) {
            if (hold->line != line) continue;
            const bool ends = forced || (is_sole_owner(*hold) && devices[line->device].drops_on_close);
            void_handle(hold, why, told, !forced);
            ++ledger.counted.handles_voided;
            if (ends) change_state(*hold->call, linecallstate_idle, 0, why);
        }
        if (!forced)
            throw_away(*line->app, [&](const Letter& letter) {
                return letter.line == line && (!keep_stale || letter.message.dwMessageID == abi::line_reply);
            });
        lines.remove(line->handle, {why, line->app, told});
    }

    void end_app(const std::shared_ptr<App>& app, const char* why, Dword told) {
        const auto live = lines.live();
        for (const auto& [handle, line] : live)
            if (line->app == app) end_line(line, why, told);
        app->gone = true;
        ledger.counted.messages_unread += static_cast<Dword>(app->queue.size());
        app->queue.clear();
        if (app->uses(abi::lineinitializeexoption_useevent)) platform_.close_event(app->endpoint);
        if (app->uses(abi::lineinitializeexoption_usehiddenwindow)) platform_.close_window(app->endpoint);
        apps.remove(app->handle, {why, app, told});
        changed_.notify_all();
    }

    // ---- requests

    /// The number of the request, whose reply and effect come as its script says.
    Long accept(std::shared_ptr<Request> request, Lock& lock) {
        ++ledger.counted.requests;
        request->id = static_cast<Long>(++last_request_);
        requests.push_back(request);
        if (request->function == Function::drop) ++request->call->drops_under_way;

        const Script& script = request->script;
        const bool reply_first = !script.effect_first || request->function == Function::make_call;
        for (const When when : {When::before_return, When::at_once, When::on_release, When::later}) {
            for (const bool reply : {reply_first, !reply_first})
                if ((reply ? script.reply_when : script.effect_when) == when) arrange(request, reply, when);
            if (when == When::before_return && (script.reply_when == when || script.effect_when == when))
                let_handle(request->line->app, lock);
        }
        settle();
        return request->id;
    }

    void arrange(const std::shared_ptr<Request>& request, bool reply, When when) {
        const Script& script = request->script;
        if (when == When::later) {
            at(script.delay_ms, [this, request, reply] { run(*request, reply); });
        } else if (when == When::on_release) {
            due.push_back({request, reply, script.release_after == 0 ? 0 : messages + script.release_after});
        } else {
            run(*request, reply);
        }
    }
    void run(Request& request, bool reply) { reply ? this->reply(request) : take_effect(request); }

    // What waits for messages that have come by now.
    void settle() {
        const auto is_due = [this](const Due& part) { return part.at != 0 && part.at <= messages; };
        for (auto part = due.begin(); (part = std::find_if(due.begin(), due.end(), is_due)) != due.end();) {
            const Due now = std::move(*part);
            due.erase(part);
            run(*now.request, now.reply);
        }
    }

    void suppress(Request& request) {
        if (std::exchange(request.replied, true)) return;
        ++ledger.counted.replies_suppressed;
        if (request.function == Function::drop) --request.call->drops_under_way;
    }

    void reply(Request& request) {
        if (request.replied) return;
        if (request.line->closed || is_lost(request)) return suppress(request);
        request.replied = true;
        ++ledger.counted.replies;
        if (request.function == Function::drop) --request.call->drops_under_way;
        check_that_user_user_info_is_kept(request);

        request.result = request.script.reply;
        if (request.function == Function::answer && request.result == 0 && !is_offered(*request.call))
            request.result = lineerr_invalcallstate;
        if (request.function == Function::make_call && request.result == 0) {
            request.call = begin_call(request.line->device, std::move(request.info));
            request.hold = add_hold(request.call, request.line, linecallprivilege_owner);
        }
        const DwordPtr result = request.script.zero_extended ? static_cast<Dword>(request.result)
                                                             : static_cast<DwordPtr>(std::intptr_t{request.result});
        const bool is_new = request.function == Function::make_call && request.hold;
        tell(request.line, {0, abi::line_reply, 0, static_cast<DwordPtr>(request.id), result, 0}, nullptr,
             is_new ? request.place : nullptr, is_new ? request.hold->handle : 0);
        if (is_new) give_to_monitors(request.call, request.line.get());
    }

    bool is_lost(const Request& request) const {
        return request.hold && request.hold->dead &&
               (request.line->version < version_2_0 || devices[request.line->device].replies_lost);
    }

    // Whoever has given bytes along keeps them until the reply.
    void check_that_user_user_info_is_kept(const Request& request) {
        if (!request.uui || (request.hold && request.hold->dead)) return;
        if (std::string(request.uui, request.uui_copy.size()) != request.uui_copy)
            ledger.violation("lineDrop", request.hold->handle, "its user-user info was changed before the reply");
    }

    void take_effect(Request& request) {
        if (!request.call) return; // a make-call that failed
        PhysicalCall& call = *request.call;
        const Script& script = request.script;
        switch (script.effect) {
        case Effect::none: return;
        case Effect::idle: return change_state(call, linecallstate_idle, 0, "drop");
        case Effect::inactive: return change_state(call, linecallstate_connected, lineconnectedmode_inactive, "");
        case Effect::disconnected_then_idle:
            change_state(call, linecallstate_disconnected, linedisconnectmode_normal, "");
            return change_state(call, linecallstate_idle, 0, "drop");
        case Effect::ordinary: break;
        }
        if (script.reply < 0) return;
        if (request.function == Function::drop) change_state(call, linecallstate_idle, 0, "drop");
        if (request.function == Function::answer && is_offered(call))
            change_state(call, linecallstate_connected, lineconnectedmode_active, "");
        if (request.function == Function::make_call) dial(request);
    }

    static bool is_offered(const PhysicalCall& call) {
        return (call.state & (linecallstate_offering | linecallstate_accepted)) != 0;
    }

    void dial(const Request& request) {
        const auto call = request.call;
        const auto found = dials.find(request.address);
        const Dial dial = found == dials.end() ? Dial() : found->second;
        change_state(*call, linecallstate_dialing, 0, "");
        change_state(*call, linecallstate_proceeding, 0, "");
        switch (dial.outcome) {
        case Outcome::nothing: break;
        case Outcome::rings: change_state(*call, linecallstate_ringback, 0, ""); break;
        case Outcome::answers:
            change_state(*call, linecallstate_ringback, 0, "");
            change_state(*call, linecallstate_connected, lineconnectedmode_active, "");
            break;
        case Outcome::busy: change_state(*call, linecallstate_busy, dial.mode, ""); break;
        case Outcome::rejects: change_state(*call, linecallstate_disconnected, dial.mode, ""); break;
        case Outcome::idle: change_state(*call, linecallstate_idle, 0, "the remote party"); break;
        }
        if (dial.hang_up_ms != 0)
            at(dial.hang_up_ms,
               [this, call, dial] { change_state(*call, linecallstate_disconnected, dial.hang_up_mode, ""); });
    }

    // ---- scripts and time

    Script script_for(Dword device, Function function) {
        for (const Dword whose : {device, any_device}) {
            auto& next = next_scripts[{whose, function}];
            if (next.empty()) continue;
            const Script script = next.front().script;
            if (--next.front().times == 0) next.erase(next.begin());
            return script;
        }
        for (const Dword whose : {device, any_device})
            if (const auto found = usual_scripts.find({whose, function}); found != usual_scripts.end())
                return found->second;
        return {};
    }

    long long now_ms() const {
        using namespace std::chrono;
        return time_ms != 0 ? time_ms : duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    }

    // A thread, from the first time that something is to happen by itself.
    void at(Dword delay_ms, std::function<void()> what) {
        timeline.emplace(std::chrono::steady_clock::now() + std::chrono::milliseconds(delay_ms), std::move(what));
        if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
        changed_.notify_all();
    }
    void work() {
        Lock lock(mutex_);
        while (!over_) {
            if (timeline.empty()) {
                changed_.wait(lock);
            } else if (const auto due_at = timeline.begin()->first; due_at > std::chrono::steady_clock::now()) {
                changed_.wait_until(lock, due_at);
            } else {
                const auto what = std::move(timeline.extract(timeline.begin()).mapped());
                what();
                settle();
            }
        }
    }

    Platform& platform_;
    std::mutex mutex_;
    std::condition_variable changed_;

private:
    Dword count(const PhysicalCall& call, Dword privilege) const {
        const auto& live = calls.live();
        return static_cast<Dword>(std::count_if(live.begin(), live.end(), [&](const auto& entry) {
            return entry.second->call.get() == &call && entry.second->privilege == privilege;
        }));
    }

    Dword last_request_ = 0; // unique beyond a reset
    std::thread worker_;
    bool over_ = false;
};

} // namespace tapi2_double
