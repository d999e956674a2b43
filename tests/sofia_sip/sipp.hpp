// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// @file
/// The other side of a call: SIPp, which plays a scenario of ours on a port of 127.0.0.1 that was free.

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX has it declared by the program

namespace support {

/// Returns whether it held within ten seconds.
template <class Holds>
[[nodiscard]] bool eventually(Holds holds) {
    for (int i = 0; i < 5000; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return holds();
}

/// A socket of UDP on 127.0.0.1.
class Udp {
public:
    Udp() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = at(0);
        if (socket_ < 0 || ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no port");
        socklen_t size = sizeof address;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    Udp(const Udp&) = delete;
    Udp& operator=(const Udp&) = delete;
    ~Udp() { ::close(socket_); }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    void send(std::uint16_t port, std::string_view text) const {
        const sockaddr_in address = at(port);
        static_cast<void>(::sendto(socket_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                                   sizeof address));
    }

    /// The next message, or nothing in ten seconds.
    [[nodiscard]] std::string receive() const {
        const timeval limit{10, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return receive(0);
    }
    /// The next message, or nothing where none has come.
    [[nodiscard]] std::string receive_now() const { return receive(MSG_DONTWAIT); }

private:
    [[nodiscard]] std::string receive(int flags) const {
        std::string text(65536, '\0');
        const ssize_t length = ::recv(socket_, text.data(), text.size(), flags);
        text.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
        return text;
    }
    static sockaddr_in at(std::uint16_t port) noexcept {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    const int socket_;
    std::uint16_t port_ = 0;
};

class Sipp {
public:
    using Arguments = std::vector<std::string>;
    using Replacements = std::vector<std::pair<std::string, std::string>>;

    /// Waits for calls. @param scenario the name of a file in scenarios/, without its extension; in which words are replaced
    explicit Sipp(const std::string& scenario, const Arguments& more = {}, int calls = 1,
                  const Replacements& replacements = {}) {
        begin(scenario, more, calls, replacements);
        if (!eventually([&] { return listens() || status_; }) || status_) fail("does not listen");
    }
    /// Calls whoever is reached at the URI.
    static Sipp that_calls(const std::string& scenario, const std::string& uri, Arguments more = {}, int calls = 1,
                           const Replacements& replacements = {}) {
        more.insert(more.begin(), uri.substr(uri.find(':') + 1));
        return Sipp(scenario, more, calls, replacements, Caller());
    }
    Sipp(Sipp&& other) noexcept
        : directory_(std::exchange(other.directory_, {})),
          port_(other.port_),
          pid_(std::exchange(other.pid_, 0)),
          status_(other.status_) {}
    Sipp& operator=(Sipp&&) = delete;
    ~Sipp() {
        kill();
        std::error_code ignored;
        if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string uri(const std::string& user = "sipp") const {
        return "sip:" + user + "@127.0.0.1:" + std::to_string(port_);
    }

    /// Whether it has ended by now. One that has not is asked to, so that it writes down what it has seen.
    [[nodiscard]] bool has_come_to_its_end() {
        if (eventually([&] { return has_ended(); })) return true;
        ::kill(pid_, SIGUSR1);
        static_cast<void>(eventually([&] { return has_ended(); }));
        kill();
        return false;
    }
    /// The same, and it has seen what the scenario expects in every call. Says what it has seen otherwise.
    [[nodiscard]] bool is_content() {
        const bool ended = has_come_to_its_end();
        if (ended && status_ == 0) return true;
        std::fprintf(stderr, "SIPp: status %d\n%s%s\n", status_.value_or(-1), read("errors.log").c_str(),
                     read("messages.log").c_str());
        return false;
    }
    void kill() noexcept {
        if (pid_ == 0 || has_ended()) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
        status_ = -1;
    }

    /// Tells the scenario of a call to go on.
    void tell(const std::string& call_id) const {
        const Udp socket;
        const std::string to = "127.0.0.1:" + std::to_string(port_);
        socket.send(port_, "INFO sip:" + to + " SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:" +
                               std::to_string(socket.port()) + ";branch=z9hG4bK" + call_id +
                               "\r\nFrom: <sip:test@127.0.0.1>;tag=1\r\nTo: <sip:" + to + ">\r\nCall-ID: " + call_id +
                               "\r\nCSeq: 1 INFO\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n");
    }

    /// A file that it has written: messages.log, errors.log, log.log, or what was asked for.
    [[nodiscard]] std::string read(const char* name) const {
        std::ostringstream text;
        text << std::ifstream(directory_ / name).rdbuf();
        return text.str();
    }

private:
    struct Caller {};
    Sipp(const std::string& scenario, const Arguments& more, int calls, const Replacements& replacements, Caller) {
        begin(scenario, more, calls, replacements);
    }

    void begin(const std::string& scenario, const Arguments& more, int calls, const Replacements& replacements) {
        std::string name = (std::filesystem::temp_directory_path() / "wrapup-sipp-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no directory");
        directory_ = name;
        port_ = Udp().port(); // free again, and hardly somebody else's before SIPp has taken it
        std::ostringstream text;
        text << std::ifstream(std::string(WRAPUP_SIPP_SCENARIOS) + '/' + scenario + ".xml").rdbuf();
        std::string played = text.str();
        for (const auto& [word, by] : replacements)
            for (std::size_t at = 0; (at = played.find(word, at)) != std::string::npos; at += by.size())
                played.replace(at, word.size(), by);
        std::ofstream(directory_ / "scenario.xml") << played;
        Arguments words{WRAPUP_SIPP,           "-sf",         "scenario.xml",        "-i",
                        "127.0.0.1",           "-p",          std::to_string(port_), "-m",
                        std::to_string(calls), "-nostdin",    "-trace_err",          "-error_file",
                        "errors.log",          "-trace_logs", "-log_file",           "log.log"};
        if (calls == 1) words.insert(words.end(), {"-trace_msg", "-message_file", "messages.log"});
        words.insert(words.end(), more.begin(), more.end());
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);

        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addchdir_np(&actions, directory_.c_str());
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
        const int error = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        if (error != 0) fail("cannot be started");
    }

    [[noreturn]] void fail(const char* why) const {
        throw std::runtime_error(std::string("SIPp ") + why + ": " + read("errors.log"));
    }

    bool has_ended() noexcept {
        int status = 0;
        if (pid_ == 0) return true;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
        pid_ = 0;
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        return true;
    }

    // *Source:* proc(5), /proc/net/udp and tcp
    bool listens() {
        has_ended();
        char address[16];
        std::snprintf(address, sizeof address, "0100007F:%04X", port_);
        for (const char* const name : {"/proc/net/udp", "/proc/net/tcp"}) {
            std::ifstream sockets(name);
            for (std::string line; std::getline(sockets, line);)
                if (line.find(address) < 20) return true;
        }
        return false;
    }

    std::filesystem::path directory_;
    std::uint16_t port_ = 0;
    pid_t pid_ = 0;
    std::optional<int> status_;
};

} // namespace support
