// SPDX-License-Identifier: BSL-1.0
#include <wrapup/monitor.hpp>
#include <wrapup/providers/process.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/testing/catch2.hpp>
#include <wrapup/wait.hpp>

#include "support/catch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace process = wrapup::process;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using process::ExitStatus;
using process::Options;
using process::Provider;
using process::Service;
using process::Signal;
using wrapup::Origin;
using wrapup::Phase;
using Call = wrapup::Session<Provider>;

static_assert(wrapup::SessionProvider<Provider> && wrapup::Notifies<Provider> && wrapup::ReportsCause<Provider>);
static_assert(wrapup::AcceptsReason<Provider> && wrapup::Snapshots<Provider> && wrapup::Aborts<Provider>);
static_assert(wrapup::Timed<Provider> && !wrapup::Waits<Provider> && !wrapup::Traces<Provider>);
static_assert(wrapup::Opens<Provider, std::vector<std::string>> && wrapup::Opens<Provider, std::span<char*>, Options>);
static_assert(wrapup::Opens<Provider, std::array<const char*, 2>&>);
static_assert(!wrapup::Opens<Provider, const char*> && !wrapup::Opens<Provider, std::string>,
              "no command line is taken apart");
static_assert(std::regular<process::Instance> && std::is_nothrow_copy_constructible_v<process::Instance>);
static_assert(!std::is_copy_constructible_v<Service> && !std::is_move_constructible_v<Service>);
static_assert(std::is_nothrow_constructible_v<Provider, Service&> && !std::is_default_constructible_v<Provider>);

namespace {

std::set<int> descriptors() {
    std::set<int> open;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        const int number = std::stoi(entry.path().filename());
        if (::fcntl(number, F_GETFD) != -1)
            open.insert(number); // the iterator's own is gone by now, or is listed twice
    }
    std::erase_if(open, [](int number) { return ::fcntl(number, F_GETFD) == -1; });
    return open;
}

