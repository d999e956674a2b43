// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/detail/calls.hpp>
#include <wrapup/providers/tapi3/detail/connection.hpp>
#include <wrapup/providers/tapi3/detail/hearing.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3/options.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace wrapup::tapi3 {

/// TAPI 3, initialized, with one of its addresses: what calls are made on, and come in on. Its end ends its calls: those that are
/// live are disconnected, waited for, and their sessions lost; every object is let go, and TAPI shut down.
///
/// TAPI is called by threads of the service's own, all in COM's multithreaded apartment, and by no other: a program's threads
/// may be in any apartment, or in none. There are one or two, and more where they are needed and can be had.
///
/// Events come on one of them, and that is where `Options::on_call` and `Options::on_state` are called, and where observers hear
/// of most ends. Of an end they may also hear on another one, where a call is left that is only looked at, or Disconnect has just
/// returned; on a user's thread, whose verb meets with the end; and on the one that ends the service.
///
/// *Memory:* an event that there is none for is made up for. Live calls are asked for their state, and the address for calls that
/// ring; one that there is no memory to take, or to show, rings on, and is looked for again. One that was left and still rings may
/// be found then too, and is shown once more.
///
/// *Thread safety:* every member from any thread.
class Telephony {
public:
    /// @pre `com` outlives the service and its sessions, which ask it how to wait
    ///
    /// @throws std::system_error with what COM or TAPI says: `Error::class_not_registered` where there is no TAPI 3,
    /// `Error::no_device` where there is no such address, and others; or that there is no thread to be had. std::bad_alloc.
    ///
    /// *Source:* CoCreateInstance, ITTAPI::Initialize, put_EventFilter, RegisterCallNotifications, IConnectionPoint::Advise
    explicit Telephony(Functions& com, const Options& options = {});
    Telephony(const Telephony&) = delete;
    Telephony& operator=(const Telephony&) = delete;

    /// *Blocks* for `Options::grace` at most until the live calls are over; and until what is in progress on other threads
    /// has returned, of which Disconnect may take two minutes.
    ///
    /// @pre not on a thread of the service, which is where it calls back; no call is being made or adopted
    ~Telephony();

    /// The calls whose objects are held, in no order; not one that is being released just now. @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const { return calls_->outstanding(); }

private:
    friend class Provider;

    std::function<bool(detail::Incoming&)> shows(std::function<void(Session<Provider>)> on_call);

    const std::shared_ptr<detail::Calls> calls_; // outlives the workers, who may be about to leave it
    detail::Workers workers_;
    const abi::Long media_types_;
    detail::Connection connection_;
    detail::Listener listener_;
};

} // namespace wrapup::tapi3
