// SPDX-License-Identifier: BSL-1.0

// Makes a call by TAPI 3, waits for the other party to hang up, or hangs up after a time, and prints the call record from the
// object that is still there. Windows; link ole32 and oleaut32.
//
//     6_tapi3_call [--address N] [--hang-up-after SECONDS] DESTINATION

#include <wrapup/providers/tapi3.hpp>
#include <wrapup/providers/tapi3_system.hpp>
#include <wrapup/wait.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace tapi3 = wrapup::tapi3;
using tapi3::Provider;

struct Request {
    std::uint32_t address = 0;
    std::optional<double> hang_up_after; // seconds
    std::string destination;
};

Request parse(int count, char** words) {
    Request request;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        const bool has_value = i + 1 < count;
        if (word == "--address" && has_value) request.address = static_cast<std::uint32_t>(std::atoi(words[++i]));
        else if (word == "--hang-up-after" && has_value) request.hang_up_after = std::atof(words[++i]);
        else if (request.destination.empty() && !word.empty() && word[0] != '-') request.destination = word;
        else request.destination.clear(), i = count;
    }
    if (request.destination.empty()) {
        std::fprintf(stderr, "usage: 6_tapi3_call [--address N] [--hang-up-after SECONDS] DESTINATION\n");
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

void print_party(const char* label, const tapi3::Party& party) {
    if (party.number || party.name)
        std::printf("  %-10s %s %s\n", label, party.number.value_or("").c_str(), party.name.value_or("").c_str());
}

// The call is over; its object is there until the release, so TAPI can be asked.
void report(const wrapup::Session<Provider>& call) {
    const auto& ending = *call.termination();
    std::printf("  %-10s %s\n", "ended by", who(ending.origin));
    if (ending.cause) std::printf("  %-10s %s\n", "cause", to_string(*ending.cause).c_str());
    if (const auto info = call.query(&Provider::call_info)) {
        print_party("caller", info->caller);
        print_party("called", info->called);
        print_party("connected", info->connected);
    }
    if (ending.statistics)
        std::printf("  %-10s %.1f s\n", "talked", std::chrono::duration<double>(ending.statistics->duration()).count());
}

int main(int count, char** words) try {
    const Request request = parse(count, words);
    tapi3::Options options;
    options.address = request.address;
    options.on_state = [](tapi3::Call, tapi3::CallState state) { std::printf("%s\n", to_string(state)); };
    tapi3::Telephony telephony(tapi3::system(), options);

    auto call = wrapup::Session<Provider>::open(telephony, request.destination);
    if (!request.hang_up_after) wrapup::wait(call);
    else if (!wrapup::wait_for(call, std::chrono::duration<double>(*request.hang_up_after))) {
        if (const auto refused = call.drop()) std::printf("not dropped: %s\n", refused.message().c_str());
        if (!wrapup::wait_for(call, std::chrono::seconds(5))) std::printf("the end is not confirmed\n");
    }
    std::printf("the call to %s\n", request.destination.c_str());
    if (call.termination()) report(call);
    call.release(); // or its destructor, or the service's
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "6_tapi3_call: %s\n", error.what());
    return 1;
}
