// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tapi2/switchboard.hpp"

#include <cstring>
#include <limits>
#include <optional>

namespace tapi2_double {

/// TAPI 2 as it is documented, with devices, applications and calls of its own, for tests: it does to the letter what the
/// documents say, enforces the rules of handles, and keeps books on who breaks them.
///
/// *Thread safety:* every member from any thread.
class Exchange final : public Control, private Switchboard {
public:
    explicit Exchange(Platform& platform) : Switchboard(platform) { begin(); }
    ~Exchange() { end_all("the end of the double"); }

    // ---- TAPI

    Long lineInitializeExW(Handle* app, abi::Callback* callback, const char16_t* friendly_name, Dword* device_count,
                           Dword* version, abi::InitializeExParams* params) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineInitializeExW", 0);
        if (!service) return lineerr_service_not_running;
        if (const Script script = script_for(any_device, Function::initialize); script.returns <= 0)
            return script.returns;
        if (!app || !device_count || !version || !params) return lineerr_invalpointer;
        if (params->dwTotalSize < sizeof *params) return lineerr_structuretoosmall;
        const Dword options = params->dwOptions & 0xF;
        if (options < abi::lineinitializeexoption_usehiddenwindow ||
            options > abi::lineinitializeexoption_usecompletionport)
            return lineerr_invalparam;
        if (options == abi::lineinitializeexoption_usehiddenwindow && !callback) return lineerr_invalpointer;
        if (options == abi::lineinitializeexoption_usecompletionport && !params->handle) return lineerr_invalparam;
        if (*version < version_1_3) return lineerr_incompatibleapiversion;

        auto added = std::make_shared<App>();
        added->options = options;
        added->callback = callback;
        added->name = InfoText::text(friendly_name);
        added->thread = std::this_thread::get_id();
        added->handle = apps.add(added, reuse);
        if (options == abi::lineinitializeexoption_usehiddenwindow) {
            added->consumer = added->thread;
            added->endpoint = platform_.create_window(added->handle);
        } else if (options == abi::lineinitializeexoption_useevent) {
            added->endpoint = params->handle = platform_.create_event();
        } else {
            added->endpoint = params->handle;
            added->key = params->dwCompletionKey;
        }
        params->dwNeededSize = params->dwUsedSize = sizeof *params;
        *app = added->handle;
        *device_count = static_cast<Dword>(devices.size());
        *version = tapi_version;
        return 0;
    }

