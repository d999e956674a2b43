// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/recording_base.hpp>
#include <wrapup/transition.hpp>

#include <system_error>

namespace wrapup::testing {

/// Records what an inline session calls: all that a provider can do that does not notify.
class RecordingInlineProvider : public RecordingBase {
public:
    using RecordingBase::RecordingBase;

    int open(std::error_code& error, int id) { return begin(error, id, nullptr); }
    [[nodiscard]] Recorder::Clock::time_point now() const noexcept { return recorder().now(); }
    void trace(const Transition& transition) noexcept { record(transition); }
};

static_assert(SessionProvider<RecordingInlineProvider> && !Notifies<RecordingInlineProvider>);
static_assert(Opens<RecordingInlineProvider, int> && Timed<RecordingInlineProvider> && Traces<RecordingInlineProvider>);

} // namespace wrapup::testing
