// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/monitor.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>
#include <wrapup/testing/recording_base.hpp>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace support {

using Script = wrapup::testing::Recorder;

// A recording provider without a clock, which neither waits nor traces: the calls are those that end and release.
struct Scripted : wrapup::testing::RecordingBase {
    using Cause = std::string;
    using RecordingBase::RecordingBase;

    int open(std::error_code& error, Script::Notifier notifier, int id) { return begin(error, id, &notifier); }
    void watch(int id, Script::Notifier notifier) noexcept { bind(id, std::move(notifier)); }
    bool is_alive(int id) const noexcept { return RecordingBase::is_alive(id); } // a member function of this class
};

// The same without notices: an inline session.
struct Local : wrapup::testing::RecordingBase {
    using RecordingBase::RecordingBase;

    int open(std::error_code& error, int id) { return begin(error, id, nullptr); }
};

// The same as `Scripted`, and it traces.
struct ScriptedTracing : Scripted {
    using Scripted::Scripted;
    void trace(const wrapup::Transition& transition) noexcept { record(transition); }
};

using Calls = std::vector<std::string>;

inline const std::error_code refusal = make_error_code(std::errc::device_or_resource_busy);

} // namespace support
