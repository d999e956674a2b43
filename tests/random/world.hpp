// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/monitor.hpp>
#include <wrapup/session.hpp>
#include <wrapup/termination_callback.hpp>
#include <wrapup/wait.hpp>

#include "memory.hpp"
#include "providers.hpp"
#include "stage.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

namespace histories {

// A verb asks from a place of its own, so that a transition shows who has asked for it.
inline constexpr std::array<wrapup::source_location, verbs> places = [] {
    std::array<wrapup::source_location, verbs> all{};
    all[static_cast<std::size_t>(Verb::drop)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::disconnect)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::abort)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::release)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::detach)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::drop_by_controller)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::disconnect_by_controller)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::abort_by_controller)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::terminating)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::terminated)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::refused)] = wrapup::source_location::current();
    all[static_cast<std::size_t>(Verb::lost)] = wrapup::source_location::current();
    return all;
}();
constexpr wrapup::source_location from(Verb verb) noexcept { return places[static_cast<std::size_t>(verb)]; }

// Nobody where it was none of ours: a handle was destroyed, a lease returned, or the library speaks for itself.
inline unsigned asked_by(const wrapup::source_location& where) noexcept {
    if (where.line() == 0) return 0;
    const auto& first = from(Verb::drop);
    if (where.file_name() != first.file_name() && std::strcmp(where.file_name(), first.file_name()) != 0) return 0;
    for (unsigned verb = 0; verb < verbs; ++verb)
        if (places[verb].line() == where.line()) return 1 + verb;
    return 0;
}

inline std::uint32_t answer_of(const std::error_code& error) noexcept {
    if (!error) return none;
    if (error == std::errc::not_enough_memory) return no_memory;
    return static_cast<std::uint32_t>(error.value()) + (error.category() == wrapup::category() ? 100u : 0u);
}

template <class P>
constexpr Abilities abilities() noexcept {
    return {.traces = wrapup::Traces<P>,
            .aborts = wrapup::Aborts<P>,
            .takes_reasons = wrapup::AcceptsReason<P>,
            .reports_causes = wrapup::ReportsCause<P>,
            .snapshots = wrapup::Snapshots<P>,
            .timed = wrapup::Timed<P>,
            .refuses = wrapup::Aborts<P>,
            .notifies = wrapup::Notifies<P>};
}

template <class P>
Record record_of(Phase phase, const wrapup::Termination<P>* termination) noexcept {
    if (!termination) return Record::of(phase);
    std::uint64_t reason = 0;
    std::uint64_t cause = 0;
    std::uint64_t statistics = 0;
    std::int64_t began = 0;
    std::int64_t ended = 0;
    if constexpr (wrapup::AcceptsReason<P>) reason = static_cast<std::uint8_t>(termination->reason.value_or(Reason{}));
    if constexpr (wrapup::ReportsCause<P>) cause = termination->cause.value_or(Cause{});
    if constexpr (wrapup::Snapshots<P>) statistics = termination->statistics.value_or(0u);
    if constexpr (wrapup::Timed<P>) {
        began = termination->began.time_since_epoch().count();
        ended = termination->ended.time_since_epoch().count();
    }
    return Record::of(phase, termination->origin,
                      (termination->contested ? Record::contested : 0) |
                          (termination->abandoned ? Record::abandoned : 0),
                      reason, cause, statistics, static_cast<std::uint32_t>(began), static_cast<std::uint32_t>(ended));
}

// What the service of both kinds of worlds records and checks by itself: nobody may rely on the model alone.
template <class World>
class Service : public Stage<World> {
public:
    void provider_made(Number s) noexcept { ++providers_[s]; }
    void provider_gone(Number s) noexcept { --providers_[s]; }

    bool on_drop(Number s, int id, std::uint8_t reason) noexcept {
        use(s, id);
        return enter(Call::drop, reason != 0 ? What::drop_for : What::drop, s, reason);
    }
    bool on_abort(Number s, int id) noexcept {
        use(s, id);
        return enter(Call::abort, What::abort, s);
    }
    std::uint32_t on_snapshot(Number s, int id) noexcept {
        use(s, id);
        const std::uint32_t taken = this->time() + 1;
        enter(Call::snapshot, What::snapshot, s);
        return taken;
    }
    void on_deallocate(Number s, int id) noexcept {
        use(s, id);
        ++deallocated_[s];
        enter(Call::deallocate, What::deallocate, s);
    }
    int on_ask(Number s, int id) noexcept {
        use(s, id);
        enter(Call::use, What::ask, s);
        return id;
    }
    void on_trace(Number s, const wrapup::Transition& t) noexcept {
        enter(Call::trace, What::trace, s,
              Traced{t.from, t.to, t.origin, t.superseded, answer_of(t.refusal), asked_by(t.where)}.detail());
    }
    [[nodiscard]] std::uint32_t now() const noexcept { return this->time(); }

