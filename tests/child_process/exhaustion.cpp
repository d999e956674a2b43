// SPDX-License-Identifier: BSL-1.0

// Whatever runs out while a child is started, and at whichever step: there is no session then, no process, no zombie and no
// descriptor. A program of its own, since it replaces the allocator and a system call for all of the program.

#include <wrapup/providers/process.hpp>
#include <wrapup/wait.hpp>

#include "../support/replaced_new.hpp"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace process = wrapup::process;
using Call = wrapup::Session<process::Provider>;

namespace {

thread_local long allocations_left = -1; // negative: as many as one likes
thread_local long epoll_calls_left = -1;
thread_local bool failed = false;

bool runs_out(long& left) noexcept {
    if (left < 0) return false;
    failed = left == 0;
    --left; // what has failed is well again
    return failed;
}

} // namespace

void* support::allocate(std::size_t size) noexcept {
    return runs_out(allocations_left) ? nullptr : std::malloc(size ? size : 1);
}

extern "C" int epoll_ctl(int epoll, int operation, int number, epoll_event* event) noexcept {
    if (operation == EPOLL_CTL_ADD && runs_out(epoll_calls_left)) {
        errno = ENOSPC;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, number, event));
}

namespace {

int complaints = 0;

void check(bool holds, const char* what, const char* where, long n) {
    if (holds) return;
    ++complaints;
    std::fprintf(stderr, "%s, where %s number %ld fails\n", what, where, n);
}

std::ptrdiff_t descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

bool has_children() {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Does something once for each of its steps that can fail, and fails it. The attempt sets what is left when it is prepared.
template <class Attempt>
void fail_each(const char* where, long& left, Attempt attempt) {
    for (long n = 0;; ++n) {
        const auto before = descriptors();
        failed = false;
        const bool refused = attempt(left, n);
        check(refused == failed, failed ? "the failure was not told" : "there was no reason to refuse", where, n);
        check(!has_children(), "a child is left", where, n);
        check(descriptors() == before, "a descriptor is left", where, n);
        if (!failed) {
            std::printf("%s: %ld steps can fail\n", where, n);
            check(n > 0, "nothing failed", where, n);
            return;
        }
    }
}

bool start_service(long& left, long n) {
    bool refused = false;
    try {
        left = n;
        const process::Service service;
        left = -1;
    } catch (const std::bad_alloc&) {
        refused = true;
    } catch (const std::system_error&) {
        refused = true;
    }
    left = -1;
    return refused;
}

bool open_child(long& left, long n) {
    const std::vector<std::string> argv{"sleep", "600"};
    const process::Options options{.environment = std::vector<std::string>{"NAME=value"}, .directory = "/"};
    process::Service service;
    std::error_code error;
    Call call;
    bool refused = false;
    try {
        left = n;
        call = Call::open(error, service, argv, options);
        left = -1;
    } catch (const std::bad_alloc&) {
        refused = true;
    }
    left = -1;
    refused = refused || error;
    if (refused) check(!has_children() && service.outstanding().empty(), "a child was left to the service", "open", n);
    check(refused == !call, "there is a session", "open", n);
    return refused;
}

bool adopt_child(long& left, long n) {
    const pid_t pid = ::fork();
    if (pid == 0)
        for (;;) ::pause();
    std::error_code error;
    bool refused = false;
    std::optional<Call> call;
    process::Service service;
    process::Provider provider(service);
    try {
        left = n;
        const auto id = provider.adopt(error, pid);
        if (!error) call.emplace(id, provider);
    } catch (const std::bad_alloc&) {
        refused = true;
    }
    left = -1;
    // Adopting in vain leaves the child alone; a session that does not come about has ended and reaped it, or will have.
    if (!call && service.outstanding().empty()) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    return refused || error;
}

bool list_children(long& left, long n) {
    process::Service service;
    const Call one = Call::open(service, std::vector<std::string>{"sleep", "600"});
    const Call two = Call::open(service, std::vector<std::string>{"sleep", "600"});
    bool refused = false;
    try {
        left = n;
        const auto children = service.outstanding();
        left = -1;
        check(children.size() == 2, "not all are listed", "outstanding", n);
    } catch (const std::bad_alloc&) {
        refused = true;
    }
    left = -1;
    check(one.phase() == wrapup::Phase::active && two.phase() == wrapup::Phase::active, "a child has ended",
          "outstanding", n);
    return refused;
}

} // namespace

int main() {
    fail_each("allocation of the service", allocations_left, start_service);
    fail_each("registration of the service", epoll_calls_left, start_service);
    fail_each("allocation of open", allocations_left, open_child);
    fail_each("registration of open", epoll_calls_left, open_child);
    fail_each("allocation of adopt", allocations_left, adopt_child);
    fail_each("allocation of outstanding", allocations_left, list_children);
    fail_each("registration of adopt", epoll_calls_left, adopt_child);
    return complaints == 0 ? 0 : 1;
}