// Whether there is any child, alive or a zombie. Looks only.
bool has_children() {
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

template <class Predicate>
bool eventually(Predicate holds) {
    for (const auto deadline = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < deadline;) {
        if (holds()) return true;
        std::this_thread::sleep_for(2ms);
    }
    return holds();
}

// Every test ends by counting: no zombie, no descriptor. Declared before the service.
struct NothingIsLeft {
    std::set<int> before = descriptors();

    NothingIsLeft() { REQUIRE_FALSE(has_children()); }
    NothingIsLeft(const NothingIsLeft&) = delete;
    NothingIsLeft& operator=(const NothingIsLeft&) = delete;
    ~NothingIsLeft() {
        CHECK_FALSE(has_children());
        CHECK(descriptors() == before);
    }
};

struct Pipe {
    int ends[2]{};

    Pipe() { REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        ::close(ends[0]);
        close_in();
    }
    void close_in() {
        if (ends[1] >= 0) ::close(ends[1]);
        ends[1] = -1;
    }
    [[nodiscard]] int out() const { return ends[0]; }
    [[nodiscard]] int in() const { return ends[1]; }

    std::string read_all() {
        close_in();
        std::string text;
        char buffer[256];
        for (ssize_t count; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;)
            text.append(buffer, static_cast<std::size_t>(count));
        return text;
    }
    void read_line() const {
        char c = 0;
        while (::read(ends[0], &c, 1) == 1 && c != '\n') {
        }
    }
};

// A directory of its own, gone at the end.
struct Directory {
    fs::path path;

    Directory() {
        std::string name = (fs::temp_directory_path() / "wrapup-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { fs::remove_all(path); }
};

std::array<std::string, 3> shell(std::string script) { return {"sh", "-c", std::move(script)}; }

Call sleeper(Service& service) { return Call::open(service, std::array{"sleep", "600"}); }

// One that ignores SIGTERM, and does so already.
Call stubborn(Service& service) {
    const Pipe ready;
    auto call = Call::open(service, shell("trap '' TERM; echo; exec sleep 600 >/dev/null"), Options{.out = ready.in()});
    ready.read_line();
    return call;
}

// Waits until the process is over, whether or not the service has noticed.
void await_death(int pidfd) {
    pollfd one{pidfd, POLLIN, 0};
    while (::poll(&one, 1, 20'000) < 0 && errno == EINTR) {
    }
    REQUIRE((one.revents & POLLIN) != 0);
}

// Keeps the service's thread in a callback as long as it lives.
class Hold {
public:
    explicit Hold(Service& service) : call_(sleeper(service)), callback_(call_, Wait{*this}) {
        REQUIRE(::kill(call_.id().pid(), SIGKILL) == 0);
        REQUIRE(eventually([this] { return held_.load(); }));
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { let_go(); }
    void let_go() { go_on_ = true; }

private:
    struct Wait {
        Hold& hold;
        void operator()() const {
            hold.held_ = true;
            while (!hold.go_on_) std::this_thread::sleep_for(1ms);
        }
    };

    std::atomic<bool> held_{false}, go_on_{false};
    Call call_;
    wrapup::TerminationCallback<Provider, Wait> callback_;
};

struct IgnoredSignal {
    int number;
    struct sigaction former {};

    explicit IgnoredSignal(int signal) : number(signal) {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(number, &ignore, &former);
    }
    IgnoredSignal(const IgnoredSignal&) = delete;
    IgnoredSignal& operator=(const IgnoredSignal&) = delete;
    ~IgnoredSignal() { ::sigaction(number, &former, nullptr); }
};

} // namespace

// ---- values

TEST_CASE("process: an exit status is a code or a signal, never both", "[process]") {
    constexpr ExitStatus three = ExitStatus::exited(3);
    constexpr ExitStatus killed = ExitStatus::signaled(Signal{SIGKILL});
    constexpr ExitStatus crashed = ExitStatus::signaled(Signal{SIGSEGV}, true);
    STATIC_REQUIRE(three.code() == 3);
    STATIC_REQUIRE(!three.signal());
    STATIC_REQUIRE(!killed.code());
    STATIC_REQUIRE(killed.signal() == Signal{SIGKILL});
    STATIC_REQUIRE(!killed.core_dumped());
    STATIC_REQUIRE(crashed.core_dumped());
    STATIC_REQUIRE(three != ExitStatus::exited(4));
    CHECK(to_string(three) == "exited with 3");
    CHECK(to_string(killed) == "killed by SIGKILL (9)");
    CHECK(to_string(crashed) == "killed by SIGSEGV (11), core dumped");
    CHECK(to_string(ExitStatus::signaled(Signal{40})) == "killed by a real-time signal (40)");
}

// ---- how a child ends

TEST_CASE("process: a child that exits has ended the session by itself", "[process]") {
    const NothingIsLeft at_the_end;
    Service service;
    const int code = GENERATE(0, 3, 255);
    auto call = Call::open(service, shell("exit " + std::to_string(code)));
    wrapup::wait(call);
    REQUIRE(call.termination());
    CHECK(call.phase() == Phase::terminated);
    CHECK(call.termination()->origin == Origin::remote);
    CHECK_FALSE(call.termination()->contested);
    CHECK(call.termination()->cause == ExitStatus::exited(code));
    CHECK_FALSE(call.termination()->reason);
    CHECK(call.termination()->ended >= call.termination()->began);
}

TEST_CASE("process: a child that somebody else kills has been ended by the other side", "[process]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = sleeper(service);
    CHECK_FALSE(wrapup::wait_for(call, 50ms));
    CHECK_FALSE(call.query(&Provider::status));
    CHECK_FALSE(call.query(&Provider::usage));
    REQUIRE(::kill(call.id().pid(), SIGKILL) == 0);
    wrapup::wait(call);
    CHECK(call.termination()->origin == Origin::remote);
    CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGKILL}));
}

TEST_CASE("process: drop is SIGTERM, in the user's name, and the second one does nothing", "[process][drop]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = sleeper(service);
    CHECK_FALSE(call.drop());
    CHECK_FALSE(call.drop());
    wrapup::wait(call);
    CHECK_FALSE(call.drop());
    CHECK(call.termination()->origin == Origin::user);
    CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGTERM}));
    CHECK_FALSE(call.termination()->contested);
}

TEST_CASE("process: a child that exits for our signal has confirmed the drop", "[process][drop]") {
    const NothingIsLeft at_the_end;
    Service service;
    const Pipe ready;
    auto call = Call::open(service, shell("trap 'exit 9' TERM; echo; while :; do sleep 0.01; done"),
                           Options{.out = ready.in()});
    ready.read_line();
    CHECK_FALSE(call.drop());
    wrapup::wait(call);
    CHECK(call.termination()->origin == Origin::user);
    CHECK(call.termination()->cause == ExitStatus::exited(9));
    CHECK_FALSE(call.termination()->contested);
}

