// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/sofia_sip/call.hpp>
#include <wrapup/providers/sofia_sip/detail/book.hpp>
#include <wrapup/providers/sofia_sip/options.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace wrapup::sofia {

/// A SIP user agent: sofia's stack (`nua`), on a thread of its own, on which all that is called back is called. Its end ends its
/// calls: those that are live are sent a BYE, CANCEL or 480, waited for, and their sessions lost; then the stack is shut down.
///
/// All signals but those of a fault are blocked on its thread. Sofia has `SIGPIPE` ignored in the whole program.
///
/// *Thread safety:* every member from any thread.
class Service {
public:
    /// *Blocks* until the stack listens. @throws std::system_error where it cannot, as for an address that is in use or not ours,
    /// and `invalid_argument` for one that is none, or a session description with a null in it; std::bad_alloc
    explicit Service(const Options& options);
    Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// *Blocks* for `Options::grace` at most until the live calls are over, and until the observers that run have returned.
    ///
    /// @pre not on the service's own thread
    ~Service();

    /// The SIP URI under which it is reached, with the port that it has got.
    [[nodiscard]] const std::string& contact() const noexcept { return contact_; }

    /// The calls that were not given back, in the order in which they came. @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const { return book_->outstanding(); }

private:
    friend class Provider;

    const std::shared_ptr<detail::Book> book_;
    std::string contact_;
    std::thread thread_;
};

} // namespace wrapup::sofia
