// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace wrapup::detail {

// Somebody who wants to know when a session is over. Lives in the object of whoever wants to know; linked into the
// session's list while it waits.
template <class Backend>
class Observer {
    template <class T>
    using Plain = typename Backend::template Plain<T>;

public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    virtual void over() noexcept = 0;

    Plain<Observer*> next = nullptr; // null where it is in no list
    Plain<Observer*> previous = nullptr;

protected:
    ~Observer() = default;
};

// The observers of one session, called in the order in which they registered, by one thread, once, with no lock held.
template <class Backend>
class Observers {
    using Observer = detail::Observer<Backend>;
    template <class T>
    using Plain = typename Backend::template Plain<T>;

public:
    // Links the observer where `announce`, called under the lock, says that the end is still to come.
    template <class Announce>
    bool add(Observer& observer, Announce announce) noexcept {
        mutex_.lock();
        const bool to_come = announce();
        if (to_come) link(observer);
        mutex_.unlock();
        return to_come;
    }

    // Afterwards the observer is not called any more, and no call of it is in progress on another thread. A call on this
    // thread is the caller's own: waiting for it would be waiting for ever.
    void remove(Observer& observer) noexcept {
        mutex_.lock();
        if (observer.next) unlink(observer);
        while (delivery_ && delivery_->running == &observer && delivery_->thread != Backend::this_thread()) {
            delivery_->awaited = true;
            const int round = rounds_.load(Backend::relaxed);
            mutex_.unlock();
            rounds_.wait(round, Backend::relaxed); // what it waits for is under the mutex
            mutex_.lock();
        }
        mutex_.unlock();
    }

    // Calls all of them. The observer may be destroyed in its call, so nothing of it is touched afterwards.
    void deliver() noexcept {
        Delivery delivery{nullptr, Backend::this_thread(), false};
        mutex_.lock();
        delivery_ = &delivery;
        while (first_) {
            delivery.running = first_;
            unlink(*first_);
            mutex_.unlock();
            delivery.running->over();
            mutex_.lock();
            delivery.running = nullptr;
            if (delivery.awaited) {
                delivery.awaited = false;
                rounds_.fetch_add(1, Backend::relaxed);
                rounds_.notify_all();
            }
        }
        delivery_ = nullptr;
        mutex_.unlock();
    }

private:
    struct Delivery {
        Plain<Observer*> running;
        const void* thread;
        Plain<bool> awaited;
    };

    // A ring, so that the last is found from the first.
    void link(Observer& observer) noexcept {
        if (!first_) {
            first_ = observer.next = observer.previous = &observer;
            return;
        }
        observer.next = first_;
        observer.previous = first_->previous;
        observer.previous->next = &observer;
        first_->previous = &observer;
    }
    void unlink(Observer& observer) noexcept {
        if (observer.next == &observer) {
            first_ = nullptr;
        } else {
            observer.next->previous = observer.previous;
            observer.previous->next = observer.next;
            if (first_ == &observer) first_ = observer.next;
        }
        observer.next = nullptr;
    }

    Plain<Observer*> first_ = nullptr;
    Plain<Delivery*> delivery_ = nullptr; // the thread that delivers, on its stack
    typename Backend::Mutex mutex_;
    typename Backend::template Atomic<int> rounds_{0}; // what `remove` waits on: each awaited call that has returned
};

} // namespace wrapup::detail
