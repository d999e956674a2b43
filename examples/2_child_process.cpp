// SPDX-License-Identifier: BSL-1.0

// Runs a command as a session: it ends by itself, at the time-out or on Ctrl-C, and is asked afterwards what happened.
//
//     child_process --timeout 5s -- command arguments...
//
// The exit status is that of timeout(1).

#include <wrapup/monitor.hpp>
#include <wrapup/providers/process.hpp>
#include <wrapup/wait.hpp>

#include <pthread.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace process = wrapup::process;
using process::Provider;
using process::Signal;
using std::chrono::milliseconds;

enum : int { timed_out_status = 124, own_failure = 125, not_executable = 126, not_found = 127, killed_status = 128 };

constexpr const char* usage =
    "usage: child_process [--timeout DURATION] [--kill-after DURATION] [--foreground] -- COMMAND [ARGUMENT...]\n"
    "\n"
    "Runs COMMAND, and says who ended it, why, how long it took and what it used.\n"
    "\n"
    "  --timeout DURATION     end it with SIGTERM after that time; 0, the default, is never\n"
    "  --kill-after DURATION  kill it if it has not ended that long after it was asked to; 5s; 0 is never\n"
    "  --foreground           leave it in this process group: it can read from the terminal, and Ctrl-C reaches it too\n"
    "\n"
    "DURATION is a whole number of ms, s, m or h; without a unit, of seconds. Ctrl-C and SIGTERM end the command with\n"
    "SIGTERM; a second one kills it.\n"
    "\n"
    "Exit status: that of COMMAND; 124 after a time-out (137 if it had to be killed), 125 if child_process itself fails,\n"
    "126 if COMMAND cannot be executed, 127 if it is not found, 128 + the signal that killed it.\n";

[[noreturn]] void refuse(const std::string& complaint) {
    std::fprintf(stderr, "child_process: %s\n\n%s", complaint.c_str(), usage);
    std::exit(own_failure);
}

// Nothing stands for "never".
using Limit = std::optional<milliseconds>;

Limit parse_duration(std::string_view option, std::string_view text) {
    milliseconds::rep count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    const milliseconds::rep factor = unit == "ms"                  ? 1
                                     : unit == "s" || unit.empty() ? 1000
                                     : unit == "m"                 ? 60'000
                                     : unit == "h"                 ? 3'600'000
                                                                   : 0;
    if (error != std::errc() || count < 0 || factor == 0)
        refuse(std::string(option) + ": '" + std::string(text) + "' is not a duration such as 500ms, 5s, 2m or 1h");
    if (count > std::numeric_limits<milliseconds::rep>::max() / factor)
        refuse(std::string(option) + ": '" + std::string(text) + "' is too long");
    return count == 0 ? Limit() : Limit(count * factor);
}

struct Request {
    Limit timeout;
    Limit kill_after = std::chrono::seconds(5);
    bool foreground = false;
    std::span<char*> command;
};

Request parse(std::span<char*> arguments) {
    Request request;
    while (!arguments.empty() && arguments[0][0] == '-') {
        std::string_view option = arguments[0];
        arguments = arguments.subspan(1);
        if (option == "--") break;
        if (option == "--help") {
            std::fputs(usage, stdout);
            std::exit(0);
        }
        if (option == "--foreground") {
            request.foreground = true;
            continue;
        }
        std::string_view value;
        if (const auto equals = option.find('='); equals != option.npos) {
            value = option.substr(equals + 1);
            option = option.substr(0, equals);
        } else if (!arguments.empty()) {
            value = arguments[0];
            arguments = arguments.subspan(1);
        }
        if (option == "--timeout") request.timeout = parse_duration(option, value);
        else if (option == "--kill-after") request.kill_after = parse_duration(option, value);
        else refuse("unknown option '" + std::string(option) + "'");
    }
    if (arguments.empty()) refuse("no command");
    request.command = arguments;
    return request;
}

