// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ending.hpp"
#include "notifier.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace compared {

/// The session counts its references itself, and the last one gives the identifier back: the owner's, the service's or a monitor's.
///
/// It does not promise what the one behind a `std::shared_ptr` does not, nor that the owner's release gives the identifier back: a
/// monitor keeps it.
struct IntrusivePtr {
    struct Block : boost::intrusive_ref_counter<Block, boost::thread_safe_counter> {
        explicit Block(int number) noexcept : id(number) {}
        Block(const Block&) = delete;
        Block& operator=(const Block&) = delete;
        ~Block() { Service::deallocate(id); }

        void drop(Origin origin) noexcept {
            if (ending.claim(origin)) Service::drop(id);
        }
        void report(Origin origin) noexcept { ending.report(origin); }

        Ending ending;
        int id;
    };
    using Pointer = boost::intrusive_ptr<Block>;
    using Notifier = Reporter<Pointer>;
    inline static Notifier line;

    class Owner {
    public:
        explicit Owner(int id) : block_(new Block(id)) { line = Notifier(block_); }
        Owner(Owner&&) = default;
        Owner& operator=(Owner&&) = delete;
        ~Owner() {
            if (block_) block_->drop(Origin::application);
        }
        void drop() noexcept { block_->drop(Origin::user); }
        [[nodiscard]] bool active() const noexcept { return block_->ending.active(); }
        [[nodiscard]] int query() const noexcept { return ask(block_); }
        [[nodiscard]] const Pointer& block() const noexcept { return block_; }

    private:
        Pointer block_;
    };

    class Monitor {
    public:
        explicit Monitor(const Owner& owner) noexcept : block_(owner.block()) {}
        [[nodiscard]] bool active() const noexcept { return block_->ending.active(); }
        [[nodiscard]] int query() const noexcept { return ask(block_); }

    private:
        Pointer block_;
    };

private:
    // Under a reference of its own: another thread may assign to the handle meanwhile.
    static int ask(const Pointer held) noexcept { return Service::duration(held->id); }
};

} // namespace compared