TEST_CASE("process: disconnect ends with the signal given, in the application's name", "[process][disconnect]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = sleeper(service);
    CHECK_FALSE(call.disconnect(Signal{SIGUSR1}));
    wrapup::wait(call);
    CHECK(call.termination()->origin == Origin::application);
    CHECK(call.termination()->reason == Signal{SIGUSR1});
    CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGUSR1}));
}

TEST_CASE("process: what is no signal is refused, and the session is as it was", "[process][disconnect]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = sleeper(service);
    for (const int number : {0, -1, 65, 1'000'000})
        CHECK(call.disconnect(Signal{number}) == std::errc::invalid_argument);
    CHECK(call.phase() == Phase::active);
    CHECK_FALSE(wrapup::wait_for(call, 20ms));
}

TEST_CASE("process: a child that ignores SIGTERM is aborted after a deadline", "[process][abort]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = stubborn(service);
    CHECK_FALSE(call.drop());
    CHECK_FALSE(wrapup::wait_for(call, 100ms));
    CHECK(call.phase() == Phase::terminating);
    CHECK_FALSE(call.abort());
    CHECK_FALSE(call.abort());
    wrapup::wait(call);
    CHECK(call.termination()->origin == Origin::user);
    CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGKILL}));
    CHECK_FALSE(call.termination()->contested);
}

TEST_CASE("process: an end by a signal that we have not sent contests ours", "[process][drop]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = stubborn(service);
    CHECK_FALSE(call.drop());
    REQUIRE(::kill(call.id().pid(), SIGKILL) == 0);
    wrapup::wait(call);
    CHECK(call.termination()->origin == Origin::user);
    CHECK(call.termination()->contested);
    CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGKILL}));
}

TEST_CASE("process: an end that came before the drop is never the user's", "[process][drop]") {
    const NothingIsLeft at_the_end;
    Service service;
    Hold hold(service); // so that the service has not noticed it when we come
    auto exits = Call::open(service, shell("exit 4"));
    auto killed = sleeper(service);
    await_death(exits.id().pidfd());
    REQUIRE(::kill(killed.id().pid(), SIGTERM) == 0);
    await_death(killed.id().pidfd());

    CHECK(exits.phase() == Phase::active);
    CHECK_FALSE(exits.drop());
    REQUIRE(exits.termination());
    CHECK(exits.termination()->origin == Origin::remote);
    CHECK(exits.termination()->cause == ExitStatus::exited(4));

    CHECK_FALSE(killed.abort());
    REQUIRE(killed.termination());
    CHECK(killed.termination()->origin == Origin::remote);
    CHECK(killed.termination()->cause == ExitStatus::signaled(Signal{SIGTERM}));
    hold.let_go();
}

TEST_CASE("process: a child that is stopped hears the drop", "[process][drop]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = sleeper(service);
    REQUIRE(::kill(call.id().pid(), SIGSTOP) == 0);
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(call.id().pid()), &info, WSTOPPED) == 0);
    CHECK_FALSE(call.drop());
    wrapup::wait(call);
    CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGTERM}));
}

TEST_CASE("process: the cause tells whether memory was dumped", "[process]") {
    const NothingIsLeft at_the_end;
    const Directory directory;
    Service service;
    auto without =
        Call::open(service, shell("ulimit -c 0; kill -ABRT $$"), Options{.directory = directory.path.string()});
    wrapup::wait(without);
    CHECK(without.termination()->cause == ExitStatus::signaled(Signal{SIGABRT}));

    // Where the kernel writes them, or whether it may, is the machine's affair.
    auto with =
        Call::open(service, shell("ulimit -c unlimited; kill -ABRT $$"), Options{.directory = directory.path.string()});
    wrapup::wait(with);
    CHECK(with.termination()->cause->signal() == Signal{SIGABRT});
    const bool written = !fs::is_empty(directory.path);
    if (written) CHECK(with.termination()->cause->core_dumped());
}

TEST_CASE("process: two threads may drop at once", "[process][drop]") {
    const NothingIsLeft at_the_end;
    Service service;
    for (int i = 0; i < 50; ++i) {
        auto call = sleeper(service);
        std::atomic<bool> go{false};
        std::atomic<int> refused{0};
        const auto drop = [&](const wrapup::Controller<Provider>& controller) {
            while (!go) {
            }
            if (controller.drop()) ++refused;
        };
        std::thread one(drop, wrapup::Controller(call)), other(drop, wrapup::Controller(call));
        go = true;
        one.join();
        other.join();
        wrapup::wait(call);
        CHECK(refused == 0);
        CHECK(call.termination()->origin == Origin::user);
        CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGTERM}));
    }
}

