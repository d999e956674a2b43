// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/process/child.hpp>
#include <wrapup/providers/process/instance.hpp>
#include <wrapup/providers/process/kernel.hpp>
#include <wrapup/providers/process/watcher.hpp>

#include <sys/types.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace wrapup::process::detail {

// The children of one service: what it and its providers share. It outlives the service as long as there are sessions,
// whose calls then find no child.
//
// A descriptor is used under the mutex and nowhere else, and is closed in the step that takes the child out, so that no
// call can meet another process under the same number. The system calls made under it do not wait. No notice is given
// under it.
class Children {
    using Table = NotifierTable<std::uint64_t, ExitStatus>;

    struct Entry : Child {
        explicit Entry(Table::Place&& free) : place(std::move(free)) {}

        std::optional<Table::Place> place; // for the notifier, taken before there is a process
        bool given_up = false; // the identifier was given back while the process lived: it is reaped when it ends
    };

public:
    Children() = default; // @throws std::system_error

    // A child to be. What can fail for want of memory or descriptors is taken before there is a process, and given back if
    // none comes about.
    class Admission {
    public:
        Admission(const Admission&) = delete;
        Admission& operator=(const Admission&) = delete;
        ~Admission() {
            if (serial_ != nobody) children_.forget(serial_);
        }

        // There is a process, a child of ours that is not reaped, so its number is still its own. On error, it is left to
        // the caller to reap.
        [[nodiscard]] Instance complete(std::error_code& error, pid_t pid) noexcept {
            room_ = Descriptor();
            Descriptor pidfd = pidfd_open(pid);
            error = pidfd ? children_.watcher_.add(pidfd, serial_) : system_error(errno);
            return error ? Instance() : children_.take_up(std::exchange(serial_, nobody), std::move(pidfd), pid);
        }

        // There was one, which nobody will hear of again.
        [[nodiscard]] Instance complete_vanished(pid_t pid) noexcept {
            return children_.take_up(std::exchange(serial_, nobody), Descriptor(), pid);
        }

    private:
        friend class Children;
        Admission(Children& children, std::error_code& error)
            : children_(children), room_(children.watcher_.placeholder()) {
            if (!room_) error = system_error(errno);
            else serial_ = children_.reserve(error);
        }

        Children& children_;
        Descriptor room_; // keeps a place for the process's descriptor: where there is none, nothing is to be started
        std::uint64_t serial_ = nobody;
    };

    // @throws std::bad_alloc
    [[nodiscard]] Admission admit(std::error_code& error) { return Admission(*this, error); }

    // From here on the child's end is reported; one that has come already too.
    void watch(const Instance& id, Notifier<ExitStatus> notifier) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Entry* const child = find(id.serial_);
            if (!child || !child->place) return; // and the notifier says `lost`
            notifiers_.bind(*std::exchange(child->place, std::nullopt), id.serial_, std::move(notifier));
            watcher_.arm(child->pidfd, id.serial_);
        }
        if (id.pidfd() < 0) examine(id.serial_);
    }

    [[nodiscard]] std::error_code end(const Instance& id, Signal signal) noexcept {
        std::optional<Ending> ending;
        {
            const std::lock_guard lock(mutex_);
            Entry* const child = find(id.serial_);
            if (!child) return errc::lost;
            ending = child->ending();
            if (!ending) {
                const std::error_code refused = child->send(signal);
                if (refused != std::errc::no_such_process) return refused;
                ending = child->ending(); // somebody else has reaped it just now
                if (!ending) return refused;
            }
        }
        // It had ended before we came. Said before the request is accepted, so that it is not taken for the cause.
        tell(id.serial_, *ending);
        return {};
    }

    [[nodiscard]] Observation observe(const Instance& id) const noexcept {
        const std::lock_guard lock(mutex_);
        const Entry* const child = find(id.serial_);
        return child ? look(child->pidfd.number()) : Observation();
    }

    // Reaps now, or as soon as the process has ended.
    void give_back(const Instance& id) noexcept {
        const Notifier<ExitStatus> notifier = notifiers_.remove(id.serial_); // an event that is late finds nobody
        const std::lock_guard lock(mutex_);
        Entry* const child = find(id.serial_);
        if (!child || reaped(id.serial_, *child)) return;
        child->given_up = true;
        watcher_.arm(child->pidfd, id.serial_);
    }

    // @throws std::bad_alloc
    [[nodiscard]] std::vector<Instance> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<Instance> instances;
        instances.reserve(children_.size());
        for (const auto& [serial, child] : children_)
            if (child.pid != 0) instances.push_back(Instance(child.pid, child.pidfd.number(), serial));
        return instances;
    }

    // ---- the service's part

    // Sees to the children that end, until it is stopped.
    void run() noexcept {
        watcher_.run([this](std::uint64_t serial) { examine(serial); });
    }
    void stop() noexcept { watcher_.stop(); }

    // Ends and reaps whoever is left, and reports them lost. What had ended by itself is reported as that before.
    void close() noexcept {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true; // whoever hears that a child is lost may not start the next one
        }
        for (std::uint64_t serial = next(nobody); serial != nobody; serial = next(serial)) examine(serial);
        kill_all();
        for (std::uint64_t serial = next(nobody); serial != nobody; serial = next(nobody)) {
            Descriptor pidfd = take(serial);
            const Observation seen = wait_for_exit(pidfd.number(), 0);
            pidfd = Descriptor();
            const Notifier<ExitStatus> notifier = notifiers_.remove(serial);
            // A deallocation that is under way finds no child, or has found it before we could.
            if (notifier && seen.status) notifier.lost(*seen.status);
            else if (notifier) notifier.lost();
        }
    }

