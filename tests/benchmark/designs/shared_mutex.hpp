// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../service.hpp"
#include "notifier.hpp"

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace compared {

/// As FreeSWITCH does it: who asks holds a lock for reading, and who gives the identifier back one for writing, so it is valid as
/// long as somebody asks. The memory is behind a `std::shared_ptr`.
///
/// It does not promise: that a release or a report of the end does not wait, since both wait for those who ask, and a report from
/// inside a question or a drop waits for ever.
struct SharedMutex {
    enum class Phase { active, terminating, terminated };

    struct Block {
        explicit Block(int number) noexcept : id(number) {}

        void drop(Origin origin) {
            const std::unique_lock lock(mutex);
            claim(origin);
        }
        void report(Origin origin) {
            const std::unique_lock lock(mutex);
            if (phase == Phase::terminated) return;
            if (phase == Phase::active) record = {origin, false};
            phase = Phase::terminated;
            if (given_up) Service::deallocate(id);
        }
        void release() {
            const std::unique_lock lock(mutex);
            given_up = true;
            if (phase == Phase::terminated) Service::deallocate(id);
            else claim(Origin::application);
        }
        [[nodiscard]] bool active() {
            const std::shared_lock lock(mutex);
            return phase == Phase::active;
        }
        [[nodiscard]] int query() {
            const std::shared_lock lock(mutex);
            return given_up ? -1 : Service::duration(id);
        }

        std::shared_mutex mutex;
        Phase phase = Phase::active;
        bool given_up = false;
        Record record;
        int id;

    private:
        void claim(Origin origin) {
            if (phase != Phase::active) return;
            phase = Phase::terminating;
            record = {origin, origin == Origin::application};
            Service::drop(id);
        }
    };

    using Notifier = Reporter<std::shared_ptr<Block>>;
    inline static Notifier line;

    class Owner {
    public:
        explicit Owner(int id) : block_(std::make_shared<Block>(id)) { line = Notifier(block_); }
        Owner(Owner&&) = default;
        Owner& operator=(Owner&&) = delete;
        ~Owner() {
            if (block_) block_->release();
        }
        void drop() { block_->drop(Origin::user); }
        [[nodiscard]] bool active() const { return block_->active(); }
        [[nodiscard]] int query() const { return block_->query(); }
        [[nodiscard]] const std::shared_ptr<Block>& block() const noexcept { return block_; }

    private:
        std::shared_ptr<Block> block_;
    };

    class Monitor {
    public:
        explicit Monitor(const Owner& owner) noexcept : block_(owner.block()) {}
        [[nodiscard]] bool active() const { return block_->active(); }
        [[nodiscard]] int query() const { return block_->query(); }

    private:
        std::shared_ptr<Block> block_;
    };
};

} // namespace compared
