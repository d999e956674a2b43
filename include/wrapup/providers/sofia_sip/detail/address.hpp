// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/detail/sofia.hpp>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace wrapup::sofia::detail {

// As sofia has it: a number, `*` for any that is free, or none for the usual one.
inline bool is_port(const char* port) noexcept {
    const std::string_view text = port ? port : "*";
    if (text == "*") return true;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

// Whether one can listen there, and why not: nua_create does not say, leaves memory behind where it cannot, and takes no empty
// URI. A name is left to it. There are no certificates for `sips`. *Source:* freeswitch/sofia-sip #45. @throws std::bad_alloc
inline std::error_code try_to_listen(const std::string& uri) {
    const Home home;
    const url_t* const url = url_make(home.get(), uri.c_str());
    if (!url || url->url_type != url_sip || !url->url_host || !*url->url_host || !is_port(url->url_port))
        return make_error_code(std::errc::invalid_argument);
    if (std::string(url->url_host) == "*") return {};
    std::string host = url->url_host;
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    const std::string port = !url->url_port ? "5060" : std::string(url->url_port) == "*" ? "0" : url->url_port;

    addrinfo wanted{};
    wanted.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) return {};
    std::error_code error;
    const int one = ::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
    if (one < 0 || ::bind(one, found->ai_addr, found->ai_addrlen) != 0)
        error = std::error_code(errno, std::system_category());
    if (one >= 0) ::close(one);
    ::freeaddrinfo(found);
    return error;
}

} // namespace wrapup::sofia::detail
