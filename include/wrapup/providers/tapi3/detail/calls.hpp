// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>
#include <wrapup/notifier.hpp>
#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>
#include <wrapup/providers/tapi3/cause.hpp>
#include <wrapup/providers/tapi3/detail/hearing.hpp>
#include <wrapup/providers/tapi3/detail/record.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>
#include <wrapup/providers/tapi3/detail/result.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/disconnect_code.hpp>
#include <wrapup/providers/tapi3/error.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace wrapup::tapi3::detail {

// The calls of one service: what it and its providers share. It outlives the service as long as there are sessions, whose
// members then find no call.
class Calls final : public Hearing {
public:
    Calls(Functions& com, Workers& workers, std::function<bool(Incoming&)> offer,
          std::function<void(Call, CallState)> on_state, std::chrono::milliseconds patience,
          std::chrono::milliseconds grace)
        : Hearing(com, workers, std::move(offer), std::move(on_state), (std::min)(patience, longest)),
          grace_((std::min)(grace, longest)) {}

    // ---- what the provider asks for

    // @throws std::bad_alloc
    [[nodiscard]] Call make_call(std::error_code& error, Notifier<Cause> notifier, abi::ITAddress* address,
                                 const std::u16string& destination, abi::Long media_types) {
        if (const std::lock_guard lock(mutex_); closed_) {
            error = closed_;
            return {};
        }
        Call call;
        workers_->ask([&] {
            Table::Place place = notifiers_.reserve();
            const abi::String to = com().allocate_string(destination);
            if (!to) throw std::bad_alloc();
            Ref<abi::ITBasicCallControl> control;
            abi::HResult result = address->CreateCall(to, abi::lineaddresstype_phonenumber, media_types, control.out());
            com().free_string(to);
            error = error_of(result);
            if (error) return;
            abi::ITBasicCallControl* const connecting = control.get();
            call = admit(error, std::move(control), Privilege::owner);
            if (error) return;
            notifiers_.bind(std::move(place), call, std::move(notifier));
            // TAPI may tell of the call before the method returns.
            result = connecting->Connect(abi::variant_false);
            error = error_of(result);
            if (error) forget(call, result);
            else used(call);
        });
        return error ? Call() : call;
    }

    // A call that comes in, for a session that there is memory for. On the thread on which events are handled.
    // @throws std::bad_alloc: it is as it was then
    [[nodiscard]] Call take(std::error_code& error, Notifier<Cause> notifier, Incoming& incoming) {
        Table::Place place = notifiers_.reserve();
        incoming.call = admit(error, std::move(incoming.control), incoming.privilege, true);
        if (error) return {};
        notifiers_.bind(std::move(place), incoming.call, std::move(notifier));
        if (!incoming.by_event) {
            resynchronize(incoming.call);
            return incoming.call;
        }
        const std::lock_guard lock(mutex_);
        find(incoming.call)->missed_event(Clock::now()); // one may have been lost before the call was known
        return incoming.call;
    }

    // A call whose object the program has got by other means. @throws std::bad_alloc
    [[nodiscard]] Call adopt(std::error_code& error, abi::ITBasicCallControl* object) {
        if (const std::lock_guard lock(mutex_); closed_) {
            error = closed_;
            return {};
        }
        Call call;
        workers_->ask([&] {
            call = admit(error, Ref<abi::ITBasicCallControl>::to(object), {});
            if (error) return;
            resynchronize(call);
            used(call);
        });
        return error ? Call() : call;
    }

    void watch(Call call, Notifier<Cause> notifier) noexcept {
        try {
            Table::Place place = notifiers_.reserve();
            Notifier<Cause> former; // of another session, which is lost: it says so without the lock
            {
                const std::lock_guard lock(mutex_);
                const Record* const record = find(call);
                if (!record || record->void_) return; // and the notifier says `lost`
                former = notifiers_.remove(call);
                notifiers_.bind(std::move(place), call, std::move(notifier));
            }
            tell(call);
        } catch (const std::bad_alloc&) { // the notifier says `lost`, and nobody will have the call
            deallocate(call);
        }
    }