    [[nodiscard]] unsigned deallocated(unsigned s) const noexcept { return deallocated_[s]; }
    [[nodiscard]] unsigned blocks(unsigned s) const noexcept { return providers_[s]; }

    // What went wrong whatever the model says; null where nothing did.
    [[nodiscard]] const char* wrong() const noexcept { return wrong_; }

protected:
    ~Service() = default;

    void clear_service() noexcept {
        deallocated_ = {};
        providers_ = {};
        wrong_ = nullptr;
    }
    // A member of the provider is called, and whatever happens inside it, the provider is still there when it returns.
    bool enter(Call call, What what, Number s, std::uint32_t detail = 0) noexcept {
        const bool refuses = this->called(call, what, s, detail);
        if (providers_[s] == 0) wrong_ = "a session's memory was given back inside a call of its provider";
        return refuses;
    }
    void use(Number s, int id) noexcept {
        if (id != s) wrong_ = "the provider was called for another session's identifier";
        if (deallocated_[s] != 0) wrong_ = "an identifier was used after it had been given back";
    }
    void answer(std::uint32_t told) noexcept { this->note(What::answer, nobody, told); }
    void answer(const std::error_code& told) noexcept { answer(answer_of(told)); }
    static std::uint32_t named(int id) noexcept { return 1000u + static_cast<std::uint32_t>(id); }

    // What the program sees of an `open` that may fail in three ways.
    static std::uint32_t outcome_of(unsigned how) noexcept {
        return how == 13 ? not_opened : how == 14 ? open_threw : none;
    }

private:
    std::array<std::uint8_t, max_sessions + 1> deallocated_{};
    std::array<std::uint8_t, max_sessions + 1> providers_{};
    const char* wrong_ = nullptr;
};

struct OpenThrew {};

// The library's owners, which are told the same whether their provider notifies or not.
template <class World, class Provider>
class Owners : public Service<World> {
public:
    using Session = wrapup::Session<Provider>;

    void drop(unsigned h) noexcept { this->answer(handle_[h].drop(from(Verb::drop))); }
    void disconnect(unsigned h, std::uint8_t reason) noexcept {
        if constexpr (wrapup::AcceptsReason<Provider>)
            this->answer(handle_[h].disconnect(Reason{reason}, from(Verb::disconnect)));
    }
    void abort(unsigned h) noexcept {
        if constexpr (wrapup::Aborts<Provider>) this->answer(handle_[h].abort(from(Verb::abort)));
    }
    void release(unsigned h) noexcept { handle_[h].release(from(Verb::release)); }
    void destroy(unsigned h, unsigned how) noexcept {
        // What a destructor calls may look for the handle: it finds an empty one.
        if (how == 0) Session gone(std::move(handle_[h]));
        else handle_[h] = Session();
    }
    void move(unsigned to, unsigned from, bool constructs) noexcept {
        if (constructs) {
            Session moved(std::move(handle_[from]));
            handle_[to] = std::move(moved);
        } else {
            handle_[to] = std::move(handle_[from]);
        }
    }
    void id(unsigned h) noexcept {
        try {
            this->answer(this->named(handle_[h].id()));
        } catch (const std::system_error& error) {
            this->answer(error.code());
        }
    }
    [[nodiscard]] Record handle(unsigned h) const noexcept { return record(handle_[h]); }

protected:
    ~Owners() = default;

    template <class Handle>
    static Record record(const Handle& handle) noexcept {
        return record_of<Provider>(handle.phase(), handle.termination());
    }

    std::array<Session, handles> handle_{};
};

