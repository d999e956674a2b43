// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace wrapup::tapi3::detail {

struct Event {
    abi::Long kind;
    Ref<abi::IDispatch> object;
};

// Events in their order, from TAPI's thread to ours.
class Queue {
public:
    // @returns false where it is closed: nobody will take it. @throws std::bad_alloc
    bool put(Event event) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            events_.push_back(std::move(event));
        }
        changed_.notify_one();
        return true;
    }
    // Nothing where none has come in that time, or the queue is closed and empty.
    std::optional<Event> take(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, time, [this] { return closed_ || !events_.empty(); });
        if (events_.empty()) return {};
        std::optional<Event> event(std::move(events_.front()));
        events_.pop_front();
        return event;
    }
    void close() noexcept {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        changed_.notify_one();
    }
    [[nodiscard]] bool over() {
        const std::lock_guard lock(mutex_);
        return closed_ && events_.empty();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Event> events_;
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
        try {
            queue_->put({kind, Ref<abi::IDispatch>::to(object)});
        } catch (const std::bad_alloc&) {
            return abi::e_outofmemory; // the call will be asked for its state
        }
        return abi::s_ok;
    }

private:
    const std::shared_ptr<Queue> queue_;
    std::atomic<abi::ULong> references_{1};
};

} // namespace wrapup::tapi3::detail
