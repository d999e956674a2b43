// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/wait.hpp>

#include "books.hpp"
#include "memory.hpp"
#include "random.hpp"
#include "schedule.hpp"

#include <array>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <system_error>
#include <utility>

namespace simulation {

// Sessions over a service whose every call may fail, hang, finish at once or later, whose notices come late, twice, in
// another order or not at all, and whose identifiers are given out again as soon as they are free. Time is virtual, and
// what happens is decided by a seed.
//
// The oracle is the books of the service: each identifier is deallocated once, or voided by a loss; none is used after
// that; no session stays without its end, and its end is told once, in the name of who ended it.
class Simulation {
public:
    // A service that does something wrong, to see that it is found.
    enum class Misdeed : std::uint8_t {
        none,
        keeps_in_table, // it frees an identifier before it has taken it out of its table
        frees_twice,    // it gives an identifier out while somebody has it
        forgets_to_lose // it goes without saying so to everybody
    };
    static constexpr unsigned misdeeds = 4;

    explicit Simulation(std::uint64_t seed, Misdeed misdeed = Misdeed::none)
        : random_(seed), seed_(seed), misdeed_(misdeed) {
        for (Native native = 0; native < natives; ++native) free_natives_[native] = native;
        for (Place place = 0; place < places; ++place) free_places_[place] = place;
    }
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;
    // Where something was wrong, sessions are left; what they call as they go still finds all of their books.
    ~Simulation() {
        for (Case& it : cases_) {
            it.callback.reset();
            it.lease = {};
            it.session = Session();
            it.controller = {};
            const Notifier last = take_notifier(it);
        }
    }

    // Begins so many sessions, and sees all of them to their end. Returns whether the books are right.
    bool run(std::uint64_t count) {
        count_ = count;
        schedule_.in(1, {What::arrival});
        schedule_.in(100, {What::loss});
        for (Event event; wrong_ == nullptr && schedule_.next(never, event);) happen(event);
        if (wrong_ == nullptr && free_place_count_ != places) wrong("sessions are left that never came to their end");
        graveyard_ = {};
        if (wrong_ == nullptr && blocks_ != 0) wrong("memory of sessions is left");
        return wrong_ == nullptr;
    }

    // What was found to be wrong; null where nothing was.
    [[nodiscard]] const char* wrong() const noexcept { return wrong_; }

    void print(double seconds) const {
        std::uint64_t all = 0;
        for (const std::uint64_t count : faults_) all += count;
        std::printf("simulation: %" PRIu64 " sessions, %" PRIu64 " faults, seed %" PRIu64
                    ": lost %zu, released twice %" PRIu64 " (%.1f s, %.0f a second)\n",
                    sessions_, all, seed_, std::size_t{places} - free_place_count_, released_twice_, seconds,
                    static_cast<double>(sessions_) / seconds);
        std::printf("  deallocated %" PRIu64 ", voided %" PRIu64 ", never begun %" PRIu64 ";", deallocated_, voided_,
                    never_begun_);
        for (std::size_t i = 0; i < faults_.size(); ++i)
            std::printf(" %s %" PRIu64 "%s", fault_names[i], faults_[i], i + 1 < faults_.size() ? "," : "\n");
        if (wrong_)
            std::printf("simulation: FAILED at time %" PRId64 ", session %" PRIu64 ": %s\n", schedule_.now(), suspect_,
                        wrong_);
    }

private:
    friend class Provider;
    friend struct Case::Ended;

    static constexpr Native natives = 128;
    static constexpr Place places = 128;
    static constexpr Place at_once = 48; // sessions that live at a time, if none is hung
    static constexpr std::int64_t never = INT64_MAX;
    static constexpr unsigned tables = 2;

    enum class What : std::uint8_t {
        arrival,     // a session begins
        user,        // ... its user does the next thing
        remote,      // the other party ends it
        answer,      // the service carries out what it has accepted
        take_back,   // ... or does not
        introduced,  // the event that says which identifier is whose
        terminating, // a notice is delivered
        terminated,
        patience, // somebody loses it with a session that is not over
        loss      // a service goes, with all its sessions
    };
    struct Event {
        What what = What::arrival;
        bool remote = false;   // the notice says so
        bool by_table = false; // it is addressed to the native identifier
        Place place = 0;
        Native native = 0;
        Serial serial = 0;
    };
    struct Grave {
        Serial serial = 0;
        Notifier notifier;
    };