template <class Handle>
bool is_over_within(const Handle& call, Limit limit) {
    if (limit) return wrapup::wait_for(call, *limit);
    wrapup::wait(call);
    return true;
}

// Ctrl-C, and whoever else wants this program to end, ends the command. Woken by a signal too when there is no more to do.
void obey(const sigset_t& signals, const wrapup::Controller<Provider>& call, Limit kill_after) {
    int signal = 0;
    ::sigwait(&signals, &signal);
    if (call.termination()) return;
    call.drop();
    if (kill_after) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(*kill_after);
        const timespec patience{seconds.count(), static_cast<long>((*kill_after - seconds).count()) * 1'000'000};
        ::sigtimedwait(&signals, nullptr, &patience);
    } else {
        ::sigwait(&signals, &signal);
    }
    if (!call.termination()) call.abort();
}

const char* who(wrapup::Origin origin) {
    switch (origin) {
    case wrapup::Origin::user: return "user (this program got a signal)";
    case wrapup::Origin::application: return "application (the time-out)";
    case wrapup::Origin::remote: return "remote (the command itself, or another process)";
    case wrapup::Origin::service: break;
    }
    return "service";
}

// All of it from the identifier and the termination: the process is gone, but not forgotten.
void report(const char* command, const wrapup::Session<Provider>& call) {
    const auto& ending = *call.termination();
    const auto status = call.query(&Provider::status);
    const auto used = call.query(&Provider::usage).value_or(process::Usage());
    const auto seconds = [](auto time) { return std::chrono::duration<double>(time).count(); };
    std::fprintf(stderr, "child_process: %s (process %d)\n", command, static_cast<int>(call.id().pid()));
    std::fprintf(stderr, "  ended by  %s%s\n", who(ending.origin), ending.contested ? ", contested" : "");
    std::fprintf(stderr, "  cause     %s\n", status ? to_string(*status).c_str() : "unknown");
    std::fprintf(stderr, "  took      %.3f s\n", seconds(ending.ended - ending.began));
    std::fprintf(stderr, "  used      %.3f s user, %.3f s system, %.1f MiB peak memory\n", seconds(used.user),
                 seconds(used.system), static_cast<double>(used.peak_memory) / (1024 * 1024));
}

int exit_status(const wrapup::Session<Provider>& call) {
    const auto status = call.query(&Provider::status);
    if (!status) return own_failure;
    const bool timed_out = call.termination()->origin == wrapup::Origin::application;
    if (const auto signal = status->signal(); signal && (!timed_out || *signal == Signal{SIGKILL}))
        return killed_status + signal->number;
    return timed_out ? timed_out_status : status->code().value_or(own_failure);
}

int run(const Request& request) {
    std::signal(SIGCHLD, SIG_DFL); // whoever started us may have ignored it; then there would be no exit status
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    process::Service service;
    std::error_code error;
    auto call = wrapup::Session<Provider>::open(error, service, request.command,
                                                process::Options{.own_group = !request.foreground});
    if (error) {
        std::fprintf(stderr, "child_process: cannot run '%s': %s\n", request.command[0], error.message().c_str());
        if (error == std::errc::no_such_file_or_directory) return not_found;
        const bool ours = error == std::errc::resource_unavailable_try_again || error == std::errc::not_enough_memory ||
                          error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system;
        return ours ? own_failure : not_executable;
    }

    std::thread obedient([&] { obey(signals, wrapup::Controller(call), request.kill_after); });
    if (!is_over_within(call, request.timeout)) {
        call.disconnect(Signal{SIGTERM});
        if (!is_over_within(call, request.kill_after)) call.abort();
    }
    wrapup::wait(call);
    ::pthread_kill(obedient.native_handle(), SIGTERM);
    obedient.join();

    report(request.command[0], call);
    const int result = exit_status(call);
    call.release();
    return result;
}

int main(int count, char** arguments) {
    try {
        return run(parse(std::span(arguments, static_cast<std::size_t>(count)).subspan(count > 0 ? 1 : 0)));
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "child_process: %s\n", failure.what());
        return own_failure;
    }
}
