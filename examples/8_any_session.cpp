// SPDX-License-Identifier: BSL-1.0

// One application for every service: it opens a session, waits for its end or ends it, and asks afterwards what happened. From
// service to service only two things differ: how a session is opened, and what there is to ask.
//
//     8_any_session [--end-after SECONDS] child COMMAND [ARGUMENT...]    Linux
//     8_any_session [--end-after SECONDS] sip URI                        with sofia-sip
//     8_any_session [--end-after SECONDS] tapi ADDRESS                   Windows; link tapi32
//     8_any_session [--end-after SECONDS] tapi3 DESTINATION              Windows; link ole32, oleaut32

#include <wrapup/provider.hpp>
#include <wrapup/session.hpp>
#include <wrapup/wait.hpp>

#if defined(__linux__)
#include <wrapup/providers/process.hpp>
#endif
#if __has_include(<sofia-sip/nua.h>)
#include <wrapup/providers/sofia_sip.hpp>
#endif
#if defined(_WIN32)
#include <wrapup/providers/tapi2.hpp>
#include <wrapup/providers/tapi2_system.hpp>
#include <wrapup/providers/tapi3.hpp>
#include <wrapup/providers/tapi3_system.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using Seconds = std::chrono::duration<double>;

// ---- what there is to ask of a session that is over, and not released

#if defined(__linux__)
std::string ask(const wrapup::process::Provider& provider, const wrapup::process::Instance& child) {
    const auto usage = provider.usage(child).value_or(wrapup::process::Usage());
    return std::to_string((usage.user + usage.system).count()) + " us on a processor";
}
#endif
#if __has_include(<sofia-sip/nua.h>)
std::string ask(const wrapup::sofia::Provider& provider, const wrapup::sofia::Call& call) {
    const auto info = provider.call_info(call);
    return info ? "called " + info->remote.uri + ", call " + info->call_id : "nothing is known";
}
#endif
#if defined(_WIN32)
std::string ask(wrapup::tapi2::Provider& provider, const wrapup::tapi2::Call& call) {
    const auto info = provider.call_info(call);
    return info && info->called ? "called " + info->called->address : "nothing is known";
}
std::string ask(wrapup::tapi3::Provider& provider, const wrapup::tapi3::Call& call) {
    const auto info = provider.call_info(call);
    return info ? "called " + info->called.number.value_or("somebody") : "nothing is known";
}
#endif

// ---- the application

template <class Provider>
void report(const wrapup::Session<Provider>& session) {
    const auto& ending = *session.termination();
    std::printf("ended by %s%s\n", to_string(ending.origin), ending.contested ? ", contested" : "");
    if (ending.cause) std::printf("cause: %s\n", std::string(to_string(*ending.cause)).c_str());
    std::printf("%s\n", session.query([](auto& provider, const auto& id) { return ask(provider, id); }).c_str());
}

// Whether it is over.
template <class Provider>
bool end(wrapup::Session<Provider>& session) {
    if (const std::error_code refused = session.drop()) std::printf("not dropped: %s\n", refused.message().c_str());
    if (wrapup::wait_for(session, std::chrono::seconds(5))) return true;
    if constexpr (wrapup::Aborts<Provider>) session.abort();
    return wrapup::wait_for(session, std::chrono::seconds(5));
}

template <class Provider, class... Arguments>
int run(std::optional<Seconds> limit, Arguments&&... arguments) {
    auto session = wrapup::Session<Provider>::open(std::forward<Arguments>(arguments)...);
    bool over = true;
    if (!limit) wrapup::wait(session);
    else over = wrapup::wait_for(session, *limit) || end(session);
    if (over) report(session);
    else std::printf("its end is not confirmed\n");
    return over ? 0
                : 1; // the session releases itself: ended or not, its identifier and memory go, here and in the service
}

// ---- how a session is opened

int open_and_run(std::string_view service, std::optional<Seconds> limit, std::span<char*> arguments) {
#if defined(__linux__)
    if (service == "child") {
        wrapup::process::Service children;
        return run<wrapup::process::Provider>(limit, children, arguments);
    }
#endif
#if __has_include(<sofia-sip/nua.h>)
    if (service == "sip") {
        wrapup::sofia::Service stack;
        return run<wrapup::sofia::Provider>(limit, stack, arguments[0]);
    }
#endif
#if defined(_WIN32)
    if (service == "tapi") {
        wrapup::tapi2::Line line(wrapup::tapi2::system(), {.device = 0, .application = "8_any_session"});
        return run<wrapup::tapi2::Provider>(limit, line, arguments[0]);
    }
    if (service == "tapi3") {
        wrapup::tapi3::Telephony telephony(wrapup::tapi3::system(), {});
        return run<wrapup::tapi3::Provider>(limit, telephony, arguments[0]);
    }
#endif
    std::fprintf(stderr, "8_any_session: there is no service '%s' here\n", std::string(service).c_str());
    return 2;
}

int main(int count, char** words) try {
    std::span<char*> arguments(words, static_cast<std::size_t>(count));
    arguments = arguments.subspan(count > 0 ? 1 : 0);
    std::optional<Seconds> limit;
    bool wrong = false;
    if (arguments.size() > 1 && arguments[0] == std::string_view("--end-after")) {
        char* end = nullptr;
        limit.emplace(std::strtod(arguments[1], &end));
        wrong = end == arguments[1] || *end != '\0';
        arguments = arguments.subspan(2);
    }
    if (wrong || arguments.size() < 2) {
        std::fprintf(stderr, "usage: 8_any_session [--end-after SECONDS] child|sip|tapi|tapi3 WHAT...\n");
        return 2;
    }
    return open_and_run(arguments[0], limit, arguments.subspan(1));
} catch (const std::exception& error) {
    std::fprintf(stderr, "8_any_session: %s\n", error.what());
    return 2;
}
