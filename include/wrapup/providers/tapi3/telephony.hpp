// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/detail/calls.hpp>
#include <wrapup/providers/tapi3/detail/connection.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3/options.hpp>

#include <memory>
#include <vector>

namespace wrapup::tapi3 {

/// TAPI 3, initialized, with one of its addresses: what calls are made on, and come in on. Its end ends its calls: those that are
/// live are disconnected, waited for, and their sessions lost; every object is let go, and TAPI shut down.
///
/// TAPI is called by threads of the service's own, all in COM's multithreaded apartment, and by no other: a program's threads
/// may be in any apartment, or in none. Events come on one of them; all that is called back is called there.
///
/// *Thread safety:* every member from any thread.
class Telephony {
public:
    /// @throws std::system_error with what COM or TAPI says: `Error::class_not_registered` where there is no TAPI 3,
    /// `Error::no_device` where there is no such address, and others. std::bad_alloc.
    ///
    /// *Source:* CoCreateInstance, ITTAPI::Initialize, put_EventFilter, RegisterCallNotifications, IConnectionPoint::Advise
    explicit Telephony(Functions& com, const Options& options = {});
    Telephony(const Telephony&) = delete;
    Telephony& operator=(const Telephony&) = delete;

    /// *Blocks* for `Options::grace` at most until the live calls are over; and until what is in progress on other threads
    /// has returned, of which Disconnect may take two minutes.
    ///
    /// @pre not where events are handled; no call is being made
    ~Telephony();

    /// The calls whose objects are held, in no order. @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const { return calls_->outstanding(); }

private:
    friend class Provider;

    const std::shared_ptr<detail::Calls> calls_; // outlives the workers, who may be about to leave it
    detail::Workers workers_;
    const abi::Long media_types_;
    detail::Connection connection_;
    detail::Listener listener_;
};

} // namespace wrapup::tapi3
