// SPDX-License-Identifier: BSL-1.0

// A telephone call by SIP as a session: placed or taken, ended by Ctrl-C, after a time, or by the other side, and asked
// afterwards what happened.
//
//     sip_call --hang-up-after 3s sip:user@host:port
//     sip_call --listen sip:127.0.0.1:5060

#include <wrapup/monitor.hpp>
#include <wrapup/providers/sofia_sip.hpp>
#include <wrapup/wait.hpp>

#include <pthread.h>
#include <sofia-sip/su_log.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sofia = wrapup::sofia;
using sofia::Provider;
using std::chrono::milliseconds;
using Call = wrapup::Session<Provider>;

enum : int { succeeded = 0, not_connected = 1, own_failure = 125 };

constexpr const char* usage =
    "usage: sip_call [--hang-up-after DURATION] [--local URI] sip:user@host[:port]\n"
    "       sip_call [--hang-up-after DURATION] --listen sip:host:port\n"
    "\n"
    "Places a call, or takes the first one that comes in, and says who ended it, and why. It carries no sound.\n"
    "\n"
    "  --hang-up-after DURATION   end it that long after it was answered; without it, never\n"
    "  --listen                   take a call: the URI is the address of this machine to listen at, `*` for any free port\n"
    "  --local URI                the address of this machine to call from; sip:127.0.0.1:*\n"
    "  --timers T1,PATIENCE       for how long an answer is waited for: 500ms,32s\n"
    "\n"
    "DURATION is a whole number of ms, s, m or h; without a unit, of seconds. Ctrl-C and SIGTERM end the call; a second one\n"
    "does not wait for the other side's answer.\n"
    "\n"
    "Exit status: 0 if they could speak, 1 if not, 125 if sip_call itself fails.\n";

[[noreturn]] void refuse(const std::string& complaint) {
    std::fprintf(stderr, "sip_call: %s\n\n%s", complaint.c_str(), usage);
    std::exit(own_failure);
}

milliseconds parse_duration(std::string_view option, std::string_view text) {
    milliseconds::rep count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    const milliseconds::rep factor = unit == "ms"                  ? 1
                                     : unit == "s" || unit.empty() ? 1000
                                     : unit == "m"                 ? 60'000
                                     : unit == "h"                 ? 3'600'000
                                                                   : 0;
    if (error != std::errc() || count < 0 || factor == 0 ||
        count > std::numeric_limits<milliseconds::rep>::max() / factor)
        refuse(std::string(option) + ": '" + std::string(text) + "' is not a duration such as 500ms, 5s, 2m or 1h");
    return milliseconds(count * factor);
}

struct Request {
    std::optional<milliseconds> hang_up_after;
    bool listens = false;
    std::string uri;
    sofia::Options options;
};

Request parse(const std::vector<std::string_view>& words) {
    Request request;
    bool is_local_given = false;
    for (auto word = words.begin(); word != words.end(); ++word) {
        std::string_view option = *word;
        if (option == "--help") {
            std::fputs(usage, stdout);
            std::exit(succeeded);
        }
        if (option == "--listen") {
            request.listens = true;
            continue;
        }
        if (option.substr(0, 2) != "--") {
            if (!request.uri.empty()) refuse("more than one address");
            request.uri = option;
            continue;
        }
        std::string_view value;
        if (const auto equals = option.find('='); equals != option.npos) {
            value = option.substr(equals + 1);
            option = option.substr(0, equals);
        } else if (word + 1 != words.end()) {
            value = *++word;
        }
        if (option == "--hang-up-after") {
            request.hang_up_after = parse_duration(option, value);
        } else if (option == "--local") {
            request.options.url = value;
            is_local_given = true;
        } else if (option == "--timers") {
            const auto comma = value.find(',');
            request.options.t1 = parse_duration(option, value.substr(0, comma));
            request.options.patience = parse_duration(option, comma == value.npos ? "32s" : value.substr(comma + 1));
        } else {
            refuse("unknown option '" + std::string(option) + "'");
        }
    }
    if (request.uri.empty()) refuse("no address");
    if (request.listens && is_local_given) refuse("--local is the address to call from; one listens at the other one");
    if (request.listens) request.options.url = request.uri;
    return request;
}

// Where the service's thread leaves what it hears, for main to go on with.
class Desk {
public:
    void put(Call call) {
        {
            const std::lock_guard lock(mutex_);
            if (taken_) return; // busy: it is refused as it goes
            taken_ = true;
            call_.emplace(std::move(call));
        }
        changed_.notify_all();
    }
    void enter(sofia::CallState state) {
        const std::lock_guard lock(mutex_); // also where it is for the waiting one alone: it looks at the termination
        answered_ = answered_ || state == sofia::CallState::ready;
        changed_.notify_all();
    }
    void give_up() {
        const std::lock_guard lock(mutex_);
        given_up_ = true;
        changed_.notify_all();
    }
    // Nothing where nobody wants to wait any more; a call that has come in is refused as it goes.
    [[nodiscard]] std::optional<Call> take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return call_ || given_up_; });
        return given_up_ ? std::nullopt : std::exchange(call_, std::nullopt);
    }
    // @returns whether they can speak
    [[nodiscard]] bool wait_for_answer(const wrapup::Monitor<Provider>& call) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return answered_ || call.termination(); });
        return answered_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Call> call_;
    bool taken_ = false, answered_ = false, given_up_ = false;
};