private:
    static constexpr std::uint64_t nobody = 0;

    // ---- with the mutex

    template <class Self>
    static auto* find_in(Self& children, std::uint64_t serial) noexcept {
        const auto found = children.find(serial);
        return found == children.end() ? nullptr : &found->second;
    }
    Entry* find(std::uint64_t serial) noexcept { return find_in(children_, serial); }
    const Entry* find(std::uint64_t serial) const noexcept { return find_in(children_, serial); }

    bool reaped(std::uint64_t serial, Entry& child) noexcept {
        if (!wait_for_exit(child.pidfd.number(), WNOHANG).over) return false;
        watcher_.remove(child.pidfd);
        children_.erase(serial);
        return true;
    }

    // ---- without it

    std::uint64_t reserve(std::error_code& error) {
        Table::Place place = notifiers_.reserve();
        const std::lock_guard lock(mutex_);
        if (closed_) {
            error = make_error_code(std::errc::operation_canceled);
            return nobody;
        }
        children_.try_emplace(serials_ + 1, std::move(place));
        return ++serials_;
    }
    void forget(std::uint64_t serial) noexcept {
        const std::lock_guard lock(mutex_);
        children_.erase(serial);
    }

    Instance take_up(std::uint64_t serial, Descriptor pidfd, pid_t pid) noexcept {
        const std::lock_guard lock(mutex_);
        Entry& child = *find(serial);
        child.pidfd = std::move(pidfd);
        child.pid = pid;
        return Instance(pid, child.pidfd.number(), serial);
    }

    // Reports the child's end, if it has ended; reaps it, if its identifier was given back.
    void examine(std::uint64_t serial) noexcept {
        std::optional<Ending> ending;
        {
            const std::lock_guard lock(mutex_);
            Entry* const child = find(serial);
            if (!child || (child->given_up && reaped(serial, *child))) return;
            ending = child->ending();
        }
        if (ending) tell(serial, *ending);
    }

    // Somebody else's doing is said to be that, whatever we have asked for meanwhile. The rest answers our request.
    void tell(std::uint64_t serial, const Ending& ending) const noexcept {
        notifiers_.notify(serial, [&ending](const Notifier<ExitStatus>& notifier) {
            if (ending.by_others && ending.status) notifier.terminated(Origin::remote, *ending.status);
            else if (ending.by_others) notifier.terminated(Origin::remote);
            else if (ending.status) notifier.terminated(*ending.status);
            else notifier.terminated();
        });
    }

    std::uint64_t next(std::uint64_t serial) const noexcept {
        const std::lock_guard lock(mutex_);
        const auto found = children_.upper_bound(serial);
        return found == children_.end() ? nobody : found->first;
    }
    void kill_all() noexcept {
        const std::lock_guard lock(mutex_);
        for (const auto& [serial, child] : children_)
            if (child.pidfd) send_signal(child.pidfd.number(), Signal{SIGKILL});
    }
    Descriptor take(std::uint64_t serial) noexcept {
        const std::lock_guard lock(mutex_);
        Entry* const child = find(serial);
        if (!child) return {};
        Descriptor pidfd = std::move(child->pidfd);
        children_.erase(serial);
        return pidfd;
    }

    Watcher watcher_;
    Table notifiers_;
    mutable std::mutex mutex_;
    std::map<std::uint64_t, Entry> children_; // in the order of their serials, for `next`
    std::uint64_t serials_ = nobody;
    bool closed_ = false;
};

} // namespace wrapup::process::detail
