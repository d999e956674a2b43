// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/process/kernel.hpp>
#include <wrapup/providers/process/options.hpp>

#include <spawn.h>

#include <concepts>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace wrapup::process {

/// A command line: a range of strings, such as `std::vector<std::string>`, `std::array{"sleep", "10"}` or
/// `std::span(argv, argc)`. Not one string: nothing here takes a command line apart.
template <class T>
concept CommandLine = requires(const T& argv) {
    { *std::begin(argv) } -> std::convertible_to<std::string_view>;
    { std::begin(argv) != std::end(argv) } -> std::convertible_to<bool>;
};

namespace detail {

// Strings as exec wants them.
class Strings {
public:
    template <CommandLine Range>
    explicit Strings(const Range& range) {
        for (const std::string_view one : range) copies_.emplace_back(one);
        for (auto& one : copies_) pointers_.push_back(one.data());
        pointers_.push_back(nullptr);
    }
    Strings(const Strings&) = delete;
    Strings& operator=(const Strings&) = delete;

    // Whether the strings arrive as they are: what lies behind a NUL would be lost in silence.
    [[nodiscard]] bool whole() const noexcept {
        for (const auto& one : copies_)
            if (one.find('\0') != one.npos) return false;
        return true;
    }
    [[nodiscard]] bool empty() const noexcept { return copies_.empty(); }
    [[nodiscard]] char* const* data() const noexcept { return pointers_.data(); }

private:
    std::vector<std::string> copies_;
    std::vector<char*> pointers_;
};

struct SpawnAttributes {
    posix_spawnattr_t value;
    SpawnAttributes() noexcept { ::posix_spawnattr_init(&value); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&value); }
};

struct SpawnActions {
    posix_spawn_file_actions_t value;
    SpawnActions() noexcept { ::posix_spawn_file_actions_init(&value); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&value); }
};

// A program that holds sessions blocks and ignores signals for reasons of its own. The child starts with none blocked, and
// what would end it, `SIGTERM` and `SIGPIPE`, or loses the exit status of its own children, `SIGCHLD`, is not ignored.
inline void set_signals(SpawnAttributes& attributes, short flags) noexcept {
    sigset_t none, usual;
    ::sigemptyset(&none);
    ::sigemptyset(&usual);
    for (const int signal : {SIGTERM, SIGPIPE, SIGCHLD}) ::sigaddset(&usual, signal);
    ::posix_spawnattr_setsigmask(&attributes.value, &none);
    ::posix_spawnattr_setsigdefault(&attributes.value, &usual);
    ::posix_spawnattr_setflags(&attributes.value,
                               static_cast<short>(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

// Starts a program, without a shell, and returns when it has been executed or could not be. It is found as a shell would
// find it; a script must name its interpreter.
inline std::error_code spawn(pid_t& pid, const Strings& argv, const Strings* environment,
                             const Options& options) noexcept {
    SpawnAttributes attributes;
    set_signals(attributes, options.own_group ? POSIX_SPAWN_SETPGROUP : 0); // group 0: its own

    SpawnActions actions;
    int error = 0;
    if (options.directory) error = ::posix_spawn_file_actions_addchdir_np(&actions.value, options.directory->c_str());
    // One that is itself a standard stream is copied out of the way: an earlier action would have replaced it.
    Descriptor copies[3];
    const std::optional<int>* const streams[] = {&options.in, &options.out, &options.err};
    for (int stream = 0; stream < 3 && !error; ++stream) {
        if (!*streams[stream]) continue;
        int source = **streams[stream];
        if (source < 3) {
            copies[stream] = Descriptor(::fcntl(source, F_DUPFD_CLOEXEC, 3));
            if (!copies[stream]) return system_error(errno);
            source = copies[stream].number();
        }
        error = ::posix_spawn_file_actions_adddup2(&actions.value, source, stream);
    }
    if (!error)
        error = ::posix_spawnp(&pid, argv.data()[0], &actions.value, &attributes.value, argv.data(),
                               environment ? environment->data() : environ);
    return error ? system_error(error) : std::error_code();
}

} // namespace detail
} // namespace wrapup::process