    // ---- what happens

    void happen(const Event& event) noexcept {
        Case& it = cases_[event.place];
        const bool there = event.serial != 0 && it.serial == event.serial;
        switch (event.what) {
        case What::arrival: arrive(); break;
        case What::loss: lose_all(); break;
        case What::introduced:
            if (there && it.in_table)
                tables_[table_of(it)].bind(std::move(*it.in_table), it.native, std::move(it.notifier));
            if (there) it.in_table.reset();
            break;
        case What::terminating:
        case What::terminated: deliver(event); break;
        default:
            if (there) happen_to(it, event.what);
        }
        if (it.serial == event.serial) settle(it);
    }

    void happen_to(Case& it, What what) noexcept {
        switch (what) {
        case What::user: return act(it);
        case What::remote:
            if (it.over) return;
            it.over = true;
            return send(it, true);
        case What::answer:
            if (it.over) return;
            it.over = true;
            return send(it, false);
        case What::take_back: return take_back(it);
        case What::patience: return lose_patience(it);
        default: return;
        }
    }

    void later(Case& it, What what, unsigned delay) noexcept {
        schedule_.in(delay, {what, false, false, place_of(it), it.native, it.serial});
    }

    // ---- the users

    void arrive() noexcept {
        if (sessions_ < count_) schedule_.in(random_.below(4), {What::arrival});
        if (sessions_ >= count_ || free_place_count_ <= places - at_once || free_native_count_ < natives / 2) return;
        const Place place = free_places_[--free_place_count_];
        Case& it = cases_[place];
        it.serial = ++sessions_;
        it.by_table = random_.one_in(2);
        if (random_.one_in(256)) {
            fault(Fault::no_memory);
            histories::memory_gone = true;
        }
        if (random_.one_in(4)) adopt(it);
        else open(it);
        if (it.serial == 0) return;
        it.controller = wrapup::Controller(it.session);
        it.releases_when_over = random_.one_in(8);
        it.callback.emplace(it.session, Case::Ended{*this, place});
        if (random_.one_in(2)) later(it, What::remote, 1 + random_.below(100));
        for (unsigned actions = 1 + random_.below(3); actions > 0; --actions) later(it, What::user, random_.below(100));
        later(it, What::patience, 200 + random_.below(50));
        settle(it);
    }

    void open(Case& it) noexcept {
        std::error_code error;
        Session session = Session::open(error, Provider(*this, place_of(it), it.serial));
        if (!error) {
            it.session = std::move(session);
            return;
        }
        ++never_begun_;
        forget(it);
    }
    // A session that the service has begun.
    void adopt(Case& it) noexcept {
        name(it);
        try {
            it.session = Session(it.native, Provider(*this, place_of(it), it.serial));
        } catch (const std::bad_alloc&) {
            if (!it.deallocated) wrong(it, "for want of memory a session was neither held nor given back");
            forget(it);
        }
    }

    void act(Case& it) noexcept {
        const Serial serial = it.serial;
        switch (random_.below(11)) {
        case 0: ask(it, [&] { it.session.drop(); }); break;
        case 1: ask(it, [&] { it.controller.drop(); }); break;
        case 2: ask(it, Origin::application, [&] { it.session.disconnect(1); }); break;
        case 3: ask(it, [&] { it.session.abort(); }); break;
        case 4: {
            std::error_code error;
            it.lease = it.controller.lease(error);
            if (!error && (it.deallocated || it.voided || it.lease.id() != it.native))
                wrong(it, "a lease was given on an identifier that is gone");
            return later(it, What::user, 1 + random_.below(50));
        }
        case 5: it.lease = {}; break;
        case 6:
            it.callback.reset();
            it.callback_gone = it.callback_gone || it.ends_seen == 0;
            break;
        case 7: release(it, [&] { it.session = Session(); }); break;
        case 8: be_patient(it); break;
        default: release(it, [&] { it.session.release(); }); break;
        }
        if (it.serial == serial && !it.owner_gone) later(it, What::user, 1 + random_.below(50));
    }

