// SPDX-License-Identifier: BSL-1.0

// Makes a call by TAPI, waits for the other party to hang up, or hangs up after a time, and prints the call record from the
// handle that is still valid. Windows; link tapi32.
//
//     5_tapi_call [--device N] [--hang-up-after SECONDS] ADDRESS

#include <wrapup/providers/tapi2.hpp>
#include <wrapup/providers/tapi2_system.hpp>
#include <wrapup/wait.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace tapi2 = wrapup::tapi2;
using tapi2::Provider;

struct Request {
    std::uint32_t device = 0;
    std::optional<double> hang_up_after; // seconds
    std::string address;
};

Request parse(int count, char** words) {
    Request request;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        const bool has_value = i + 1 < count;
        if (word == "--device" && has_value) request.device = static_cast<std::uint32_t>(std::atoi(words[++i]));
        else if (word == "--hang-up-after" && has_value) request.hang_up_after = std::atof(words[++i]);
        else if (request.address.empty() && !word.empty() && word[0] != '-') request.address = word;
        else request.address.clear(), i = count;
    }
    if (request.address.empty()) {
        std::fprintf(stderr, "usage: 5_tapi_call [--device N] [--hang-up-after SECONDS] ADDRESS\n");
        std::exit(2);
    }
    return request;
}

const char* who(wrapup::Origin origin) {
    switch (origin) {
    case wrapup::Origin::user: return "us";
    case wrapup::Origin::application: return "this program";
    case wrapup::Origin::remote: return "the other party";
    case wrapup::Origin::service: break;
    }
    return "the service";
}

std::string time_of_day(std::chrono::system_clock::time_point point) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(point);
    char text[32];
    std::strftime(text, sizeof text, "%H:%M:%S", std::gmtime(&seconds));
    return text;
}

void print_party(const char* label, const std::optional<tapi2::Party>& party) {
    if (party) std::printf("  %-10s %s %s\n", label, party->address.c_str(), party->name.c_str());
}

// The call is over; its handle is valid until the release, so TAPI can be asked.
void report(const wrapup::Session<Provider>& call) {
    const auto& ending = *call.termination();
    std::printf("  %-10s %s\n", "ended by", who(ending.origin));
    if (ending.cause) std::printf("  %-10s %s\n", "cause", to_string(*ending.cause).c_str());
    if (const auto info = call.query(&Provider::call_info)) {
        print_party("caller", info->caller);
        print_party("called", info->called);
        print_party("connected", info->connected);
    }
    if (!ending.statistics) return;
    const tapi2::CallRecord& record = *ending.statistics;
    if (record.connected) std::printf("  %-10s %s\n", "answered", time_of_day(*record.connected).c_str());
    std::printf("  %-10s %s\n", "ended", time_of_day(record.ended).c_str());
    std::printf("  %-10s %.1f s\n", "talked", std::chrono::duration<double>(record.duration()).count());
}

int main(int count, char** words) try {
    const Request request = parse(count, words);
    tapi2::Options options;
    options.device = request.device;
    options.application = "5_tapi_call";
    options.on_state = [](tapi2::Call call, tapi2::CallState state) {
        std::printf("call %u: %s\n", static_cast<unsigned>(call.number()), to_string(state));
    };
    tapi2::Line line(tapi2::system(), options);

    auto call = wrapup::Session<Provider>::open(line, request.address);
    if (!request.hang_up_after) wrapup::wait(call);
    else if (!wrapup::wait_for(call, std::chrono::duration<double>(*request.hang_up_after))) {
        if (const auto refused = call.drop()) std::printf("not dropped: %s\n", refused.message().c_str());
        if (!wrapup::wait_for(call, std::chrono::seconds(5))) std::printf("the end is not confirmed\n");
    }
    std::printf("the call to %s\n", request.address.c_str());
    if (call.termination()) report(call);
    call.release(); // or its destructor, or the line's
} catch (const std::exception& error) {
    std::fprintf(stderr, "5_tapi_call: %s\n", error.what());
    return 1;
}