    [[nodiscard]] std::error_code drop(Call call, DisconnectCode code) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || record->void_) return errc::lost;
            if (!record->ending) {
                if (record->privilege != Privilege::owner) return Error::not_owner;
                ++record->owed;
                if (record->drop != Drop::none) return {};
                record->wants_drop(Dropper::session, code);
                post_disconnection(*record);
                return {};
            }
        }
        // It had ended before we came, and that is said before our drop is accepted: it was not our doing.
        tell(call);
        return {};
    }

    // Leaves a call that is not ours to end: by a worker, who asks what there is to know of it. For one that is there is no
    // other end than Disconnect: once more, if that is of use; and where it was refused, now and then until it is not.
    [[nodiscard]] std::error_code abort(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || record->void_) return errc::lost;
            if (!record->ending) {
                if (!record->is_ours()) {
                    if (record->drop == Drop::none || record->drop == Drop::accepted) post_leaving(*record);
                    else record->insists = true; // it is left when Disconnect has returned, or is being left already
                    return {};
                }
                if (record->drop == Drop::none) {
                    if (!record->retry) return Error::invalid_call_state;
                    record->insists = true;
                    return {};
                }
                ++record->owed;
                record->again = true;
                if (record->drop == Drop::accepted) disconnect_again(*record);
                return {};
            }
        }
        tell(call);
        return {};
    }

    [[nodiscard]] std::error_code answer(Call call) noexcept {
        const Use use(*this, call);
        if (!use) return errc::lost;
        abi::HResult result = abi::s_ok;
        workers_->ask([&]() noexcept { result = use.control()->Answer(); });
        return error_of(result);
    }

    void deallocate(Call call) noexcept {
        const Notifier<Cause> notifier = notifiers_.remove(call); // what is said too late finds nobody
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record) return;
            record->given_up = true;
            changed_.notify_all();
        }
        settle(call);
    }

    // The calls whose objects are held. @throws std::bad_alloc
    [[nodiscard]] std::vector<Call> outstanding() const {
        const std::lock_guard lock(mutex_);
        std::vector<Call> calls;
        calls.reserve(book_.records().size());
        for (const auto& [key, record] : book_.records())
            if (!record.void_) calls.push_back(record.call());
        return calls;
    }

    // ---- the end of the service

    // No more calls. Those that are live are disconnected.
    void close() noexcept {
        {
            const std::lock_guard lock(mutex_);
            closed_ = make_error_code(std::errc::operation_canceled);
        }
        for (Call call = next({}); call != Call(); call = next(call)) {
            {
                const std::lock_guard lock(mutex_);
                if (Record* const record = find(call)) record->retry = false;
            }
            settle(call);
        }
    }
    void wait_while_any_live() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, grace_, [this] {
            return std::none_of(book_.records().begin(), book_.records().end(),
                                [](const auto& call) { return call.second.is_live(); });
        });
    }
    // When no event comes any more, on a thread that is no worker: the workers finish what is in progress meanwhile, and let
    // the objects go, however few they are. *Blocks* until they have.
    void give_back_all() noexcept {
        for (Call call = next({}); call != Call(); call = next(call)) give_back(call);
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return book_.records().empty() && letting_go_ == 0; });
    }

private:
    // There is no session after all, and mostly no call; one that TAPI had begun has to be disconnected. Nobody is waited for:
    // this is a worker, and whoever uses the call may be waiting for one. The last to use it has it let go; mostly that is this
    // one, and then it is gone when the caller hears of the error. The notifier goes after that: the caller holds the session
    // that it belongs to. *Source:* ITBasicCallControl::Connect: TAPI_E_TIMEOUT is not the end
    void forget(Call call, abi::HResult why) noexcept {
        const Notifier<Cause> notifier = notifiers_.remove(call);
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(call);
            record.given_up = true;
            record.never_began = record.state == CallState::idle && why != result_of(Error::timeout);
        }
        let_go_if_unused(call);
    }
    void give_back(Call call) noexcept {
        Cause cause;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record) return;
            record->conclude();
            if (record->ending) cause = record->ending->cause;
            ++record->uses; // it stays until its session has heard of it
        }
        tell(call);
        cause.error = make_error_code(std::errc::operation_canceled);
        if (withdraw(call).lost(cause)) { // another thread has begun to give it back, and needs no worker to say so
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return find(call)->given_up; });
        }
        used(call); // and whoever is the last has it let go
    }

    static constexpr std::chrono::milliseconds longest =
        std::chrono::hours(24 * 365); // a clock can count no further for ever
    const std::chrono::milliseconds grace_;
};

} // namespace wrapup::tapi3::detail