    // Waits for a while, then drops, waits again, and gives it up.
    void be_patient(Case& it) noexcept {
        if (waits_ == 2) return; // who waits lets everybody else go on, inside the wait
        const Serial serial = it.serial;
        ++waits_;
        const bool over = waits_for(it, 20);
        if (!over && it.serial == serial) {
            ask(it, [&] { it.session.drop(); });
            if (it.serial == serial && !waits_for(it, 20) && it.serial == serial) ask(it, [&] { it.session.abort(); });
        }
        --waits_;
        if (it.serial == serial) release(it, [&] { it.session.release(); });
    }
    bool waits_for(Case& it, std::int64_t time) noexcept {
        const Serial serial = it.serial;
        const auto deadline = schedule_.now() + time;
        const bool over = wait_for(it.controller, Clock::duration(time));
        if (wrong_) return true;
        if (!over && schedule_.now() < deadline) wrong("a wait was over before its time");
        if (it.serial == serial && over != it.told) wrong(it, "a wait has not seen what there was to see");
        return over;
    }

    // In whose name the provider is called meanwhile.
    template <class Verb>
    void ask(Case& it, Origin origin, Verb verb) noexcept {
        const Origin before = std::exchange(it.asks, origin);
        verb();
        it.asks = before;
    }
    template <class Verb>
    void ask(Case& it, Verb verb) noexcept {
        ask(it, Origin::user, verb);
    }
    template <class Verb>
    void release(Case& it, Verb verb) noexcept {
        if (!it.owner_gone && !it.claimed) it.abandons = true;
        it.owner_gone = true;
        ask(it, Origin::application, verb);
    }

    // The user gives all up, then asks for an abort, then the service gives the session up as well.
    void lose_patience(Case& it) noexcept {
        it.lease = {};
        if (!it.owner_gone) release(it, [&] { it.session.release(); });
        else if (!it.told && !random_.one_in(2)) ask(it, [&] { it.controller.abort(); });
        else if (!it.told) lose(it);
        if (it.serial != 0) later(it, What::patience, 50);
    }

    void ended(Case& it, const Termination& termination) noexcept {
        ++it.ends_seen;
        if (!it.told) wrong(it, "an end was seen that nobody had reported");
        if (termination.origin != it.claim) wrong(it, "it was ended in another's name");
        if (termination.abandoned != it.abandons) wrong(it, "it is not known who has given it up");
        if (termination.statistics ? *termination.statistics != it.serial : !it.voided)
            wrong(it, "its counters are not its own");
        if (it.deallocated) wrong(it, "an observer was called after the identifier had been given back");
        if (it.releases_when_over && !it.owner_gone) release(it, [&] { it.session = Session(); });
    }

    // ---- the service

    void name(Case& it) noexcept {
        it.native = free_natives_[--free_native_count_];
        owner_[it.native] = it.serial;
    }

    void watch(Case& it, Notifier&& notifier) {
        it.notifier = std::move(notifier);
        it.watched = true;
        if (it.by_table) {
            it.in_table.emplace(tables_[table_of(it)].reserve());
            enqueue(it, What::introduced, false, 0);
        } else if (random_.one_in(32)) {
            fault(Fault::ended_before_opened);
            it.over = true;
            tell(it, What::terminated, true, it.notifier);
        }
    }

    Native opens(Case& it, std::error_code& error, Notifier&& notifier) {
        if (random_.one_in(32)) {
            fault(Fault::not_opened);
            error = std::make_error_code(std::errc::connection_refused);
            bury(it, std::move(notifier)); // and is heard of once more
            return 0;
        }
        name(it);
        watch(it, std::move(notifier));
        return it.native;
    }