// The library, with a provider that notifies.
template <template <class> class ProviderOf>
class World : public Owners<World<ProviderOf>, ProviderOf<World<ProviderOf>>> {
public:
    using Provider = ProviderOf<World>;
    using Session = wrapup::Session<Provider>;
    using Controller = wrapup::Controller<Provider>;
    using Monitor = wrapup::Monitor<Provider>;
    using Notifier = wrapup::detail::NotifierOf<Provider>;

    static Abilities able() noexcept { return abilities<Provider>(); }
    void clear() noexcept { this->clear_service(); }

    // ---- what the service is called for besides

    void on_watch(Number s, int id, Notifier notifier) noexcept {
        this->use(s, id);
        take(s, std::move(notifier), What::watch);
    }
    int on_open(Number s, Notifier notifier, std::uint32_t outcome) {
        take(s, std::move(notifier), What::open);
        if (outcome == open_threw) throw OpenThrew();
        return s;
    }
    void on_wait(Number s, bool) noexcept { this->enter(Call::use, What::wait, s); }
    void on_end(unsigned slot, const wrapup::Termination<Provider>& termination) noexcept {
        this->called(Call::observer, What::observer, static_cast<Number>(1 + slot),
                     record_of(Phase::terminated, &termination).detail());
    }

    // ---- beginnings

    void adopt(unsigned h, bool no_memory_left) noexcept {
        const Number s = this->next_number();
        if (s == nobody) return;
        memory_gone = no_memory_left;
        try {
            Session fresh(s, Provider(*this, s));
            this->handle_[h] = std::move(fresh);
        } catch (const std::bad_alloc&) {
            this->note(What::answer, s, no_memory);
        }
    }
    void open(unsigned h, unsigned how) noexcept {
        const Number s = this->next_number();
        if (s == nobody) return;
        memory_gone = how == 15;
        try {
            std::error_code error;
            Session fresh = Session::open(error, Provider(*this, s), this->outcome_of(how));
            this->note(What::answer, s, answer_of(error));
            this->handle_[h] = std::move(fresh);
        } catch (const OpenThrew&) {
            this->note(What::answer, s, open_threw);
        }
    }

    // ---- verbs

    void drop_by_controller(unsigned c) noexcept { this->answer(controller_[c].drop(from(Verb::drop_by_controller))); }
    void disconnect_by_controller(unsigned c, std::uint8_t reason) noexcept {
        if constexpr (wrapup::AcceptsReason<Provider>)
            this->answer(controller_[c].disconnect(Reason{reason}, from(Verb::disconnect_by_controller)));
    }
    void abort_by_controller(unsigned c) noexcept {
        if constexpr (wrapup::Aborts<Provider>) this->answer(controller_[c].abort(from(Verb::abort_by_controller)));
    }
    void detach(unsigned) noexcept {}

    // ---- looking and using

    void ask(unsigned w, unsigned how) noexcept {
        if (w < handles) ask_of(this->handle_[w], how);
        else ask_of(controller_[w - handles], how);
    }
    void wait(unsigned w) noexcept {
        using namespace std::chrono_literals;
        constexpr auto timeout = wrapup::Waits<Provider> ? 1s : 0s; // another's clock is only looked at
        const bool over =
            w < handles ? wait_for(this->handle_[w], timeout) : wait_for(controller_[w - handles], timeout);
        this->answer(over ? yes : no);
    }
    void look(unsigned w) noexcept {
        const Record seen = w < handles ? this->record(this->handle_[w]) : this->record(controller_[w - handles]);
        this->note(What::look, nobody, seen.detail());
    }
    void lease(unsigned l, unsigned c) noexcept {
        std::error_code error;
        const Monitor& monitor = controller_[c];
        auto fresh = monitor.lease(error);
        this->answer(error);
        lease_[l] = std::move(fresh);
    }
    void return_lease(unsigned l) noexcept { lease_[l] = {}; }
    void move_lease(unsigned to, unsigned from) noexcept {
        wrapup::Lease<Provider> moved(std::move(lease_[from]));
        lease_[to] = std::move(moved);
    }
    void control(unsigned c, unsigned h) noexcept { controller_[c] = Controller(this->handle_[h]); }
    void copy_controller(unsigned to, unsigned from, bool moves) noexcept {
        if (moves) controller_[to] = std::move(controller_[from]);
        else controller_[to] = controller_[from];
    }
    void drop_controller(unsigned c) noexcept { controller_[c] = {}; }

