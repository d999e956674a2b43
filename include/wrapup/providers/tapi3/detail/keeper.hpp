// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/notifier_table.hpp>
#include <wrapup/origin.hpp>
#include <wrapup/providers/tapi3/abi.hpp>
#include <wrapup/providers/tapi3/call.hpp>
#include <wrapup/providers/tapi3/call_info.hpp>
#include <wrapup/providers/tapi3/call_state.hpp>
#include <wrapup/providers/tapi3/cause.hpp>
#include <wrapup/providers/tapi3/detail/book.hpp>
#include <wrapup/providers/tapi3/detail/read.hpp>
#include <wrapup/providers/tapi3/detail/record.hpp>
#include <wrapup/providers/tapi3/detail/ref.hpp>
#include <wrapup/providers/tapi3/detail/result.hpp>
#include <wrapup/providers/tapi3/detail/workers.hpp>
#include <wrapup/providers/tapi3/disconnect_code.hpp>
#include <wrapup/providers/tapi3/error.hpp>
#include <wrapup/providers/tapi3/functions.hpp>
#include <wrapup/providers/tapi3/privilege.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

namespace wrapup::tapi3::detail {

// Keeps the objects of a service's calls: who uses them, what is due for them, and which thread does it.
//
// No method of TAPI is called, no notice given, no handler run and no reference given up under the mutex; and none of TAPI on a
// thread that is not of the workers' apartment. A call's object is used by whoever has counted itself in `Record::uses`; it is
// let go by a worker when nobody is there any more.
//
// What is due for a call is done by `settle`, by whoever has changed something about it.
class Keeper {
public:
    Keeper(Functions& com, Workers& workers) noexcept : com_(com), workers_(&workers) {}
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    [[nodiscard]] Functions& com() const noexcept { return com_; }

    // A call's object for the length of a question.
    class Use {
    public:
        Use(Keeper& keeper, Call call) noexcept : keeper_(keeper), call_(call) {
            const std::lock_guard lock(keeper.mutex_);
            Record* const record = keeper.book_.find(call);
            if (!record || record->void_) return;
            control_ = record->control.get();
            ++record->uses;
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use() {
            if (control_) keeper_.used(call_);
        }
        explicit operator bool() const noexcept { return control_ != nullptr; }
        [[nodiscard]] abi::ITBasicCallControl* control() const noexcept { return control_; }
        [[nodiscard]] abi::ITCallInfo* info() const noexcept { return call_.get(); }
        [[nodiscard]] Functions& com() const noexcept { return keeper_.com_; }
        // Asks TAPI, on a thread that may. Throws what the task throws.
        template <class Task>
        void ask(Task task) const {
            keeper_.workers_->ask(std::move(task));
        }

    private:
        Keeper& keeper_;
        Call call_;
        abi::ITBasicCallControl* control_ = nullptr;
    };

    // What is known of a call without asking TAPI. @returns nothing where the call is not there any more
    template <class Answer>
    [[nodiscard]] auto look(Call call, Answer answer) const noexcept {
        const std::lock_guard lock(mutex_);
        const Record* const record = book_.find(call);
        using Result = decltype(answer(*record));
        return record ? std::optional<Result>(answer(*record)) : std::nullopt;
    }

protected:
    using Clock = std::chrono::steady_clock;
    using Table = NotifierTable<Call, Cause>;

    ~Keeper() = default;

    // ---- with the mutex

    [[nodiscard]] bool closing() const noexcept { return static_cast<bool>(closed_); }
    Record* find(Call call) noexcept { return book_.find(call); }

    void post_disconnection(Record& record) noexcept {
        post(record, record.disconnecting, [](Job& job) noexcept {
            auto& posted = static_cast<Record::Posted&>(job);
            posted.keeper->disconnect(posted.call);
        });
    }

    // Of a call that is not ours to end. @pre no drop of it is in progress
    void post_leaving(Record& record) noexcept {
        record.wants_drop(Dropper::session, record.code);
        post(record, record.disconnecting, [](Job& job) noexcept {
            auto& posted = static_cast<Record::Posted&>(job);
            posted.keeper->leave(posted.call);
        });
    }

    void disconnect_again(Record& record) noexcept {
        record.again = false;
        record.stands = true;
        record.owed = 1;
        record.wants_drop(Dropper::session, record.code);
        post_disconnection(record);
    }

    // ---- without it

    // See `Book::next`.
    Call next(Call call) const noexcept {
        const std::lock_guard lock(mutex_);
        return book_.next(call);
    }

    // A call that is ours from now on, and in use; `late`, also where we are closing. On a thread of the apartment.
    // @throws std::bad_alloc
    Call admit(std::error_code& error, Ref<abi::ITBasicCallControl>&& control, std::optional<Privilege> privilege,
               bool late = false) {
        Ref<abi::ITCallInfo> info = control.as<abi::ITCallInfo>();
        const std::uintptr_t identity = control.identity();
        if (!info || identity == 0) {
            error = Error::no_interface;
            return {};
        }
        abi::Long said = abi::cp_owner;
        if (!privilege && info->get_Privilege(&said) < 0) said = abi::cp_owner;
        const std::lock_guard lock(mutex_);
        error = late ? std::error_code() : closed_;
        if (!error && book_.whose(identity) != Call()) error = Error::in_use;
        if (error) return {};
        Record& record = book_.insert(std::move(control), std::move(info), identity,
                                      privilege.value_or(static_cast<Privilege>(said)));
        record.uses = 1;
        return record.call();
    }