    std::error_code requested(Case& it, bool aborts) noexcept {
        const bool outer = it.in_call;
        if (!it.claimed) {
            it.claimed = true;
            it.claim = it.asks;
        }
        it.in_call = it.accepted == 0;
        const std::error_code refusal = requested_now(it, aborts);
        it.in_call = outer;
        if (!refusal) ++it.accepted;
        else if (it.accepted == 0 && !outer && !it.confirmed) it.claimed = false;
        return refusal;
    }
    std::error_code requested_now(Case& it, bool aborts) noexcept {
        if (it.over) return {}; // its end is on the way
        if (!it.watched && random_.one_in(2)) return std::make_error_code(std::errc::not_enough_memory);
        if (!it.watched) return {};
        switch (random_.below(aborts ? 6 : 8)) {
        case 0:
            fault(Fault::refused);
            if (!random_.one_in(2)) return std::make_error_code(std::errc::resource_unavailable_try_again);
            // The other side was faster.
            it.over = true;
            if (!it.by_table) tell(it, What::terminated, true, it.notifier);
            else send(it, true);
            return std::make_error_code(std::errc::not_connected);
        case 1: fault(Fault::hung); return {};
        case 2:
            if (it.by_table && it.in_table) break;
            fault(Fault::finished_at_once);
            it.over = true;
            if (it.by_table) by_table(it, What::terminated, false);
            else tell(it, What::terminated, false, it.notifier);
            return {};
        case 3:
            if (it.accepted > 0 || it.confirmed) break;
            later(it, What::take_back, 1 + random_.below(30));
            return {};
        default: break;
        }
        later(it, What::answer, random_.below(30));
        return {};
    }
    // What was accepted is refused after all.
    void take_back(Case& it) noexcept {
        if (it.over || it.confirmed || it.accepted != 1 || it.in_table) return later(it, What::answer, 1);
        fault(Fault::refused_later);
        it.accepted = 0;
        it.claimed = false;
        if (it.owner_gone && !it.abandons) it.abandons = true; // so it falls to the library
        const auto error = std::make_error_code(std::errc::resource_unavailable_try_again);
        if (!it.by_table) return it.notifier.refused(error);
        tables_[table_of(it)].notify(it.native, [&](const Notifier& notifier) { notifier.refused(error); });
    }

    // The end is reported, or should be.
    void send(Case& it, bool remote) noexcept {
        if (random_.one_in(32)) return fault(Fault::notice_lost);
        if (random_.one_in(64) && !it.told) {
            fault(Fault::notifier_died);
            const Notifier dies = take_notifier(it);
            note_loss(it);
            return;
        }
        const bool announced = random_.one_in(4);
        const bool reordered = announced && !it.by_table && random_.one_in(2);
        if (announced && !reordered) enqueue(it, What::terminating, remote, random_.below(10));
        enqueue(it, What::terminated, remote, random_.below(20));
        if (reordered) {
            fault(Fault::reordered);
            enqueue(it, What::terminating, !remote, 20);
        }
        if (random_.one_in(8)) {
            fault(Fault::doubled);
            const bool by_remote = random_.one_in(2); // by itself: the order of arguments is the compiler's
            enqueue(it, What::terminated, by_remote, 20 + random_.below(100));
        }
    }

    // What goes through a table comes in the order in which it was sent, however late.
    void enqueue(Case& it, What what, bool remote, unsigned delay) noexcept {
        std::int64_t in = delay;
        if (it.by_table) {
            std::int64_t& last = last_delivery_[table_of(it)];
            if (last < schedule_.now() + in) last = schedule_.now() + in;
            in = last - schedule_.now();
        }
        schedule_.in(in, {what, remote, it.by_table, place_of(it), it.native, it.serial});
    }

    void deliver(const Event& event) noexcept {
        Case& it = cases_[event.place];
        const bool there = it.serial == event.serial && !it.deallocated && !it.voided;
        if (there && it.by_table) return by_table(it, event.what, event.remote);
        if (there) return tell(it, event.what, event.remote, it.notifier);
        fault(Fault::late);
        if (event.by_table) {
            if (owner_[event.native] != 0) fault(Fault::stale);
            if (tables_[event.native % tables].notify(event.native, [](const Notifier&) {}))
                wrong("a notice has reached a session that it is not about");
            return;
        }
        for (const Grave& grave : graveyard_)
            if (grave.serial == event.serial) grave.notifier.terminated(Origin::remote, Cause{1});
    }

    void by_table(Case& it, What what, bool remote) noexcept {
        const bool found = tables_[table_of(it)].notify(
            it.native, [&](const Notifier& notifier) { tell(it, what, remote, notifier); });
        if (!found) wrong(it, "a notice has not found its session");
    }

