// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/provider.hpp>
#include <wrapup/testing/recorder.hpp>
#include <wrapup/transition.hpp>

#include <functional>
#include <string>
#include <system_error>
#include <utility>

namespace wrapup::testing {

/// What the recording providers have in common, and an inline provider itself: it drops, for a reason too, aborts,
/// snapshots and deallocates. To record for a provider that is able to do less or more, derive from it.
class RecordingBase {
public:
    using Identifier = int;
    using Reason = std::string;

    RecordingBase(Recorder& recorder) noexcept
        : recorder_(&recorder) {} // NOLINT(google-explicit-constructor): it is a reference to it

    std::error_code drop(int id) noexcept { return request("drop", id, recorder_->on_drop); }
    std::error_code drop(int id, const std::string& reason) noexcept {
        return request("drop for " + reason, id, recorder_->on_drop);
    }
    std::error_code abort(int id) noexcept { return request("abort", id, recorder_->on_abort); }

    /// A number that tells whose it is: a hundred times the identifier.
    int snapshot(int id) noexcept {
        recorder_->enter("snapshot", id);
        if (recorder_->on_snapshot) recorder_->on_snapshot(id);
        return id * 100;
    }
    void deallocate(int id) noexcept {
        recorder_->give_back(id);
        if (recorder_->on_deallocate) recorder_->on_deallocate(id);
    }

    /// Whether the identifier is valid: a query that is not recorded.
    [[nodiscard]] bool is_alive(int id) const noexcept { return recorder_->is_alive(id); }

    [[nodiscard]] Recorder& recorder() const noexcept { return *recorder_; }

protected:
    int begin(std::error_code& error, int id, Recorder::Notifier* notifier) {
        recorder_->note("open " + std::to_string(id));
        if ((error = recorder_->open_error)) return 0;
        recorder_->begin(id);
        if (notifier) recorder_->bind(id, std::move(*notifier));
        struct Opening {
            Recorder* recorder;
            int id;
            ~Opening() {
                if (recorder) recorder->vanish(id);
            }
        } opening{recorder_, id};
        if (recorder_->on_open) recorder_->on_open(id);
        opening.recorder = nullptr;
        return id;
    }
    void bind(int id, Recorder::Notifier notifier) noexcept {
        recorder_->enter("watch", id);
        recorder_->bind(id, std::move(notifier));
        if (recorder_->on_watch) recorder_->on_watch(id);
    }

    void record(const Transition& t) noexcept {
        recorder_->note(std::string("trace ") + to_string(t.from) + " " + to_string(t.to) + " " + to_string(t.origin) +
                        (t.superseded ? " superseded" : "") + (t.refusal ? " refused" : ""));
    }

private:
    std::error_code request(const std::string& what, int id,
                            const std::function<std::error_code(int)>& action) noexcept {
        if (const auto error = recorder_->enter(what, id, true)) return error;
        return action ? action(id) : std::error_code();
    }

    Recorder* recorder_;
};

static_assert(SessionProvider<RecordingBase> && !Notifies<RecordingBase>);

} // namespace wrapup::testing