// ---- what does not start

TEST_CASE("process: what cannot be started is an error, and there is no session", "[process][open]") {
    const NothingIsLeft at_the_end;
    Service service;
    const auto refused = [&service](const std::vector<std::string>& argv, const Options& options = {}) {
        std::error_code error;
        const auto call = Call::open(error, service, argv, options);
        CHECK_FALSE(call);
        CHECK(service.outstanding().empty());
        return error;
    };
    using namespace std::string_literals;
    CHECK(refused({"wrapup-no-such-command"}) == std::errc::no_such_file_or_directory);
    CHECK(refused({"./no/such/command"}) == std::errc::no_such_file_or_directory);
    CHECK(refused({""}) == std::errc::no_such_file_or_directory);
    CHECK(refused({"/etc/passwd"}) == std::errc::permission_denied);
    CHECK(refused({"/"}) == std::errc::permission_denied);
    CHECK(refused({}) == std::errc::invalid_argument);
    CHECK(refused({"echo", "a\0b"s}) == std::errc::invalid_argument);
    CHECK(refused({"true"}, {.environment = std::vector{"A=\0"s}}) == std::errc::invalid_argument);
    CHECK(refused({"true"}, {.directory = "/\0"s}) == std::errc::invalid_argument);
    CHECK(refused({"true"}, {.directory = "/no/such/directory"}) == std::errc::no_such_file_or_directory);
    CHECK(refused({"true"}, {.in = -1}) == std::errc::bad_file_descriptor);
    CHECK_THROWS_AS(Call::open(service, std::vector<std::string>{}), std::system_error);
}

TEST_CASE("process: where no descriptor is left, nothing is started", "[process][open]") {
    const NothingIsLeft at_the_end;
    const Directory directory;
    Service service;
    rlimit former{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &former) == 0);
    rlimit tight = former;
    tight.rlim_cur = static_cast<rlim_t>(*descriptors().rbegin()) + 8;
    std::vector<int> taken;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    for (int one; (one = ::fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0;) taken.push_back(one);

    const auto touch = shell("touch started");
    const Options there{.directory = directory.path.string()};
    std::error_code error;
    {
        const auto call = Call::open(error, service, touch, there);
        CHECK(error == std::errc::too_many_files_open);
        CHECK_FALSE(call);
    }
    CHECK_FALSE(has_children());
    ::close(taken.back());
    taken.pop_back();
    {
        const auto call = Call::open(error, service, touch, there);
        CHECK_FALSE(error);
        wrapup::wait(call);
    }
    for (const int one : taken) ::close(one);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &former) == 0);
    CHECK(fs::exists(directory.path / "started"));
}

// ---- how a child starts

TEST_CASE("process: environment, directory and standard streams are what the options say", "[process][open]") {
    const NothingIsLeft at_the_end;
    const Directory directory;
    Service service;
    Pipe in, out;
    REQUIRE(::write(in.in(), "typed\n", 6) == 6);
    auto call =
        Call::open(service, std::array{"/bin/sh", "-c", "read line; echo $line $NAME; pwd -P; echo wrong >&2; set"},
                   Options{.environment = std::vector<std::string>{"NAME=value"},
                           .directory = directory.path.string(),
                           .in = in.out(),
                           .out = out.in(),
                           .err = out.in()});
    const std::string text = out.read_all();
    CHECK(text.starts_with("typed value\n" + fs::canonical(directory.path).string() + "\nwrong\n"));
    CHECK(text.find("HOME=") == text.npos);
    wrapup::wait(call);
    CHECK(call.termination()->cause == ExitStatus::exited(0));
}

TEST_CASE("process: standard streams may change places", "[process][open]") {
    const NothingIsLeft at_the_end;
    Service service;
    Pipe first, second;
    const int out = ::dup(1), err = ::dup(2);
    ::dup2(first.in(), 1);
    ::dup2(second.in(), 2);
    std::error_code error;
    auto call = Call::open(error, service, shell("echo out; echo err >&2"), Options{.out = 2, .err = 1});
    ::dup2(out, 1);
    ::dup2(err, 2);
    ::close(out);
    ::close(err);
    REQUIRE_FALSE(error);
    CHECK(first.read_all() == "err\n");
    CHECK(second.read_all() == "out\n");
}

TEST_CASE("process: a child starts with no signal blocked, and can be ended where the program ignores SIGTERM",
          "[process][open]") {
    const NothingIsLeft at_the_end;
    Service service;
    const IgnoredSignal ignored(SIGTERM);
    sigset_t all, former;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &former);
    auto call = sleeper(service);
    ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
    call.drop();
    wrapup::wait(call);
    CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGTERM}));
}