    void tell(Case& it, What what, bool remote, const Notifier& notifier) noexcept {
        if (!it.told) note_report(it, remote ? Origin::remote : it.claimed ? it.claim : Origin::remote);
        if (what == What::terminating) {
            if (remote) notifier.terminating(Origin::remote, Cause{2});
            else notifier.terminating();
            return;
        }
        it.told = true;
        it.over = true;
        if (remote) notifier.terminated(Origin::remote, Cause{3});
        else notifier.terminated(Cause{4});
    }
    // Who is first has ended it; but a request of ours that is not accepted yet gives way.
    void note_report(Case& it, Origin origin) noexcept {
        if (!it.claimed || (it.in_call && !it.confirmed)) it.claim = origin;
        it.claimed = it.confirmed = true;
    }

    // ---- losses

    void lose_all() noexcept {
        if (sessions_ < count_) schedule_.in(300 + random_.below(700), {What::loss});
        const unsigned table = random_.below(tables);
        for (Case& it : cases_)
            if (it.serial != 0 && !it.deallocated && !it.voided && table_of(it) == table) lose(it);
    }
    void lose(Case& it) noexcept {
        fault(Fault::service_lost);
        const Serial serial = it.serial;
        Notifier notifier = take_notifier(it);
        note_loss(it);
        if (misdeed_ == Misdeed::forgets_to_lose && random_.one_in(100)) {
            graveyard_[0].notifier = std::move(notifier);
            return;
        }
        if (notifier.lost(Cause{5})) wrong(it, "a deallocation is under way that nobody knows of");
        if (it.serial == serial) settle(it);
    }
    // The identifier is void from now on, and is given out again.
    void note_loss(Case& it) noexcept {
        if (!it.told) note_report(it, Origin::service);
        it.told = it.over = it.voided = true;
        ++voided_;
        free_native(it);
    }
    Notifier take_notifier(Case& it) noexcept {
        Notifier bound = tables_[table_of(it)].remove(it.native);
        it.in_table.reset();
        return bound ? std::move(bound) : std::move(it.notifier);
    }

    // ---- the books

    // The last of the library's words about an identifier.
    void deallocated(Case& it, Native native, Serial serial) noexcept {
        if (it.serial != serial || it.deallocated || it.voided) {
            ++released_twice_;
            return wrong("an identifier was given back that was not there any more");
        }
        used(it, native, serial);
        // One for which there was no memory is dropped, and its end is not waited for.
        if (!it.told && it.controller.phase() != wrapup::Phase::released)
            wrong(it, "an identifier was given back whose session is live");
        if (it.lease) wrong(it, "an identifier was given back under a lease");
        if (misdeed_ == Misdeed::keeps_in_table && random_.one_in(100)) {
            it.deallocated = true;
            ++deallocated_;
            return free_native(it);
        }
        Notifier bound = take_notifier(it);
        it.deallocated = true;
        ++deallocated_;
        free_native(it);
        if (misdeed_ == Misdeed::frees_twice && random_.one_in(100)) deallocated(it, native, serial);
        if (random_.one_in(4)) bury(it, std::move(bound));
    }
    void used(Case& it, Native native, Serial serial) noexcept {
        if (it.serial != serial || it.deallocated || it.voided || it.native != native)
            wrong(it, "an identifier was used that had been given back");
    }

    // A notifier that outlives its session, and speaks.
    void bury(Case& it, Notifier&& notifier) noexcept {
        Grave& grave = graveyard_[graves_++ % graveyard_.size()];
        grave = {it.serial, std::move(notifier)};
        schedule_.in(random_.below(50), {What::terminated, true, false, place_of(it), it.native, it.serial});
    }

    void free_native(Case& it) noexcept {
        owner_[it.native] = 0;
        free_natives_[free_native_count_++] = it.native;
    }