    Long lineNegotiateAPIVersion(Handle app, Dword device, Dword low, Dword high, Dword* version,
                                 abi::ExtensionId* extension) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineNegotiateAPIVersion", app);
        if (!service) return lineerr_service_not_running;
        if (!find(apps, "lineNegotiateAPIVersion", app)) return lineerr_invalapphandle;
        if (device >= devices.size()) return lineerr_baddeviceid;
        if (const Script script = script_for(device, Function::negotiate); script.returns <= 0) return script.returns;
        if (!version || !extension) return lineerr_invalpointer;
        const Dword highest = std::min({high, devices[device].highest_version, tapi_version});
        if (highest < std::max(low, devices[device].lowest_version)) return lineerr_incompatibleapiversion;
        *version = highest;
        *extension = {};
        return 0;
    }

    Long lineOpenW(Handle app, Dword device, Handle* line, Dword version, Dword, DwordPtr instance, Dword privileges,
                   Dword media_modes, const abi::CallParams*) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineOpenW", app);
        if (!service) return lineerr_service_not_running;
        const auto whose = find(apps, "lineOpenW", app);
        if (!whose) return lineerr_invalapphandle;
        if (device >= devices.size()) return lineerr_baddeviceid;
        if (const Script script = script_for(device, Function::open); script.returns <= 0) return script.returns;
        if (!line) return lineerr_invalpointer;
        if (version < devices[device].lowest_version ||
            version > std::min(devices[device].highest_version, tapi_version))
            return lineerr_incompatibleapiversion;
        const Dword asked = privileges & 7;
        if (asked == 0 || (asked & linecallprivilege_none && asked != linecallprivilege_none))
            return lineerr_invalprivselect;
        if (asked & linecallprivilege_owner && media_modes == 0) return lineerr_invalmediamode;

        auto added = std::make_shared<Line>();
        added->app = whose;
        added->device = device;
        added->version = version;
        added->privileges = asked;
        added->instance = instance;
        *line = added->handle = lines.add(added, reuse);
        return 0;
    }

    Long lineClose(Handle handle) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineClose", handle);
        if (!service) return lineerr_service_not_running;
        const auto line = find(lines, "lineClose", handle);
        if (!line) return lineerr_invallinehandle;
        if (const Script script = script_for(line->device, Function::close); script.returns <= 0) return script.returns;
        end_line(line, "lineClose", 0);
        settle();
        return 0;
    }

    Long lineShutdown(Handle handle) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineShutdown", handle);
        if (!service) return lineerr_service_not_running;
        const auto app = find(apps, "lineShutdown", handle);
        if (!app) return lineerr_invalapphandle;
        if (const Script script = script_for(any_device, Function::shutdown); script.returns <= 0)
            return script.returns;
        end_app(app, "lineShutdown", 0);
        settle();
        return 0;
    }

    Long lineMakeCallW(Handle handle, Handle* call, const char16_t* address, Dword country,
                       const abi::CallParams* params) noexcept {
        Lock lock(mutex_);
        ledger.call("lineMakeCallW", handle);
        if (!service) return lineerr_service_not_running;
        const auto line = find(lines, "lineMakeCallW", handle);
        if (!line) return lineerr_invallinehandle;
        const Script script = script_for(line->device, Function::make_call);
        if (script.returns <= 0) return script.returns;
        if (!call) return lineerr_invalpointer;

        auto request = std::make_shared<Request>();
        request->function = Function::make_call;
        request->script = script;
        request->line = line;
        request->place = call;
        request->address = InfoText::text(address);
        request->info.plain.origin = linecallorigin_outbound;
        request->info.plain.country_code = country;
        request->info.called = {linecallpartyid_address, request->address, {}};
        request->info.displayable_address = request->address;
        request->info.app_name = line->app->name;
        if (params)
            if (const Long error = read_call_params(params, request->info); error != 0) return error;
        return accept(std::move(request), lock);
    }

    Long lineAnswer(Handle handle, const char* user_user_info, Dword size) noexcept {
        Lock lock(mutex_);
        ledger.call("lineAnswer", handle);
        if (!service) return lineerr_service_not_running;
        const auto hold = find(calls, "lineAnswer", handle);
        if (!hold) return lineerr_invalcallhandle;
        if (hold->privilege != linecallprivilege_owner) return lineerr_notowner;
        if (!is_offered(*hold->call)) return lineerr_invalcallstate;
        return ask(hold, Function::answer, user_user_info, size, lock);
    }

    Long lineDrop(Handle handle, const char* user_user_info, Dword size) noexcept {
        Lock lock(mutex_);
        ledger.call("lineDrop", handle);
        if (!service) return lineerr_service_not_running;
        const auto hold = find(calls, "lineDrop", handle);
        if (!hold) return lineerr_invalcallhandle;
        Books& counted = ledger.counted;
        const App& app = *hold->line->app;
        ++counted.drops;
        if (hold->privilege != linecallprivilege_owner) {
            ++counted.drops_on_monitors;
            if (!hold->was_owner || (!late_uses && hold->told_monitor != 0 && app.knows(hold->told_monitor)))
                ledger.violation("lineDrop", handle, "it is a monitor's");
            return lineerr_notowner;
        }
        if (hold->call->is_idle()) {
            ++counted.drops_at_idle;
            if (!late_uses && hold->told_idle != 0 && app.knows(hold->told_idle))
                ledger.violation("lineDrop", handle, "it is idle");
            return lineerr_invalcallstate;
        }
        return ask(hold, Function::drop, user_user_info, size, lock);
    }

    Long lineDeallocateCall(Handle handle) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineDeallocateCall", handle);
        if (!service) return lineerr_service_not_running;
        const auto hold = find(calls, "lineDeallocateCall", handle);
        if (!hold) return lineerr_invalcallhandle;
        Books& counted = ledger.counted;
        ++counted.deallocations;
        const Device& device = devices[hold->line->device];
        if (const Script script = script_for(hold->line->device, Function::deallocate); script.returns <= 0)
            return script.returns;
        const bool live = !hold->call->is_idle() && hold->privilege == linecallprivilege_owner;
        if (live && is_sole_owner(*hold) && (hold->line->version < version_2_0 || device.strict_deallocation))
            return lineerr_invalcallstate;
        if (live) {
            ++counted.deallocations_of_live;
            if (is_sole_owner(*hold)) hold->call->history += " (left without an owner)";
        }
        void_handle(hold, deallocated, 0, true);
        ++counted.handles_deallocated;
        return 0;
    }

    Long lineGetCallStatus(Handle handle, abi::CallStatus* status) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineGetCallStatus", handle);
        if (!service) return lineerr_service_not_running;
        const auto hold = find(calls, "lineGetCallStatus", handle);
        if (!hold) return lineerr_invalcallhandle;
        if (const Script script = script_for(hold->line->device, Function::call_status); script.returns <= 0)
            return script.returns;
        if (!status) return lineerr_invalpointer;
        const Dword total = status->dwTotalSize, fixed = call_status_size(hold->line->version);
        if (total < fixed) return lineerr_structuretoosmall;

        PhysicalCall& call = *hold->call;
        abi::CallStatus filled{};
        VariableSize rest(status, total, fixed);
        filled.dwTotalSize = total;
        filled.dwCallState = call.state;
        filled.dwCallStateMode = mode_for(call, hold->line->version);
        filled.dwCallPrivilege = hold->privilege;
        if (hold->privilege == linecallprivilege_owner && !call.is_idle()) {
            filled.dwCallFeatures = linecallfeature_drop;
            if (is_offered(call)) filled.dwCallFeatures |= linecallfeature_answer;
        }
        filled.dev_specific = rest.add(std::string(call.grown, '+'));
        filled.tStateEntryTime = system_time(call.entered_ms);
        filled.dwNeededSize = rest.needed();
        filled.dwUsedSize = rest.used();
        if (call.spoiled == Spoiled::needs_ever_more) filled.dwNeededSize = total + 16;
        std::memcpy(static_cast<void*>(status), &filled, fixed);
        grow_further(call);
        return 0;
    }

    Long lineGetCallInfoW(Handle handle, abi::CallInfo* info) noexcept {
        const Lock lock(mutex_);
        ledger.call("lineGetCallInfoW", handle);
        if (!service) return lineerr_service_not_running;
        const auto hold = find(calls, "lineGetCallInfoW", handle);
        if (!hold) return lineerr_invalcallhandle;
        if (const Script script = script_for(hold->line->device, Function::call_info); script.returns <= 0)
            return script.returns;
        if (!info) return lineerr_invalpointer;
        if (info->dwTotalSize < call_info_size(hold->line->version)) return lineerr_structuretoosmall;

        PhysicalCall& call = *hold->call;
        const Info& plain = call.info.plain;
        abi::CallInfo filled{};
        filled.dwTotalSize = info->dwTotalSize;
        filled.hLine = hold->line->handle;
        filled.dwLineDeviceID = call.device;
        filled.dwAddressID = plain.address_id;
        filled.dwBearerMode = plain.bearer_mode;
        filled.dwRate = plain.rate;
        filled.dwMediaMode = plain.media_mode;
        filled.dwCallID = plain.call_id == 0 ? call.number : plain.call_id;
        filled.dwRelatedCallID = plain.related_call_id;
        filled.dwCallStates = 0xFFFF;
        filled.dwOrigin = plain.origin;
        filled.dwReason = plain.reason;
        filled.dwCompletionID = plain.completion_id;
        filled.dwNumOwners = owners(call);
        filled.dwNumMonitors = monitors(call);
        filled.dwCountryCode = plain.country_code;
        filled.dwTrunk = plain.trunk;
        filled.dwCallTreatment = plain.treatment;
        write_call_info(filled, call.info, hold->line->version, call.grown, call.spoiled, info);
        grow_further(call);
        return 0;
    }

    Long lineGetMessage(Handle handle, abi::Message* message, Dword timeout) noexcept {
        Lock lock(mutex_);
        const auto app = apps.find(handle);
        if (!app) return lineerr_invalapphandle;
        if (!message) return lineerr_invalpointer;
        if (!app->uses(abi::lineinitializeexoption_useevent)) return lineerr_operationfailed;
        if (const Script script = script_for(any_device, Function::get_message); script.returns <= 0)
            return script.returns;
        came_for_more(*app);
        wait(lock, timeout, [&] { return app->gone || !app->queue.empty(); });
        if (app->gone) return lineerr_invalapphandle;
        if (app->queue.empty()) return lineerr_operationfailed;
        *message = take(*app);
        return 0;
    }

    // ---- what is called back, in the hidden window's thread

    /// Waits for a message to an application of this thread. @returns whether one has been called back
    bool call_back(Dword timeout) noexcept {
        Lock lock(mutex_);
        std::shared_ptr<App> app;
        wait(lock, timeout, [&] { return (app = called_here()) != nullptr; });
        return app && call_back(app, lock);
    }
    bool call_back_one(Handle handle) noexcept {
        Lock lock(mutex_);
        const auto app = apps.find(handle);
        return app && !app->queue.empty() && call_back(app, lock);
    }

    // ---- Control

    void reset() noexcept override {
        const Lock lock(mutex_);
        end_all("reset");
        platform_.forget_messages();
        begin();
    }
    Dword add_device(const Device& device) noexcept override {
        const Lock lock(mutex_);
        devices.push_back(device);
        return static_cast<Dword>(devices.size()) - 1;
    }
    void set_device(Dword id, const Device& device) noexcept override {
        const Lock lock(mutex_);
        devices.at(id) = device;
    }
    void set_tapi_version(Dword version) noexcept override {
        const Lock lock(mutex_);
        tapi_version = version;
    }
    void set_service(bool running) noexcept override {
        const Lock lock(mutex_);
        if (!running) end_all("the end of the service");
        service = running;
    }
    void reuse_handles(bool on) noexcept override {
        const Lock lock(mutex_);
        reuse = on;
    }
    void allow_late_uses(bool on) noexcept override {
        const Lock lock(mutex_);
        late_uses = on;
    }
    void keep_stale_messages(bool on) noexcept override {
        const Lock lock(mutex_);
        keep_stale = on;
    }
    void set_time(long long unix_ms) noexcept override {
        const Lock lock(mutex_);
        time_ms = unix_ms;
    }

    void usually(Dword device, Function function, const Script& script) noexcept override {
        const Lock lock(mutex_);
        usual_scripts.insert_or_assign({device, function}, script);
    }
    void next(Dword device, Function function, const Script& script, Dword times) noexcept override {
        const Lock lock(mutex_);
        if (times != 0) next_scripts[{device, function}].push_back({script, times});
    }
    Dword release_pending() noexcept override {
        const Lock lock(mutex_);
        const auto released = std::exchange(due, {});
        for (const Due& part : released) run(*part.request, part.reply);
        settle();
        return static_cast<Dword>(released.size());
    }
    void set_dial(const char16_t* address, const Dial& dial) noexcept override {
        const Lock lock(mutex_);
        dials.insert_or_assign(InfoText::text(address), dial);
    }

    Dword offer(Dword device, Dword privilege, const Info& info) noexcept override {
        const Lock lock(mutex_);
        const auto call = begin_call(device, InfoText(info));
        change_state(*call, linecallstate_offering, lineofferingmode_active, "");
        const auto open = lines_of(device);
        const auto owner = std::find_if(open.begin(), open.end(), [](const auto& line) {
            return (line->privileges & linecallprivilege_owner) != 0;
        });
        const bool is_ours = privilege == linecallprivilege_owner && owner != open.end();
        if (is_ours) give(call, *owner, linecallprivilege_owner);
        else call->owners_elsewhere = 1;
        if (privilege != linecallprivilege_none) give_to_monitors(call, is_ours ? owner->get() : nullptr);
        settle();
        return call->number;
    }
    void set_state(Dword number, Dword state, Dword mode) noexcept override {
        const Lock lock(mutex_);
        if (const auto call = physical(number)) change_state(*call, state, mode, "the remote party");
        settle();
    }
    void set_info(Dword number, const Info& info, Dword changed) noexcept override {
        const Lock lock(mutex_);
        const auto call = physical(number);
        if (!call) return;
        call->info = InfoText(info);
        if (changed == 0 || call->is_idle()) return;
        for (const auto& hold : holds_on(*call))
            tell(hold->line, {hold->handle, abi::line_callinfo, 0, changed, 0, 0}, hold);
        settle();
    }
    Handle hand_off(Dword number) noexcept override {
        const Lock lock(mutex_);
        const auto call = physical(number);
        if (!call) return 0;
        call->owners_elsewhere = 0;
        const auto holds = holds_on(*call);
        const auto open = lines_of(call->device);
        Handle handle = 0;
        if (!holds.empty()) {
            Hold& hold = *holds.front();
            hold.privilege = linecallprivilege_owner;
            hold.was_owner = true;
            hold.told_monitor = 0;
            hold.told_privilege = false;
            tell_state(holds.front());
            handle = hold.handle;
        } else if (!open.empty()) {
            handle = give(call, open.front(), linecallprivilege_owner);
        }
        settle();
        return handle;
    }
    void take_ownership(Dword number, bool told) noexcept override {
        const Lock lock(mutex_);
        const auto call = physical(number);
        if (!call) return;
        call->owners_elsewhere = 1;
        for (const auto& hold : holds_on(*call)) {
            if (hold->privilege != linecallprivilege_owner) continue;
            hold->privilege = linecallprivilege_monitor;
            hold->told_privilege = !told;
            if (!told) continue;
            tell_state(hold);
            hold->told_monitor = hold->line->app->sent;
        }
        settle();
    }
    void force_close(Dword device) noexcept override {
        const Lock lock(mutex_);
        for (const auto& line : lines_of(device))
            end_line(line, "LINE_CLOSE", tell(line, {line->handle, abi::line_close, 0, 0, 0, 0}));
        settle();
    }
    void send(const abi::Message& message) noexcept override {
        const Lock lock(mutex_);
        const auto hold = calls.find(message.hDevice);
        auto line = hold ? hold->line : lines.find(message.hDevice);
        if (!line && !lines.live().empty()) line = lines.live().begin()->second;
        abi::Message sent = message;
        if (line && sent.dwCallbackInstance == 0) sent.dwCallbackInstance = line->instance;
        const Death* death = calls.death(message.hDevice);
        if (line) post(*line->app, {sent, line, nullptr, nullptr, 0, 0});
        else if (death) post(*death->app, {sent, nullptr, nullptr, nullptr, 0, 0});
        else if (!apps.live().empty()) post(*apps.live().begin()->second, {sent, nullptr, nullptr, nullptr, 0, 0});
        settle();
    }
    void grow(Dword number, Dword bytes, Dword reads) noexcept override {
        const Lock lock(mutex_);
        const auto call = physical(number);
        if (!call) return;
        call->grow_by = bytes;
        call->grow_reads = reads;
    }
    void spoil(Dword number, Spoiled how) noexcept override {
        const Lock lock(mutex_);
        if (const auto call = physical(number)) call->spoiled = how;
    }

    Dword last_call() noexcept override {
        const Lock lock(mutex_);
        return static_cast<Dword>(physical_calls.size());
    }
    Dword call_of(Handle handle) noexcept override {
        const Lock lock(mutex_);
        const auto hold = calls.find(handle);
        return hold ? hold->call->number : 0;
    }
    Handle handle_of(Dword number) noexcept override {
        const Lock lock(mutex_);
        const auto call = physical(number);
        const auto holds = call ? holds_on(*call) : std::vector<std::shared_ptr<Hold>>();
        return holds.empty() ? 0 : holds.front()->handle;
    }
    Dword state_of(Dword number) noexcept override {
        const Lock lock(mutex_);
        const auto call = physical(number);
        return call ? call->state : 0;
    }
    Dword user_user_info_of(Dword number, void* data, Dword size) noexcept override {
        const Lock lock(mutex_);
        const auto call = physical(number);
        return call ? copy(call->user_user_info, data, size) : 0;
    }

    void read_books(Books& books) noexcept override {
        const Lock lock(mutex_);
        books = ledger.counted;
        books.handles_live = static_cast<Dword>(calls.live().size());
        books.lines_open = static_cast<Dword>(lines.live().size());
        books.apps_open = static_cast<Dword>(apps.live().size());
        books.requests_pending = static_cast<Dword>(
            std::count_if(requests.begin(), requests.end(), [](const auto& request) { return !request->replied; }));
        books.messages_held = platform_.messages_held();
    }
    Dword read_text(Text which, char* text, Dword size) noexcept override {
        const Lock lock(mutex_);
        return copy(which == Text::endings ? endings() : ledger.text(which), text, size);
    }
    void clear_books() noexcept override {
        const Lock lock(mutex_);
        ledger = Ledger();
    }
    bool wait_handled(Dword timeout_ms) noexcept override {
        Lock lock(mutex_);
        return wait(lock, timeout_ms, [&] {
            const auto& live = apps.live();
            return std::all_of(live.begin(), live.end(), [](const auto& app) { return app.second->has_handled_all(); });
        });
    }

    void port_waits(void* port) noexcept override {
        const Lock lock(mutex_);
        for (const auto& [handle, app] : apps.live())
            if (app->endpoint == port) came_for_more(*app);
    }
    void port_taken(void* port) noexcept override {
        const Lock lock(mutex_);
        for (const auto& [handle, app] : apps.live())
            if (app->endpoint == port) ++app->taken;
    }
    void port_closes(void* port) noexcept override {
        const Lock lock(mutex_);
        for (const auto& [handle, app] : apps.live())
            if (app->endpoint == port) ledger.violation("close_port", handle, "lineShutdown was not called before");
    }