TEST_CASE("process: a child has a process group of its own where one is asked for", "[process][open]") {
    const NothingIsLeft at_the_end;
    Service service;
    const auto same = sleeper(service);
    const auto own = Call::open(service, std::array{"sleep", "600"}, Options{.own_group = true});
    CHECK(::getpgid(same.id().pid()) == ::getpgrp());
    CHECK(::getpgid(own.id().pid()) == own.id().pid());
}

TEST_CASE("process: every descriptor that the service opens is close-on-exec", "[process][open]") {
    const NothingIsLeft at_the_end;
    Service service;
    const auto call = sleeper(service);
    int opened = 0;
    for (const int number : descriptors()) {
        if (at_the_end.before.contains(number)) continue;
        ++opened;
        CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK(opened == 3);
}

// ---- after the end

TEST_CASE("process: after the end the child can be asked as often as one likes", "[process][query]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = Call::open(service, shell("exit 3"));
    wrapup::wait(call);
    for (int i = 0; i < 3; ++i) {
        CHECK(call.query(&Provider::status) == ExitStatus::exited(3));
        REQUIRE(call.query(&Provider::usage));
        CHECK(call.query(&Provider::usage)->peak_memory > 0);
    }
    CHECK(::kill(call.id().pid(), 0) == 0); // the number is still its own
    const process::Instance id = call.id();
    CHECK(service.outstanding() == std::vector{id});
    call.release();
    call.release();
    CHECK(eventually([&service] { return service.outstanding().empty(); }));
    CHECK(eventually([] { return !has_children(); }));

    // What is left of an instance names nobody, also where its numbers are in use again.
    const auto next = sleeper(service);
    CHECK_FALSE(id == next.id());
    Provider provider(service);
    CHECK_FALSE(provider.status(id));
    CHECK(provider.drop(id) == wrapup::errc::lost);
    CHECK(provider.abort(id) == wrapup::errc::lost);
    provider.deallocate(id);
    CHECK_FALSE(wrapup::wait_for(next, 20ms));
}

TEST_CASE("process: what the child has used outlives its release", "[process][snapshot]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = Call::open(service, shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"));
    wrapup::wait(call);
    const auto asked = call.query(&Provider::usage);
    call.release();
    REQUIRE(call.termination()->statistics);
    const auto& kept = *call.termination()->statistics;
    CHECK(asked->peak_memory == kept.peak_memory);
    CHECK(asked->user + asked->system >= kept.user + kept.system); // which may have been taken while it was still going
    CHECK(kept.user + kept.system > 1ms);
    CHECK(kept.peak_memory > 100'000);
}

TEST_CASE("process: a live child that is given up is dropped, and reaped when it has ended", "[process][release]") {
    const NothingIsLeft at_the_end;
    Service service;
    std::optional<wrapup::Monitor<Provider>> monitor;
    {
        auto call = sleeper(service);
        monitor.emplace(call);
    }
    wrapup::wait(*monitor);
    CHECK(monitor->termination()->origin == Origin::application);
    CHECK(monitor->termination()->abandoned);
    CHECK(monitor->termination()->cause == ExitStatus::signaled(Signal{SIGTERM}));
    CHECK(eventually([] { return !has_children(); }));
    CHECK(service.outstanding().empty());
}

TEST_CASE("process: a child that is given up and does not end stays outstanding", "[process][release]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = stubborn(service);
    const wrapup::Controller controller(call);
    const auto id = call.id();
    call.release();
    CHECK_FALSE(wrapup::wait_for(controller, 50ms));
    CHECK(service.outstanding() == std::vector{id});
    CHECK_FALSE(controller.abort());
    wrapup::wait(controller);
    CHECK(controller.termination()->cause == ExitStatus::signaled(Signal{SIGKILL}));
    CHECK(eventually([&service] { return service.outstanding().empty(); }));
}

