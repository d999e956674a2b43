// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace support {

// A service that records every call in order and does in it what the test says. For one thread.
struct Script {
    using Notifier = wrapup::Notifier<std::string>;

    std::vector<std::string> calls;
    std::set<int> alive;
    std::map<int, Notifier> notifiers;
    std::function<std::error_code(int)> on_drop;
    std::function<std::error_code(int)> on_abort;
    std::function<void(int)> on_watch;
    std::function<void(int)> on_open;
    std::function<void(int)> on_snapshot;
    std::function<void(int)> on_deallocate;
    std::error_code open_error;
    long now = 0;

    int begin(int id) {
        alive.insert(id);
        return id;
    }
    Notifier& notifier(int id = 1) { return notifiers[id]; }
    void record(const char* what, int id) { calls.push_back(what + (" " + std::to_string(id))); }
    std::error_code run(const std::function<std::error_code(int)>& action, int id) {
        return action ? action(id) : std::error_code();
    }
    void run(const std::function<void(int)>& action, int id) {
        if (action) action(id);
    }
};

// A provider of it that can do everything but wait.
struct Scripted {
    using Identifier = int;
    using Cause = std::string;
    using Reason = std::string;

    Script* script;

    Scripted(Script& s) noexcept : script(&s) {}

    int open(std::error_code& error, Script::Notifier notifier, int id) {
        script->record("open", id);
        if ((error = script->open_error)) return 0;
        script->begin(id);
        script->notifiers[id] = std::move(notifier);
        script->run(script->on_open, id);
        return id;
    }
    void watch(int id, Script::Notifier notifier) noexcept {
        script->record("watch", id);
        script->notifiers[id] = std::move(notifier);
        script->run(script->on_watch, id);
    }
    std::error_code drop(int id) noexcept {
        script->record("drop", id);
        return script->run(script->on_drop, id);
    }
    std::error_code drop(int id, const std::string& reason) noexcept {
        script->record(("drop for " + reason).c_str(), id);
        return script->run(script->on_drop, id);
    }
    std::error_code abort(int id) noexcept {
        script->record("abort", id);
        return script->run(script->on_abort, id);
    }
    int snapshot(int id) noexcept {
        script->record("snapshot", id);
        script->run(script->on_snapshot, id);
        return id * 100;
    }
    void deallocate(int id) noexcept {
        script->record("deallocate", id);
        if (script->alive.erase(id) != 1) script->record("WRONG: not alive", id);
        script->run(script->on_deallocate, id);
    }
    long now() const noexcept { return script->now; }
    bool is_alive(int id) const noexcept { return script->alive.count(id) == 1; }
};

// The same without notices: an inline session.
struct Local {
    using Identifier = int;
    using Reason = std::string;

    Script* script;

    Local(Script& s) noexcept : script(&s) {}

    int open(std::error_code& error, int id) {
        script->record("open", id);
        error = script->open_error;
        return error ? 0 : script->begin(id);
    }
    std::error_code drop(int id) noexcept { return Scripted(*script).drop(id); }
    std::error_code drop(int id, const std::string& reason) noexcept { return Scripted(*script).drop(id, reason); }
    std::error_code abort(int id) noexcept { return Scripted(*script).abort(id); }
    int snapshot(int id) noexcept { return Scripted(*script).snapshot(id); }
    void deallocate(int id) noexcept { Scripted(*script).deallocate(id); }
    long now() const noexcept { return script->now; }
    bool is_alive(int id) const noexcept { return script->alive.count(id) == 1; }
};

// The same as `Scripted`, and it traces.
struct ScriptedTracing : Scripted {
    using Scripted::Scripted;
    void trace(const wrapup::Transition& t) noexcept {
        script->calls.push_back(std::string("trace ") + to_string(t.from) + " " + to_string(t.to) + " " +
                                to_string(t.origin) + (t.superseded ? " superseded" : "") +
                                (t.refusal ? " refused" : ""));
    }
};

using Calls = std::vector<std::string>;

inline const std::error_code refusal = make_error_code(std::errc::device_or_resource_busy);

} // namespace support
