// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../service.hpp"
#include "notifier.hpp"
#include "shared_ptr_atomic.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace compared {

/// The same with the state under a mutex, and a condition variable for those who wait.
///
/// It does not promise what the one with an atomic does not, nor that nobody waits for a thread that was put off while it held the
/// mutex.
struct SharedPtrMutex {
    enum class Phase { active, terminating, terminated };

    struct Block {
        explicit Block(int number) noexcept : id(number) {}
        Block(const Block&) = delete;
        Block& operator=(const Block&) = delete;
        ~Block() { Service::deallocate(id); }

        [[nodiscard]] bool active() {
            const std::lock_guard lock(mutex);
            return phase == Phase::active;
        }
        // The reference holds the identifier.
        [[nodiscard]] int query() const noexcept { return Service::duration(id); }
        void drop(Origin origin) {
            {
                const std::lock_guard lock(mutex);
                if (phase != Phase::active) return;
                phase = Phase::terminating;
                record = {origin, origin == Origin::application};
            }
            Service::drop(id);
        }
        void report(Origin origin) {
            std::shared_ptr<Block> former;
            {
                const std::lock_guard lock(mutex);
                if (phase == Phase::terminated) return;
                if (phase == Phase::active) record = {origin, false};
                phase = Phase::terminated;
                former = std::move(self);
            }
            over.notify_all();
        }

        std::mutex mutex;
        std::condition_variable over;
        Phase phase = Phase::active;
        Record record;
        int id;
        std::shared_ptr<Block> self;
    };

    using Notifier = Reporter<std::weak_ptr<Block>>;
    using Monitor = BehindSharedPtr<Block>::Monitor;
    inline static Notifier line;

    struct Owner : BehindSharedPtr<Block>::Owner {
        explicit Owner(int id) : BehindSharedPtr<Block>::Owner(std::make_shared<Block>(id)) {
            block()->self = block();
            line = Notifier(block());
        }
    };
};

} // namespace compared