TEST_CASE("process: a session may be destroyed, and the next begun, inside its own callback", "[process][release]") {
    const NothingIsLeft at_the_end;
    std::atomic<int> starts{1};
    Call call;
    Service service;
    struct Again {
        Service& service;
        Call& call;
        std::atomic<int>& starts;
        std::optional<wrapup::TerminationCallback<Provider, Again>>& callback;
        void operator()() const {
            if (starts == 5) return;
            Again again = *this; // which dies with the callback
            std::error_code error;
            auto next = Call::open(error, again.service, std::array{"true"});
            if (error) return;
            again.call = std::move(next);
            again.callback.emplace(again.call, again);
            ++again.starts;
        }
    };
    std::optional<wrapup::TerminationCallback<Provider, Again>> callback;
    {
        Hold hold(service); // so that all callbacks run on the service's thread
        call = Call::open(service, std::array{"true"});
        callback.emplace(call, Again{service, call, starts, callback});
    }
    CHECK(eventually([&starts] { return starts == 5; }));
    CHECK(eventually([&service] { return service.outstanding().size() <= 1; }));
}

// ---- the service's end

TEST_CASE("process: the end of the service is the end of its children", "[process][lost]") {
    const NothingIsLeft at_the_end;
    std::optional<Service> service(std::in_place);
    auto live = sleeper(*service);
    auto dropped = stubborn(*service);
    auto released = std::make_unique<Call>(stubborn(*service));
    auto over = Call::open(*service, shell("exit 3"));
    wrapup::wait(over);
    CHECK_FALSE(dropped.drop());
    const wrapup::Monitor monitor(*released);
    released.reset();
    service.reset();
    CHECK_FALSE(has_children());

    REQUIRE(live.termination());
    CHECK(live.phase() == Phase::released);
    CHECK(live.termination()->origin == Origin::service);
    CHECK(live.termination()->cause == ExitStatus::signaled(Signal{SIGKILL}));
    CHECK_FALSE(live.termination()->statistics);
    REQUIRE(dropped.termination());
    CHECK(dropped.termination()->origin == Origin::user);
    CHECK(dropped.termination()->contested);
    REQUIRE(monitor.termination());
    CHECK(monitor.termination()->cause == ExitStatus::signaled(Signal{SIGKILL}));
    CHECK(over.termination()->cause == ExitStatus::exited(3));
    CHECK(over.termination()->origin == Origin::remote);
    std::error_code error;
    CHECK_FALSE(over.try_query(error, &Provider::status));
    CHECK(error == wrapup::errc::lost);
    CHECK_FALSE(live.drop());
    CHECK_FALSE(live.abort());
    live.release();
}

TEST_CASE("process: an end that came before the service's is recorded as what it was", "[process][lost]") {
    const NothingIsLeft at_the_end;
    std::vector<Call> calls;
    {
        Service service;
        for (int i = 0; i < 20; ++i) calls.push_back(Call::open(service, shell("exit 5")));
        for (const auto& call : calls) await_death(call.id().pidfd());
    }
    for (const auto& call : calls) {
        REQUIRE(call.termination());
        CHECK(call.termination()->origin == Origin::remote);
        CHECK(call.termination()->cause == ExitStatus::exited(5));
        CHECK(call.termination()->statistics);
    }
}

TEST_CASE("process: whoever hears that a child is lost cannot start another", "[process][lost]") {
    const NothingIsLeft at_the_end;
    struct Again {
        Service& service;
        std::error_code& error;
        void operator()() const { static_cast<void>(Call::open(error, service, std::array{"true"})); }
    };
    std::error_code error;
    Call call;
    std::optional<wrapup::TerminationCallback<Provider, Again>> callback;
    {
        Service service;
        call = sleeper(service);
        callback.emplace(call, Again{service, error});
    }
    CHECK(error == std::errc::operation_canceled);
    CHECK(call.termination()->origin == Origin::service);
}

TEST_CASE("process: releases on other threads and the end of the service do not meet", "[process][lost]") {
    const NothingIsLeft at_the_end;
    for (int round = 0; round < 20; ++round) {
        std::vector<Call> calls;
        std::thread releases, drops;
        {
            Service service;
            for (int i = 0; i < 8; ++i)
                calls.push_back(Call::open(service, shell(i % 2 ? "exit 1" : "exec sleep 600")));
            std::vector<wrapup::Controller<Provider>> controllers;
            for (auto& call : calls) controllers.emplace_back(call);
            releases = std::thread([&calls] {
                for (auto& call : calls) call.release();
            });
            drops = std::thread([controllers] {
                for (const auto& controller : controllers) {
                    controller.drop();
                    std::error_code error;
                    static_cast<void>(controller.try_query(error, &Provider::usage));
                    controller.abort();
                }
            });
            if (round % 3 == 0) std::this_thread::sleep_for(1ms);
        }
        CHECK_FALSE(has_children());
        releases.join();
        drops.join();
        for (const auto& call : calls) CHECK(call.termination());
    }
}