    // After everything that happens: what is due is done. A session that everybody has done with leaves the books.
    void settle(Case& it) noexcept {
        if (it.serial == 0 || waits_ > 0) return;
        if (it.told && it.ends_seen == 0 && !it.callback_gone) wrong(it, "its end has come and was not told");
        if (it.ends_seen > 1) wrong(it, "its end was told twice");
        const bool due = it.told && it.owner_gone && !it.lease;
        if (due && !it.deallocated && !it.voided) wrong(it, "its identifier was not given back");
        if (!due || it.in_call) return;
        if (it.controller.phase() != wrapup::Phase::released) wrong(it, "it is not released");
        if (!it.controller.termination()) wrong(it, "it has no termination");
        forget(it);
    }
    void forget(Case& it) noexcept {
        const Place place = place_of(it);
        it.callback.reset();
        it.~Case();
        ::new (static_cast<void*>(&it)) Case();
        free_places_[free_place_count_++] = place;
    }

    void fault(Fault kind) noexcept { ++faults_[static_cast<std::size_t>(kind)]; }
    void wrong(const char* what) noexcept {
        if (!wrong_) wrong_ = what;
    }
    void wrong(const Case& it, const char* what) noexcept {
        if (!wrong_) suspect_ = it.serial;
        wrong(what);
    }

    [[nodiscard]] Place place_of(const Case& it) const noexcept { return static_cast<Place>(&it - cases_.data()); }
    static unsigned table_of(const Case& it) noexcept { return it.native % tables; }

    histories::Random random_;
    std::uint64_t seed_;
    Misdeed misdeed_;
    Schedule<Event> schedule_;
    std::array<Table, tables> tables_;
    std::array<std::int64_t, tables> last_delivery_{};
    std::array<Case, places> cases_{};
    std::array<Grave, 32> graveyard_{};
    std::size_t graves_ = 0;
    std::array<Native, natives> free_natives_{};
    Native free_native_count_ = natives;
    std::array<Serial, natives> owner_{};
    std::array<Place, places> free_places_{};
    Place free_place_count_ = places;
    unsigned waits_ = 0; // inside one another

    std::uint64_t count_ = 0;
    std::uint64_t sessions_ = 0;
    std::uint64_t never_begun_ = 0;
    std::uint64_t deallocated_ = 0;
    std::uint64_t voided_ = 0;
    std::uint64_t released_twice_ = 0;
    std::int64_t blocks_ = 0;
    std::array<std::uint64_t, fault_names.size()> faults_{};
    const char* wrong_ = nullptr;
    Serial suspect_ = 0;
};

inline Provider::Provider(Simulation& simulation, Place place, Serial serial) noexcept
    : simulation_(&simulation), place_(place), serial_(serial) {
    ++simulation.blocks_;
}
inline Provider::~Provider() {
    if (simulation_) --simulation_->blocks_;
}
inline Native Provider::open(std::error_code& error, Notifier notifier) {
    return simulation_->opens(simulation_->cases_[place_], error, std::move(notifier));
}
inline void Provider::watch(Native, Notifier notifier) noexcept {
    simulation_->watch(simulation_->cases_[place_], std::move(notifier));
}
inline std::error_code Provider::drop(Native native) noexcept {
    simulation_->used(simulation_->cases_[place_], native, serial_);
    return simulation_->requested(simulation_->cases_[place_], false);
}
inline std::error_code Provider::abort(Native native) noexcept {
    simulation_->used(simulation_->cases_[place_], native, serial_);
    return simulation_->requested(simulation_->cases_[place_], true);
}
inline void Provider::deallocate(Native native) noexcept {
    simulation_->deallocated(simulation_->cases_[place_], native, serial_);
}
inline Serial Provider::snapshot(Native native) noexcept {
    simulation_->used(simulation_->cases_[place_], native, serial_);
    return serial_;
}
inline Clock::time_point Provider::now() const noexcept {
    return Clock::time_point(Clock::duration(simulation_->schedule_.now()));
}
template <class Done>
void Provider::wait(Clock::time_point deadline, Done done) noexcept {
    Simulation& there = *simulation_; // the session may be gone before its wait is over
    Simulation::Event event;
    while (!done() && !there.wrong_ && there.schedule_.next(deadline.time_since_epoch().count(), event))
        there.happen(event);
}

inline void Case::Ended::operator()(const Termination& termination) const noexcept {
    simulation.ended(simulation.cases_[place], termination);
}

} // namespace simulation
