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

    // A ring, so that the last is found from the first: at first of itself alone.
    Plain<Observer*> next = this;
    Plain<Observer*> previous = this;
    // The thread that has taken it off the list to call it; null before.
    typename Backend::template Atomic<const void*> caller{nullptr};

protected:
    ~Observer() = default;
};

// The observers of one session, called by one thread, once, with no lock held: first those who wait, who are only woken, and
// then callbacks, in the order in which they registered; a callback may wait for one who waits.
//
// The list is one word, the first observer and a flag, which is locked for the few instructions that a change takes; nobody is
// called meanwhile.
//
// A call in progress is waited for by those who destroy the observer. They say so where the thread that calls will look when
// it has returned: in the list, and in the session's word, since after the last observer it does not come to the list again.
// Either they are seen there, and woken; or they come after it, and then see that the call is not in progress any more.
template <class Backend>
class Observers {
    using Observer = detail::Observer<Backend>;

public:
    // The first, by the one whose step has announced that there are observers: whoever knows of that waits for this.
    void begin(Observer& observer) noexcept { list_.unlock(first_is(&observer, 0)); }

    // Another one, where the end is still to come.
    template <class ToCome>
    [[gnu::noinline]] bool add(Observer& observer, bool in_front, ToCome to_come) noexcept {
        const List list = list_.lock();
        const bool links = to_come();
        list_.unlock(links ? link(observer, in_front, list) : list);
        return links;
    }

    // Whether an observer has been called, and the call has returned: then nobody touches it any more.
    [[nodiscard]] bool called(const Observer& observer) const noexcept {
        return observer.caller.load(Backend::acquire) && running_.load(Backend::acquire) != &observer;
    }

    // Afterwards the observer is not called any more, and no call of it is in progress on another thread. A call on this
    // thread is the caller's own: waiting for it would be waiting for ever. `announce` says in the session's word that somebody
    // waits.
    template <class Announce>
    void remove(Observer& observer, Announce announce) noexcept {
        if (!observer.caller.load(Backend::acquire) && unlinked(observer)) return;
        if (running_.load(Backend::acquire) == &observer) await_call(observer, announce);
    }

    // Calls all of them. An observer may be destroyed in its call, so nothing of it is touched afterwards. Nobody is added any
    // more, so after the last one only the session's word is left to be looked at. Mostly there is one; and before it is called,
    // nobody waits for a call.
    void deliver() noexcept {
        const List list = list_.lock();
        Observer* const first = first_of(list);
        if (!first || first->next != first) return deliver_all(list);
        call(*first, 0);
    }

    // Those who wait for a call to return look again. Release, and acquire there: who sees this round sees that the call has
    // returned, where nothing else says so to one who finds everything announced already.
    void wake() noexcept {
        rounds_.fetch_add(1, Backend::release);
        rounds_.notify_all();
    }

private:
    using List = typename Backend::LockedWord::Value;
    static constexpr List awaited = 2;
    static_assert(alignof(Observer) > awaited);

    static Observer* first_of(List list) noexcept {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): the pointer and the flag are one word, to be changed at once
        return reinterpret_cast<Observer*>(list & ~awaited);
    }
    static List first_is(Observer* first, List list) noexcept {
        return reinterpret_cast<List>(first) | (list & awaited);
    }

    static List link(Observer& observer, bool in_front, List list) noexcept {
        Observer* const first = first_of(list);
        if (!first) return first_is(&observer, list);
        observer.next = first;
        observer.previous = first->previous;
        observer.previous->next = &observer;
        first->previous = &observer;
        return in_front ? first_is(&observer, list) : list;
    }
    static List without(Observer& observer, List list) noexcept {
        Observer* const next = observer.next;
        if (next == &observer) return first_is(nullptr, list);
        next->previous = observer.previous;
        observer.previous->next = next;
        return first_of(list) == &observer ? first_is(next, list) : list;
    }

    // The first, and leaves the list to the others.
    void call(Observer& first, List rest) noexcept {
        running_.store(&first, Backend::release);
        first.caller.store(Backend::this_thread(), Backend::release);
        list_.unlock(rest);
        first.over();
        running_.store(nullptr, Backend::release);
    }
    [[gnu::noinline]] void deliver_all(List list) noexcept {
        while (Observer* const first = first_of(list)) {
            const List rest = without(*first, list);
            call(*first, rest);
            if (!first_of(rest)) return;
            for (list = list_.lock(); (list & awaited) != 0; list = list_.lock()) {
                list_.unlock(list & ~awaited);
                wake();
            }
        }
        list_.unlock(list);
    }

    // Takes it off the list, unless somebody has, to call it.
    [[gnu::noinline]] bool unlinked(Observer& observer) noexcept {
        const List list = list_.lock();
        const bool linked = !observer.caller.load(Backend::relaxed);
        list_.unlock(linked ? without(observer, list) : list);
        return linked;
    }
    template <class Announce>
    [[gnu::noinline]] void await_call(Observer& observer, Announce announce) noexcept {
        if (observer.caller.load(Backend::relaxed) == Backend::this_thread()) return;
        do {
            const int round = rounds_.load(Backend::acquire);
            list_.unlock(list_.lock() | awaited);
            announce();
            if (running_.load(Backend::acquire) != &observer) return;
            rounds_.wait(round, Backend::relaxed);
        } while (running_.load(Backend::acquire) == &observer);
    }

    typename Backend::LockedWord list_;
    typename Backend::template Atomic<Observer*> running_{nullptr};
    typename Backend::template Atomic<int> rounds_{0}; // what `remove` waits on
};

} // namespace wrapup::detail