// ---- other people's children

TEST_CASE("process: a child that is not ours to reap is never reaped", "[process]") {
    const std::set<int> before = descriptors();
    const pid_t stranger = ::fork();
    REQUIRE(stranger >= 0);
    if (stranger == 0) ::_exit(7);
    {
        Service service;
        for (int i = 0; i < 10; ++i) {
            auto call = Call::open(service, std::array{"true"});
            wrapup::wait(call);
        }
        const auto left_to_the_service = sleeper(service);
    }
    int status = 0;
    CHECK(::waitpid(stranger, &status, 0) == stranger);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 7));
    CHECK_FALSE(has_children());
    CHECK(descriptors() == before);
}

TEST_CASE("process: a session ends without a cause where somebody else has reaped its child", "[process]") {
    const NothingIsLeft at_the_end;
    Service service;
    auto call = sleeper(service);
    REQUIRE(::kill(call.id().pid(), SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(call.id().pid(), &status, 0) == call.id().pid());
    REQUIRE(wrapup::wait_for(call, 20s));
    // The service may have been the faster one.
    if (call.termination()->cause) CHECK(call.termination()->cause == ExitStatus::signaled(Signal{SIGKILL}));
    CHECK(call.termination()->origin == Origin::remote);
    CHECK_FALSE(call.query(&Provider::status));
    CHECK_FALSE(call.query(&Provider::usage));
}

TEST_CASE("process: a child that was reaped before the drop is not the user's", "[process][drop]") {
    const NothingIsLeft at_the_end;
    Service service;
    Hold hold(service);
    auto call = sleeper(service);
    REQUIRE(::kill(call.id().pid(), SIGKILL) == 0);
    REQUIRE(::waitpid(call.id().pid(), nullptr, 0) == call.id().pid());
    CHECK_FALSE(call.drop());
    REQUIRE(call.termination());
    CHECK(call.termination()->origin == Origin::remote);
    CHECK_FALSE(call.termination()->cause);
    hold.let_go();
}

TEST_CASE("process: sessions end, without a cause, where SIGCHLD is ignored", "[process]") {
    const NothingIsLeft at_the_end;
    const IgnoredSignal ignored(SIGCHLD);
    Service service;
    auto dropped = sleeper(service);
    CHECK_FALSE(dropped.drop());
    REQUIRE(wrapup::wait_for(dropped, 20s));
    CHECK(dropped.termination()->origin == Origin::user);
    CHECK_FALSE(dropped.termination()->cause);
    for (int i = 0; i < 50; ++i) { // some are gone before they can be described
        auto call = Call::open(service, std::array{"true"});
        if (i % 2) call.drop();
        REQUIRE(wrapup::wait_for(call, 20s));
        CHECK_FALSE(call.termination()->cause);
        if (i % 2 == 0) CHECK(call.termination()->origin == Origin::remote);
    }
    auto live = sleeper(service);
}

// ---- adoption

TEST_CASE("process: a child that was started elsewhere can be adopted", "[process][adopt]") {
    const NothingIsLeft at_the_end;
    Service service;
    Provider provider(service);
    const bool over_before = GENERATE(false, true);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        if (over_before) ::_exit(6);
        for (;;) ::pause();
    }
    siginfo_t info{};
    if (over_before) REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);

    std::error_code error;
    const auto id = provider.adopt(error, pid);
    REQUIRE_FALSE(error);
    CHECK(id.pid() == pid);
    Call call(id, provider);
    if (!over_before) CHECK_FALSE(call.disconnect(Signal{SIGUSR1}));
    wrapup::wait(call);
    CHECK(call.termination()->cause == (over_before ? ExitStatus::exited(6) : ExitStatus::signaled(Signal{SIGUSR1})));
    CHECK(call.termination()->origin == (over_before ? Origin::remote : Origin::application));
}

TEST_CASE("process: only a child of the program can be adopted", "[process][adopt]") {
    const NothingIsLeft at_the_end;
    Service service;
    Provider provider(service);
    for (const pid_t pid : {::getpid(), pid_t{1}, pid_t{0}, pid_t{-1}, pid_t{0x7FFFFFFF}}) {
        std::error_code error;
        CHECK(provider.adopt(error, pid) == process::Instance());
        CHECK(error == std::errc::no_child_process);
    }
    CHECK(service.outstanding().empty());
}

