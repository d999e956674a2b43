// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ending.hpp"
#include "notifier.hpp"

#include <future>
#include <memory>
#include <stop_token>
#include <utility>

namespace compared {

// What is done for those who wait, beside.
struct NobodyWaits {
    void over(const Record&) noexcept {}
};
struct WaitsForStop {
    std::stop_source source;
    void over(const Record&) noexcept { source.request_stop(); }
};
struct WaitsForPromise {
    std::promise<Record> promise;
    std::shared_future<Record> future = promise.get_future().share();
    void over(const Record& record) { promise.set_value(record); }
};

/// What can be done with a session that is behind a `std::shared_ptr`: by its owner, and by a monitor.
template <class Block>
struct BehindSharedPtr {
    class Owner {
    public:
        Owner(Owner&&) = default;
        Owner& operator=(Owner&&) = delete;
        ~Owner() {
            if (block_) block_->drop(Origin::application);
        }
        void drop() { block_->drop(Origin::user); }
        [[nodiscard]] bool active() const { return block_->active(); }
        // Under a reference of its own, as a lease is one.
        [[nodiscard]] int query() const { return ask(block_); }
        [[nodiscard]] const std::shared_ptr<Block>& block() const noexcept { return block_; }

    protected:
        explicit Owner(std::shared_ptr<Block> block) noexcept : block_(std::move(block)) {}

    private:
        std::shared_ptr<Block> block_;
    };

    class Monitor {
    public:
        explicit Monitor(const Owner& owner) noexcept : block_(owner.block()) {}
        [[nodiscard]] bool active() const {
            const auto held = block_.lock();
            return held && held->active();
        }
        [[nodiscard]] int query() const { return ask(block_.lock()); }

    private:
        std::weak_ptr<Block> block_;
    };

private:
    static int ask(const std::shared_ptr<Block> held) { return held ? held->query() : -1; }
};

/// The session is behind a `std::shared_ptr`, whose last owner gives the identifier back: its own, itself until the end has been
/// reported, or somebody who asks. Monitors and the service have a `std::weak_ptr`.
///
/// It does not promise: that the record outlives the identifier, that the losing one of two endings is on record, that the
/// identifier is held while the service drops it, that a refusal takes the request back, that one owner may be used and released by
/// two threads.
template <class Waiting = NobodyWaits>
struct SharedPtrAtomic {
    struct Block {
        explicit Block(int number) : id(number) {}
        Block(const Block&) = delete;
        Block& operator=(const Block&) = delete;
        ~Block() { Service::deallocate(id); }

        [[nodiscard]] bool active() const noexcept { return ending.active(); }
        [[nodiscard]] int query() const noexcept { return Service::duration(id); }
        void drop(Origin origin) noexcept {
            if (ending.claim(origin)) Service::drop(id);
        }
        void report(Origin origin) {
            if (!ending.report(origin)) return;
            waiting.over(*ending.record());
            self.reset();
        }

        Ending ending;
        int id;
        std::shared_ptr<Block> self;
        [[no_unique_address]] Waiting waiting;
    };

    using Notifier = Reporter<std::weak_ptr<Block>>;
    using Monitor = typename BehindSharedPtr<Block>::Monitor;
    inline static Notifier line;

    struct Owner : BehindSharedPtr<Block>::Owner {
        explicit Owner(int id) : BehindSharedPtr<Block>::Owner(std::make_shared<Block>(id)) {
            this->block()->self = this->block();
            line = Notifier(this->block());
        }
    };
};

/// The same for a service that reports on one thread only: it has a `std::shared_ptr` until it has reported the end.
///
/// It does not promise besides: that two notices may come at the same time.
struct SharedPtrOneThread {
    struct Block {
        explicit Block(int number) noexcept : id(number) {}
        Block(const Block&) = delete;
        Block& operator=(const Block&) = delete;
        ~Block() { Service::deallocate(id); }

        [[nodiscard]] bool active() const noexcept { return ending.active(); }
        [[nodiscard]] int query() const noexcept { return Service::duration(id); }
        void drop(Origin origin) noexcept {
            if (ending.claim(origin)) Service::drop(id);
        }

        Ending ending;
        int id;
    };

    class Notifier {
    public:
        Notifier() = default;
        explicit Notifier(std::shared_ptr<Block> block) noexcept : block_(std::move(block)) {}
        Notifier(Notifier&&) = default;
        Notifier& operator=(Notifier&& other) noexcept {
            terminated(Origin::service);
            block_ = std::move(other.block_);
            return *this;
        }
        ~Notifier() { terminated(Origin::service); }
        void terminated(Origin origin = Origin::remote) noexcept {
            if (const auto block = std::exchange(block_, nullptr)) block->ending.report(origin);
        }

    private:
        std::shared_ptr<Block> block_;
    };
    using Monitor = BehindSharedPtr<Block>::Monitor;
    inline static Notifier line;

    struct Owner : BehindSharedPtr<Block>::Owner {
        explicit Owner(int id) : BehindSharedPtr<Block>::Owner(std::make_shared<Block>(id)) {
            line = Notifier(block());
        }
    };
};

} // namespace compared
