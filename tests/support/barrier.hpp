// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <condition_variable>
#include <mutex>

namespace support {

// A std::barrier that works everywhere: that of libstdc++ loses wake-ups where there is no futex.
class Barrier {
public:
    explicit Barrier(int threads) : threads_(threads), missing_(threads) {}

    void arrive_and_wait() {
        std::unique_lock lock(mutex_);
        const unsigned round = round_;
        if (--missing_ == 0) {
            missing_ = threads_;
            ++round_;
            all_are_here_.notify_all();
        } else {
            all_are_here_.wait(lock, [&] { return round_ != round; });
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable all_are_here_;
    const int threads_;
    int missing_;
    unsigned round_ = 0;
};

} // namespace support