const char* who(wrapup::Origin origin) {
    switch (origin) {
    case wrapup::Origin::user: return "user (this program got a signal)";
    case wrapup::Origin::application: return "application (the time was up)";
    case wrapup::Origin::remote: return "remote (the other side)";
    case wrapup::Origin::service: break;
    }
    return "service (the stack)";
}

std::string at(std::optional<sofia::Timeline::TimePoint> time) {
    if (!time) return "never";
    const std::time_t seconds = std::chrono::system_clock::to_time_t(*time);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char text[16];
    std::strftime(text, sizeof text, "%H:%M:%S", &local);
    const auto thousandths = std::chrono::floor<milliseconds>(time->time_since_epoch()).count() % 1000;
    return std::string(text) + '.' + std::to_string(1000 + thousandths).substr(1);
}

std::string party(const sofia::Party& party) {
    return (party.display.empty() ? "" : '"' + party.display + "\" ") + '<' + party.uri + '>' +
           (party.tag ? ";tag=" + *party.tag : "");
}

// From the session that is over, and not released.
void report(const Call& call) {
    const auto& ending = *call.termination();
    const auto info = call.query(&Provider::call_info).value_or(sofia::CallInfo());
    const double spoken = std::chrono::duration<double>(info.times.duration()).count();
    std::printf("sip_call: %s call %s\n", to_string(info.direction), info.call_id.c_str());
    std::printf("  ended by  %s%s\n", who(ending.origin), ending.contested ? ", contested" : "");
    std::printf("  cause     %s\n", ending.cause ? to_string(*ending.cause).c_str() : "unknown");
    std::printf("  local     %s\n", party(info.local).c_str());
    std::printf("  remote    %s\n", party(info.remote).c_str());
    std::printf("  contact   %s\n", info.contact ? info.contact->c_str() : "none");
    std::printf("  invited   %s, ringing %s, answered %s, ended %s\n", at(info.times.invited).c_str(),
                at(info.times.ringing).c_str(), at(info.times.answered).c_str(), at(info.times.ended).c_str());
    std::printf("  spoken    %.3f s\n", spoken);
}

// Ctrl-C, and whoever else wants this program to end, ends the call; asked twice, without waiting for the other side. A thread
// that waits for signals, which is woken by one too when there is no more to do.
class Obedience {
public:
    Obedience(const sigset_t& signals, Desk& desk) : desk_(desk), thread_([this, signals] { obey(signals); }) {}
    Obedience(const Obedience&) = delete;
    Obedience& operator=(const Obedience&) = delete;
    ~Obedience() {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
        }
        ::pthread_kill(thread_.native_handle(), SIGTERM);
        thread_.join();
    }

    void control(Call& call) {
        const std::lock_guard lock(mutex_);
        call_.emplace(call);
        if (asked_ > 0) call_->drop();
        if (asked_ > 1) call_->abort();
    }

private:
    void obey(const sigset_t& signals) {
        for (;;) {
            int signal = 0;
            ::sigwait(&signals, &signal);
            const std::lock_guard lock(mutex_);
            if (done_) return;
            if (call_ && asked_ > 0) call_->abort();
            else if (call_) call_->drop();
            ++asked_;
            desk_.give_up(); // after the drop, by which an end may have been published here
        }
    }

    Desk& desk_;
    std::mutex mutex_;
    std::optional<wrapup::Controller<Provider>> call_;
    unsigned asked_ = 0; // how many times
    bool done_ = false;
    std::thread thread_;
};

int run(Request request) {
    // The stack's own complaints are those of the call, which says them better.
    ::su_log_redirect(
        nullptr, [](void*, const char*, va_list) {}, nullptr);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    Desk desk;
    request.options.on_state = [&](sofia::Call, sofia::CallState state) {
        std::printf("sip_call: %s\n", to_string(state));
        desk.enter(state);
    };
    if (request.listens) request.options.on_call = [&](Call call) { desk.put(std::move(call)); };
    sofia::Service service(request.options);

    std::optional<Call> call; // it outlives those who look at it
    Obedience obedience(signals, desk);
    if (request.listens) {
        std::printf("sip_call: listening at %s\n", service.contact().c_str());
        call = desk.take();
        if (!call) return not_connected;
        if (const std::error_code error = call->query(&Provider::answer, std::string_view()))
            std::printf("sip_call: cannot be answered: %s\n", error.message().c_str());
    } else {
        std::error_code error;
        call.emplace(Call::open(error, service, request.uri));
        if (error) {
            std::fprintf(stderr, "sip_call: cannot call '%s': %s\n", request.uri.c_str(), error.message().c_str());
            return own_failure;
        }
    }
    obedience.control(*call);
    const bool answered = desk.wait_for_answer(wrapup::Monitor<Provider>(*call));
    if (answered && request.hang_up_after && !wrapup::wait_for(*call, *request.hang_up_after))
        call->disconnect(sofia::Reason{.q850 = 16, .text = "the time is up"});
    wrapup::wait(*call);
    report(*call);
    return answered ? succeeded : not_connected;
}

int main(int count, char** arguments) {
    try {
        return run(parse(std::vector<std::string_view>(arguments + (count > 0 ? 1 : 0), arguments + count)));
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "sip_call: %s\n", failure.what());
        return own_failure;
    }
}
