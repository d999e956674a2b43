// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/call.hpp>
#include <wrapup/providers/tapi2/detail/application.hpp>
#include <wrapup/providers/tapi2/detail/calls.hpp>
#include <wrapup/providers/tapi2/functions.hpp>
#include <wrapup/providers/tapi2/options.hpp>

#include <cassert>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace wrapup::tapi2 {

/// A line device that is open: what calls are made on, and come in on. The end of the line ends its calls: those that are
/// live are dropped, waited for, and their sessions lost; every handle is given back, then the line is closed and TAPI shut
/// down.
///
/// One consumer takes TAPI's messages in their order: a thread of the line's own, or with `Notification::hidden_window` the
/// thread that has made the line, whenever it pumps. All that is called back is called there.
///
/// Where TAPI itself closes the line (`LINE_CLOSE`), or goes, all calls of the line are lost, and no more can be made: make
/// another line.
///
/// *Thread safety:* every member from any thread.
class Line {
public:
    /// @pre with `Notification::hidden_window`, the thread is one that pumps messages
    ///
    /// @throws std::system_error with what TAPI says: `Error::reinit` where all applications have to shut down first,
    /// `Error::service_not_running`, `Error::bad_device_id`, `Error::incompatible_api_version` for a device that does not
    /// speak TAPI 2, and others. Without exceptions the program is aborted. std::bad_alloc.
    ///
    /// *Source:* lineInitializeEx, lineNegotiateAPIVersion, lineOpen
    explicit Line(Functions& tapi, const Options& options = {});
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    /// *Blocks* for `Options::grace` at most until the live calls are over, and until deallocations, questions and observers
    /// in progress on other threads have returned.
    ///
    /// @pre not where messages are handled, but with a hidden window on the thread that has made the line; no call is being
    /// made
    ~Line();

    /// The calls that are not given back yet, in the order in which they came; those too that TAPI would not take back so
    /// far. @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const { return calls_->outstanding(); }

    /// The version of TAPI that was agreed on, as 0x00020002 for 2.2.
    [[nodiscard]] std::uint32_t version() const noexcept { return version_; }

    /// The line's handle and TAPI's, for what else TAPI can do.
    [[nodiscard]] abi::Handle handle() const noexcept { return line_; }

private:
    friend class Provider;

    Functions& tapi_;
    const std::chrono::milliseconds grace_;
    const std::shared_ptr<detail::Calls> calls_;
    detail::Port port_;
    detail::Application application_;
    detail::Consumer consumer_;
    std::uint32_t version_ = 0;
    abi::Handle line_ = 0;
};

} // namespace wrapup::tapi2
