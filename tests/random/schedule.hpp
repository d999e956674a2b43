// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace simulation {

// What is to happen at which time: a wheel of virtual time. What is put down for one moment happens in that order.
template <class Event>
class Schedule {
public:
    using Time = std::int64_t;
    static constexpr Time horizon = 1024; // nothing is put down for later than that

    [[nodiscard]] Time now() const noexcept { return now_; }

    void in(Time delay, const Event& event) {
        at(now_ + delay).push_back(event);
        ++pending_;
    }

    // The next event by the deadline, or moves the clock there. Returns whether there was one.
    bool next(Time deadline, Event& event) noexcept {
        while (pending_ > 0) {
            std::vector<Event>& moment = at(now_);
            if (done_ < moment.size()) {
                event = moment[done_++];
                --pending_;
                return true;
            }
            if (now_ >= deadline) return false;
            moment.clear();
            done_ = 0;
            ++now_;
        }
        return false;
    }

private:
    std::vector<Event>& at(Time time) noexcept { return wheel_[static_cast<std::size_t>(time % horizon)]; }

    Time now_ = 0;
    std::size_t done_ = 0; // of this moment
    std::size_t pending_ = 0;
    std::array<std::vector<Event>, horizon> wheel_{};
};

} // namespace simulation