    // Nobody begins to use the call, and what is said of it finds nobody. It is void first: so whoever comes to watch it either
    // finds that, or is found here.
    Notifier<Cause> withdraw(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            if (Record* const record = find(call)) record->void_ = true;
        }
        return notifiers_.remove(call);
    }

    void used(Call call) noexcept {
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (!record || --record->uses > 0) return;
            changed_.notify_all();
        }
        settle(call);
    }

    // Says what is the case. As often as one likes: the notifier knows what it has heard.
    void tell(Call call) const noexcept {
        const auto ending = look(call, [](const Record& record) { return record.ending; });
        if (!ending || !*ending) return;
        notifiers_.notify(call, [&](const Notifier<Cause>& notifier) {
            if ((*ending)->origin) notifier.terminated(*(*ending)->origin, (*ending)->cause);
            else notifier.terminated((*ending)->cause);
        });
    }

    // Does what is due.
    void settle(Call call) noexcept {
        const std::lock_guard lock(mutex_);
        if (Record* const record = find(call)) settle(*record);
    }

    // By a worker, who has it in use.
    void let_go_if_unused(Call call) noexcept {
        Book::Entry gone; // its references are given up without the lock
        {
            const std::lock_guard lock(mutex_);
            Record& record = *find(call);
            if (--record.uses > 0) return; // whoever is the last settles
            if (record.due(closing()) != Due::release) return settle(record);
            gone = book_.extract(call);
            ++letting_go_;
        }
        gone = {};
        const std::lock_guard lock(mutex_);
        --letting_go_;
        changed_.notify_all();
    }

    // All that TAPI says of the call; nothing where there is no memory. On a thread of the apartment.
    std::shared_ptr<const CallInfo> ask_all(abi::ITCallInfo& info) const noexcept {
        try {
            return std::make_shared<const CallInfo>(Reader(com_, info).all());
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

private:
    // With the mutex.
    void settle(Record& record) noexcept {
        switch (record.due(closing())) {
        case Due::nothing: break;
        case Due::disconnection:
            if (record.insists) record.wants_drop(Dropper::session, record.code);
            else record.wants_drop(Dropper::service, DisconnectCode::normal);
            post_disconnection(record);
            break;
        case Due::release:
            post(record, record.releasing, [](Job& job) noexcept {
                auto& posted = static_cast<Record::Posted&>(job);
                posted.keeper->let_go_if_unused(posted.call); // something may have become due since this was posted
            });
            break;
        }
    }

    void post(Record& record, Record::Posted& job, void (*run)(Job&) noexcept) noexcept {
        ++record.uses;
        job.keeper = this;
        job.call = record.call();
        job.run = run;
        workers_->post(job);
    }

    // By a worker, who has the call in use. An end that was heard of meanwhile is told when it is known whose it was.
    // *Source:* ITBasicCallControl::Disconnect: S_FALSE is not success, TAPI_E_TIMEOUT
    // is not the end, and what a second one returns is not documented.
    void disconnect(Call call) noexcept {
        abi::ITBasicCallControl* control = nullptr;
        abi::Long code = 0;
        {
            const std::lock_guard lock(mutex_);
            Record* const record = find(call);
            if (record->drop_begins()) {
                control = record->control.get();
                code = static_cast<abi::Long>(record->code);
            }
        }
        std::error_code refused;
        unsigned refusals = 0; // of what was accepted
        if (control) {
            const abi::HResult result = control->Disconnect(code);
            constexpr abi::Long unknown = -1;
            abi::Long state = unknown;
            if (result != abi::s_ok && call.get()->get_CallState(&state) < 0) state = unknown;
            const std::lock_guard lock(mutex_);
            Record& record = *find(call);
            const bool is_over = state == abi::cs_disconnected || record.is_over();
            if (result == abi::s_ok || (is_over && result == result_of(Error::timeout)))
                record.drop_accepted(Clock::now());
            else if (is_over) record.drop_came_late(Clock::now());
            else {
                record.drop_refused(Clock::now());
                if (result == result_of(Error::not_owner)) record.privilege = Privilege::monitor; // it was handed off
                record.never_began = result == abi::s_false && state == abi::cs_idle && record.state == CallState::idle;
                refused = result < 0 ? error_of(result) : make_error_code(Error::nothing_to_disconnect);
                record.again = false;
                refusals = std::exchange(record.owed, 0u);
                if ((record.insists || record.stands) && !record.is_ours()) post_leaving(record);
            }
            record.conclude();
            if (record.again && record.is_live()) disconnect_again(record);
            changed_.notify_all();
        }
        tell(call);
        for (; refusals > 0; --refusals)
            notifiers_.notify(call, [&](const Notifier<Cause>& notifier) { notifier.refused(refused); });
        used(call);
    }

    // By a worker, who has the call in use.
    void leave(Call call) noexcept {
        std::shared_ptr<const CallInfo> info = ask_all(*call.get());
        {
            const std::lock_guard lock(mutex_);
            find(call)->leave(std::move(info));
            changed_.notify_all();
        }
        tell(call);
        used(call);
    }

    Functions& com_;

protected:
    Workers* const workers_;
    Table notifiers_;
    mutable std::mutex mutex_;
    std::condition_variable changed_; // a call is over, or not in use, or gone
    Book book_;
    unsigned letting_go_ = 0;  // calls that are not in the book any more, and not released yet
    std::error_code closed_{}; // why there are no more calls
};

} // namespace wrapup::tapi3::detail