    // ---- callbacks

    void add_callback(unsigned slot, unsigned w) noexcept {
        if (beginning_[slot]) return;
        callback_[slot].reset();
        beginning_[slot] = true; // it may be called at once: there is nothing yet to be removed or replaced
        if (w < handles) callback_[slot].emplace(this->handle_[w], Called{*this, slot});
        else callback_[slot].emplace(controller_[w - handles], Called{*this, slot});
        beginning_[slot] = false;
    }
    void remove_callback(unsigned slot) noexcept {
        if (!beginning_[slot]) callback_[slot].reset();
    }

    // ---- notices

    void terminating(Number n, unsigned how, Cause cause) noexcept {
        say(n, how, cause,
            [](const Notifier& notifier, auto... what) { notifier.terminating(what..., from(Verb::terminating)); });
    }
    void terminated(Number n, unsigned how, Cause cause) noexcept {
        say(n, how, cause,
            [](const Notifier& notifier, auto... what) { notifier.terminated(what..., from(Verb::terminated)); });
    }
    void refused(Number n) noexcept { notifier_[n].refused(refusal(taken_back), from(Verb::refused)); }
    void lost(Number n, Cause cause) noexcept {
        bool giving_back = false;
        if constexpr (wrapup::ReportsCause<Provider>) {
            giving_back = cause != 0 ? notifier_[n].lost(cause, from(Verb::lost)) : notifier_[n].lost(from(Verb::lost));
        } else {
            giving_back = notifier_[n].lost(from(Verb::lost));
        }
        this->answer(giving_back ? yes : no);
    }
    void drop_notifier(Number n, unsigned how) noexcept {
        if (how == 0) {
            notifier_[n] = Notifier();
        } else {
            void* const context = std::move(notifier_[n]).to_context();
            const Notifier back = Notifier::from_context(context);
        }
    }
    void move_notifier(Number to, Number from) noexcept {
        Notifier moved(std::move(notifier_[from]));
        notifier_[to] = std::move(moved);
    }

    // ---- what can be seen

    [[nodiscard]] Record controller(unsigned c) const noexcept { return this->record(controller_[c]); }
    [[nodiscard]] Number leased(unsigned l) const noexcept {
        return lease_[l] ? static_cast<Number>(lease_[l].id()) : nobody;
    }

private:
    struct Called {
        World& world;
        unsigned slot;

        void operator()(const wrapup::Termination<Provider>& termination) const noexcept {
            world.on_end(slot, termination); // nothing of this is touched afterwards: it may be gone
        }
    };

    void take(Number s, Notifier&& notifier, What what) noexcept {
        notifier_[s] = std::move(notifier);
        if (this->enter(Call::begin, what, s)) drop_notifier(s, 0);
    }

    template <class Handle>
    void ask_of(const Handle& handle, unsigned how) noexcept {
        const auto by_identifier = [this](int id) {
            const auto s = static_cast<Number>(id);
            this->use(s, id);
            this->enter(Call::use, What::ask, s, 1);
            return id;
        };
        if (how == 31) {
            try {
                this->answer(this->named(handle.query(by_identifier)));
            } catch (const std::system_error& error) {
                this->answer(error.code());
            }
            return;
        }
        std::error_code error;
        const int id =
            how % 2 == 1 ? handle.try_query(error, by_identifier) : handle.try_query(error, &Provider::asked);
        if (error) this->answer(error);
        else this->answer(this->named(id));
    }

    template <class Say>
    void say(Number n, unsigned how, Cause cause, Say say) noexcept {
        const Notifier& notifier = notifier_[n];
        const bool has_origin = how < 4;
        const auto origin = static_cast<Origin>(how & 3);
        if constexpr (wrapup::ReportsCause<Provider>) {
            if (cause != 0) return has_origin ? say(notifier, origin, cause) : say(notifier, cause);
        }
        if (has_origin) say(notifier, origin);
        else say(notifier);
    }

    std::array<Controller, controllers> controller_{};
    std::array<wrapup::Lease<Provider>, leases> lease_{};
    std::array<std::optional<wrapup::TerminationCallback<Provider, Called>>, callbacks> callback_{};
    std::array<bool, callbacks> beginning_{};
    std::array<Notifier, max_sessions + 1> notifier_{};
};

} // namespace histories
