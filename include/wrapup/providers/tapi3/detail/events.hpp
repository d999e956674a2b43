// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace wrapup::tapi3::detail {

// What TAPI has said, with a reference to it.
struct Event {
    abi::Long kind;
    Ref<abi::IDispatch> object;
    std::unique_ptr<Event> next{};
    std::chrono::steady_clock::time_point came = std::chrono::steady_clock::now();
};

// Of which kind there may have been events that nobody has heard.
struct Missed {
    bool states = false;
    bool calls = false;
    explicit operator bool() const noexcept { return states || calls; }
};

// Events in their order, from TAPI's thread to ours. Of those that were lost it says that there were some.
class Queue {
public:
    Queue() = default;
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;
    ~Queue() { clear(); }

    // Where it is closed nobody will take it, and it goes here.
    void put(std::unique_ptr<Event> event) noexcept {
        {
            const std::lock_guard lock(mutex_);
            if (!closed_) {
                *last_ = std::move(event);
                last_ = &(*last_)->next;
            }
        }
        changed_.notify_one();
    }
    void miss(abi::Long kind) noexcept {
        const std::lock_guard lock(mutex_); // nobody is woken: what was missed is made up for now and then
        (kind == abi::te_callnotification ? missed_.calls : missed_.states) = true;
    }

    // Nothing where none has come in that time, or the queue is closed and empty.
    std::unique_ptr<Event> take(std::chrono::milliseconds time) noexcept {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, time, [this] { return closed_ || first_; });
        return pop();
    }
    // Until when all has been taken that has come.
    std::chrono::steady_clock::time_point heard_until() noexcept {
        const std::lock_guard lock(mutex_);
        return first_ ? first_->came : std::chrono::steady_clock::now();
    }
    // What was missed since this was asked last.
    Missed take_missed() noexcept {
        const std::lock_guard lock(mutex_);
        return std::exchange(missed_, {});
    }

    void close() noexcept {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        changed_.notify_one();
    }
    [[nodiscard]] bool over() noexcept {
        const std::lock_guard lock(mutex_);
        return closed_ && !first_;
    }
    // On a thread of the apartment: their references are given up.
    void clear() noexcept {
        while (take(std::chrono::milliseconds(0))) {
        }
    }

private:
    std::unique_ptr<Event> pop() noexcept { // with the mutex
        std::unique_ptr<Event> event = std::move(first_);
        if (event) first_ = std::move(event->next);
        if (!first_) last_ = &first_;
        return event;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::unique_ptr<Event> first_;
    std::unique_ptr<Event>* last_ = &first_;
    Missed missed_;
    bool closed_ = false;
};

// What TAPI calls, on a thread of its own that must not be kept: the event is put aside, with a reference. It lives as long as
// TAPI wants. *Source:* TAPI 3, "Events", "Hints and Tips"
class Sink final : public abi::ITTAPIEventNotification {
public:
    explicit Sink(std::shared_ptr<Queue> queue) noexcept : queue_(std::move(queue)) {}
    virtual ~Sink() = default;

    abi::HResult WRAPUP_TAPI3_CALL QueryInterface(const abi::Guid& wanted, void** object) noexcept override {
        if (!object) return abi::e_pointer;
        const bool known = wanted == abi::IUnknown::iid || wanted == abi::ITTAPIEventNotification::iid;
        *object = known ? static_cast<abi::ITTAPIEventNotification*>(this) : nullptr;
        if (!known) return abi::e_nointerface;
        AddRef();
        return abi::s_ok;
    }
    abi::ULong WRAPUP_TAPI3_CALL AddRef() noexcept override { return ++references_; }
    abi::ULong WRAPUP_TAPI3_CALL Release() noexcept override {
        const abi::ULong left = --references_;
        if (left == 0) delete this;
        return left;
    }
    abi::HResult WRAPUP_TAPI3_CALL Event(abi::Long kind, abi::IDispatch* object) noexcept override {
        auto event = std::unique_ptr<detail::Event>(
            new (std::nothrow) detail::Event{kind, Ref<abi::IDispatch>::to(object)}); // NOLINT(modernize-make-unique)
        if (!event) {
            queue_->miss(kind);
            return abi::e_outofmemory;
        }
        queue_->put(std::move(event));
        return abi::s_ok;
    }

private:
    const std::shared_ptr<Queue> queue_;
    std::atomic<abi::ULong> references_{1};
};

} // namespace wrapup::tapi3::detail
