// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/waiting_backend.hpp>
#include <wrapup/notifier.hpp>

#include <cstddef>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wrapup {

/// Maps the identifiers that a service puts into its events to notifiers, for services whose events carry nothing else.
///
/// An event for an identifier that nobody is bound to finds nobody. So that one that is late never finds the next session
/// of the same number: take the identifier out *before* the service is told to free it, and bind a new one on the thread
/// that consumes the events, when the event that introduces it is handled; whatever is older has been handled then.
///
/// A notifier that is still bound when the table goes says `lost`.
///
/// `Native` is default constructible and copy assignable. A copy, a comparison or a hash that throws in a member that is
/// `noexcept` has called `std::terminate`.
///
/// *Thread safety:* every member from any thread. *Blocks* for as long as another thread looks something up; no notice is
/// given under the lock.
template <class Native, class Cause, class Hash = std::hash<Native>, class Backend = detail::NativeBackend>
class NotifierTable {
    using Notifier = wrapup::Notifier<Cause, Backend>;
    using Map = std::unordered_map<Native, Notifier, Hash>;

public:
    /// A place in the table, taken before the service is asked, so that binding its answer cannot fail.
    /// *Lifetime:* it does not outlive the table.
    class [[nodiscard]] Place {
    public:
        Place(Place&& other) noexcept : table_(std::exchange(other.table_, nullptr)), node_(std::move(other.node_)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (table_) table_->unreserve();
        }

    private:
        friend class NotifierTable;
        Place(NotifierTable& table, typename Map::node_type node) : table_(&table), node_(std::move(node)) {}

        NotifierTable* table_;
        typename Map::node_type node_;
    };

    NotifierTable() = default;
    NotifierTable(const NotifierTable&) = delete;
    NotifierTable& operator=(const NotifierTable&) = delete;
    ~NotifierTable() {
        // One by one: what a notifier says as it dies may come back to the table.
        for (typename Map::node_type last;; last = {}) {
            const std::lock_guard lock(mutex_);
            Backend::writes(&map_);
            if (map_.empty()) return;
            last = map_.extract(map_.begin());
        }
    }

    /// Takes a place. @throws std::bad_alloc; then nothing is taken.
    [[nodiscard]] Place reserve() {
        const std::lock_guard lock(mutex_);
        Backend::writes(&spare_);
        spare_.emplace();
        const std::size_t needed = map_.size() + reserved_ + 1;
        if (needed > room_) {
            Backend::writes(&map_);
            map_.reserve(2 * needed);
            room_ = 2 * needed;
        }
        ++reserved_;
        return Place(*this, spare_.extract(spare_.begin()));
    }

    /// Binds an identifier. One that is bound already belonged to a session that the service has forgotten: its notifier
    /// says `lost`. So does the one that is given with a place that was moved from: nothing is bound then.
    ///
    /// @pre the place is one of this table
    void bind(Place place, const Native& native, Notifier notifier) noexcept {
        if (!place.table_) return;
        typename Map::node_type former; // dies after the lock: its notifier may have something to say
        const std::lock_guard lock(mutex_);
        Backend::writes(&map_);
        place.node_.key() = native;
        place.node_.mapped() = std::move(notifier);
        place.table_ = nullptr;
        --reserved_;
        former = map_.extract(native);
        map_.insert(std::move(place.node_));
    }

    /// Calls `f` with the notifier of an identifier. @returns whether there was one
    template <class F>
    bool notify(const Native& native, F&& f) const {
        using Block = std::remove_pointer_t<decltype(detail::Access::block(std::declval<const Notifier&>()))>;
        struct Shared {
            Block* block;
            ~Shared() {
                if (block) block->leave();
            }
        } shared{nullptr};
        {
            const std::lock_guard lock(mutex_);
            Backend::reads(&map_);
            const auto found = map_.find(native);
            if (found == map_.end() || !found->second) return false;
            shared.block = detail::Access::block(found->second);
            shared.block->refer();
        }
        std::forward<F>(f)(*typename Notifier::Borrowed(shared.block));
        return true;
    }

    /// Takes an identifier out. @returns its notifier, or an empty one
    Notifier remove(const Native& native) noexcept {
        const std::lock_guard lock(mutex_);
        Backend::writes(&map_);
        auto node = map_.extract(native);
        return node ? std::move(node.mapped()) : Notifier();
    }

    /// The identifiers that are bound: what the service would have to end before it goes. @throws std::bad_alloc
    [[nodiscard]] std::vector<Native> outstanding() const {
        const std::lock_guard lock(mutex_);
        Backend::reads(&map_);
        std::vector<Native> natives;
        natives.reserve(map_.size());
        for (const auto& [native, notifier] : map_) natives.push_back(native);
        return natives;
    }

    /// How many identifiers are bound.
    [[nodiscard]] std::size_t size() const noexcept {
        const std::lock_guard lock(mutex_);
        return map_.size();
    }

private:
    void unreserve() noexcept {
        const std::lock_guard lock(mutex_);
        --reserved_;
    }

    mutable typename detail::WaitingBackend<Backend>::Mutex mutex_;
    Map map_;
    Map spare_; // what a place is made in: it has room for one, which it would otherwise take and give back each time
    typename Backend::template Plain<std::size_t> reserved_ = 0; // places that are taken and not bound
    typename Backend::template Plain<std::size_t> room_ = 0; // how many identifiers the map holds before it must grow
};

} // namespace wrapup
