// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/process/children.hpp>

#include <cassert>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

namespace wrapup::process {

/// Watches the children of any number of sessions, with one thread and one descriptor for each child. The end of the service
/// ends its children: whoever still runs is killed, all are reaped, and their sessions are lost.
///
/// It waits for its own children and for no others, installs no signal handler and leaves signal dispositions alone; its
/// thread has all signals blocked. Where the program ignores `SIGCHLD`, or waits for any child elsewhere, sessions still
/// end, but without a cause.
///
/// It does not look after the processes that a child has started itself.
class Service {
public:
    /// @throws std::system_error where there is no descriptor or no thread to be had. Without exceptions the program is
    /// aborted.
    Service() : children_(std::make_shared<detail::Children>()) {
        // No signal handler of the program's is to run on a thread that the program does not know of.
        struct AllBlocked {
            sigset_t former;
            AllBlocked() noexcept {
                sigset_t all;
                ::sigfillset(&all);
                ::pthread_sigmask(SIG_SETMASK, &all, &former);
            }
            AllBlocked(const AllBlocked&) = delete;
            AllBlocked& operator=(const AllBlocked&) = delete;
            ~AllBlocked() { ::pthread_sigmask(SIG_SETMASK, &former, nullptr); }
        } const blocked;
        thread_ = std::thread([&children = *children_] { children.run(); });
    }
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Kills and reaps the children that are left. Their sessions are lost, those that were live with the service as
    /// origin; an ending that came before is recorded as what it was.
    ///
    /// *Blocks* until the observers that run have returned and the children are dead, which the kernel may delay while one
    /// waits for a device or is held by a debugger.
    ///
    /// @pre not on the service's own thread, which runs the observers; no `open` or `adopt` in progress
    ~Service() {
        assert(thread_.get_id() != std::this_thread::get_id());
        children_->stop();
        thread_.join();
        children_->close();
    }

    /// The children that are not reaped yet, in the order in which they came: the live ones, and those whose identifier is
    /// still kept. Those too that were given up and have not ended. @throws std::bad_alloc
    [[nodiscard]] std::vector<Instance> outstanding() const { return children_->outstanding(); }

private:
    friend class Provider;

    std::shared_ptr<detail::Children> children_;
    std::thread thread_;
};

} // namespace wrapup::process