private:
    static constexpr const char* deallocated = "lineDeallocateCall";

    void begin() {
        static_cast<State&>(*this) = State();
        // For the example.
        dials[u"5551001"] = {Outcome::answers, 0, 300, linedisconnectmode_normal};
        dials[u"5551002"] = {Outcome::busy, linebusymode_station};
        dials[u"5551003"] = {Outcome::rings};
        dials[u"5551004"] = {Outcome::answers};
    }
    void end_all(const char* why) {
        const auto live = apps.live();
        for (const auto& [handle, app] : live) end_app(app, why, never_told);
    }

    // What the handle stands for. Who uses one that he must know to be void breaks the rules.
    template <class T>
    std::shared_ptr<T> find(const Handles<T>& handles, const char* function, Handle handle) {
        auto found = handles.find(handle);
        if (found) return found;
        const Death* death = handles.death(handle);
        if (death && (death->told == never_told || (late_uses && death->told != 0))) return nullptr;
        if (death && !death->app->gone && !death->app->knows(death->told)) return nullptr;
        ++ledger.counted.dead_handle_uses;
        if (death && death->why == deallocated && std::string(function) == deallocated)
            ++ledger.counted.double_deallocations;
        ledger.violation(function, handle,
                         death ? std::string("the handle is void since ") + death->why
                               : "there never was such a handle");
        return nullptr;
    }

    Long ask(const std::shared_ptr<Hold>& hold, Function function, const char* user_user_info, Dword size, Lock& lock) {
        const Device& device = devices[hold->line->device];
        if (user_user_info && size > device.uui_limit) return lineerr_useruserinfotoobig;
        const Script script = script_for(hold->line->device, function);
        if (script.returns <= 0) return script.returns;
        auto request = std::make_shared<Request>();
        request->function = function;
        request->script = script;
        request->line = hold->line;
        request->hold = hold;
        request->call = hold->call;
        if (user_user_info && size != 0) {
            request->uui = user_user_info;
            request->uui_copy.assign(user_user_info, size);
            hold->call->user_user_info = request->uui_copy;
        }
        if (function == Function::drop) {
            ++ledger.counted.drops_accepted;
            if (hold->call->drops_under_way != 0) ++ledger.counted.drops_overlapping;
        }
        return accept(std::move(request), lock);
    }

    static Long read_call_params(const abi::CallParams* given, InfoText& info) {
        abi::CallParams params{};
        const Dword total = given->dwTotalSize;
        if (total < offsetof(abi::CallParams, dwPredictiveAutoTransferStates)) return lineerr_invalcallparams;
        std::memcpy(static_cast<void*>(&params), given, std::min<std::size_t>(total, sizeof params));
        if (params.dwMediaMode == 0) return lineerr_invalmediamode;
        const auto bytes_of = [&](abi::Field field) -> std::optional<std::string> {
            if (field.size > total || field.offset > total - field.size) return std::nullopt;
            return std::string(reinterpret_cast<const char*>(given) + field.offset, field.size);
        };
        const auto called_party = bytes_of(params.called_party), comment = bytes_of(params.comment),
                   user_user_info = bytes_of(params.user_user_info);
        if (!called_party || !comment || !user_user_info) return lineerr_invalcallparams;
        info.plain.bearer_mode = params.dwBearerMode;
        info.plain.media_mode = params.dwMediaMode;
        info.plain.rate = params.dwMaxRate;
        info.plain.address_id = params.dwAddressID;
        info.called_party = utf16(*called_party);
        info.comment = utf16(*comment);
        info.user_user_info = *user_user_info;
        return 0;
    }
    static std::u16string utf16(const std::string& bytes) {
        std::u16string text(bytes.size() / 2, u'\0');
        std::memcpy(text.data(), bytes.data(), 2 * text.size());
        while (!text.empty() && text.back() == u'\0') text.pop_back();
        return text;
    }

    static void grow_further(PhysicalCall& call) {
        if (call.grow_reads == 0) return;
        --call.grow_reads;
        call.grown += call.grow_by;
    }

    static abi::SystemTime system_time(long long ms) {
        using namespace std::chrono;
        const sys_time<milliseconds> time{milliseconds(ms)};
        const auto day = floor<days>(time);
        const year_month_day date(day);
        const hh_mm_ss clock(time - day);
        const auto word = [](auto number) { return static_cast<std::uint16_t>(number); };
        return {word(static_cast<int>(date.year())), word(static_cast<unsigned>(date.month())),
                word(weekday(day).c_encoding()),     word(static_cast<unsigned>(date.day())),
                word(clock.hours().count()),         word(clock.minutes().count()),
                word(clock.seconds().count()),       word(clock.subseconds().count())};
    }

    std::shared_ptr<PhysicalCall> physical(Dword number) const {
        return number == 0 || number > physical_calls.size() ? nullptr : physical_calls[number - 1];
    }
    std::string endings() const {
        std::string text;
        for (const auto& call : physical_calls)
            text += "call " + std::to_string(call->number) + ":" + call->history +
                    (call->is_idle() ? ", ended by " + call->ended_by : ", lives") + '\n';
        return text;
    }

    // An application that is called back in this thread, and has a message.
    std::shared_ptr<App> called_here() const {
        for (const auto& [handle, app] : apps.live())
            if (app->uses(abi::lineinitializeexoption_usehiddenwindow) && app->thread == std::this_thread::get_id() &&
                !app->queue.empty())
                return app;
        return nullptr;
    }
    bool call_back(const std::shared_ptr<App>& app, Lock& lock) {
        const abi::Message message = take(*app);
        lock.unlock();
        app->callback(message.hDevice, message.dwMessageID, message.dwCallbackInstance, message.dwParam1,
                      message.dwParam2, message.dwParam3);
        lock.lock();
        handled(*app);
        return true;
    }

    // 0xFFFFFFFF is for ever.
    template <class Condition>
    bool wait(Lock& lock, Dword timeout_ms, Condition condition) {
        if (timeout_ms != 0xFFFFFFFF) return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), condition);
        changed_.wait(lock, condition);
        return true;
    }

    static Dword copy(const std::string& from, void* to, Dword size) {
        if (to) std::memcpy(to, from.data(), std::min<std::size_t>(size, from.size()));
        return static_cast<Dword>(from.size());
    }
};

} // namespace tapi2_double