TEST_CASE("process: an identifier that is given back before the end is reaped at the end", "[process][adopt]") {
    const NothingIsLeft at_the_end;
    Service service;
    Provider provider(service);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0)
        for (;;) ::pause();
    std::error_code error;
    const auto id = provider.adopt(error, pid);
    provider.deallocate(id);
    CHECK(service.outstanding().size() == 1);
    REQUIRE(::kill(pid, SIGKILL) == 0);
    CHECK(eventually([&service] { return service.outstanding().empty(); }));
    CHECK_FALSE(has_children());
}

// ---- the laws of a provider

namespace {

struct Bench {
    using Provider = process::Provider;

    std::optional<Service> service{std::in_place};

    template <class Begin>
    auto begin(Begin begin) {
        return begin(Provider(*service), std::array{"sleep", "600"});
    }
    template <class Begin>
    auto begin_hanging(Begin begin) {
        return begin(Provider(*service), std::array{"sh", "-c", "trap '' TERM; exec sleep 600"});
    }
    template <class Begin>
    auto begin_failing(Begin begin) {
        return begin(Provider(*service), std::array{"/nonexistent"});
    }
    void end(const process::Instance& id) { ::kill(id.pid(), SIGUSR1); }
    std::size_t alive() { return service->outstanding().size(); }
    bool ask(Provider& provider, const process::Instance& id) { return provider.status(id).has_value(); }
    process::Instance adoptable() {
        pid_t pid = 0;
        char name[] = "sleep", seconds[] = "600";
        char* const argv[] = {name, seconds, nullptr};
        std::error_code error(::posix_spawnp(&pid, name, nullptr, nullptr, argv, environ), std::system_category());
        const auto id = error ? process::Instance() : provider().adopt(error, pid);
        if (error) throw std::system_error(error);
        return id;
    }
    Provider provider() { return Provider(*service); }
    Signal reason() { return Signal{SIGUSR2}; } // which nobody has inherited as ignored
    void close() { service.reset(); }
    const char* excuse(std::string_view law) const {
        if (law == "drop.refused") return "the kernel refuses no signal to a child that it lets us reap";
        if (law == "lost.reported" || law == "lost.survived")
            return "there is no loss of one child: the kernel keeps it";
        if (law == "service.lets_finish")
            return "what the providers refer to outlives the service, and finds no child then";
        return nullptr;
    }
};

} // namespace

TEST_CASE("process: the provider keeps the laws", "[process][conformance]") {
    const NothingIsLeft at_the_end;
    wrapup::testing::require_conformance<Bench>();
}

// ---- many

TEST_CASE("process: ten thousand children leave nothing behind", "[process][scale]") {
    const NothingIsLeft at_the_end;
    Service service;
    constexpr int total = 10'000, wave = 250;
    int ended = 0;
    for (int begun = 0; begun < total; begun += wave) {
        std::vector<Call> calls;
        for (int i = 0; i < wave; ++i) calls.push_back(Call::open(service, std::array{"/bin/true"}));
        for (auto& call : calls) {
            wrapup::wait(call);
            ended += call.termination()->cause == ExitStatus::exited(0);
        }
    }
    CHECK(ended == total);
    CHECK(eventually([&service] { return service.outstanding().empty(); }));
    CHECK_FALSE(has_children());
}

TEST_CASE("process: two thousand children live at once", "[process][scale]") {
    constexpr std::size_t count = 2'000;
    struct Raised {
        rlimit former{};
        Raised() {
            ::getrlimit(RLIMIT_NOFILE, &former);
            rlimit most = former;
            most.rlim_cur = former.rlim_max;
            ::setrlimit(RLIMIT_NOFILE, &most);
        }
        Raised(const Raised&) = delete;
        Raised& operator=(const Raised&) = delete;
        ~Raised() { ::setrlimit(RLIMIT_NOFILE, &former); }
    } const raised;
    const NothingIsLeft at_the_end;
    Service service;
    std::vector<Call> calls;
    calls.reserve(count);
    std::error_code error;
    while (calls.size() < count) {
        auto call = Call::open(error, service, std::array{"sleep", "600"});
        if (error) break;
        calls.push_back(std::move(call));
    }
    if (error) WARN("after " << calls.size() << " children: " << error.message());
    for (std::size_t i = 0; i < calls.size(); i += 2) CHECK_FALSE(calls[i].drop());
    for (std::size_t i = 0; i < calls.size(); i += 2) wrapup::wait(calls[i]);
    std::size_t live = 0;
    for (const auto& call : calls) live += call.phase() == Phase::active;
    CHECK(live == calls.size() / 2);
    // The rest is the service's to end.
}
