// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "stage.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace histories {

// Wrong rules that the model can be made to have, to see that they are found.
enum class Mistake : std::uint8_t {
    none,
    never_contested,    // a losing notice leaves no mark
    deallocates_leased, // nobody waits for leases
    never_drops_again,  // what was put off while a claim stood is forgotten when it is withdrawn
    keeps_a_lost_one    // a service that voids an identifier of an ended session is not heard
};
inline constexpr unsigned mistakes = 5;

// The rules of a notifying session, said a second time: plainly, for one thread, one field for each thing that the rules
// speak of. It shares no code with the library but the names of phases and origins.
class Model : public Stage<Model> {
public:
    void can(const Abilities& able) noexcept { able_ = able; }
    void make(Mistake mistake) noexcept { mistake_ = mistake; }

    void clear() noexcept {
        lives_ = {};
        owner_ = {};
        controller_ = {};
        leased_ = {};
        callback_ = {};
        turns_ = 0;
        notifier_ = {};
    }

    // ---- beginnings (rule 12)

    void adopt(unsigned h, bool memory_is_gone) noexcept {
        const Number s = next_number();
        if (s == nobody) return;
        Life& life = lives_[s];
        if (memory_is_gone) {
            life.phase = Phase::released;
            const bool refused = called(Call::drop, What::drop, s) && able_.refuses;
            if (refused && able_.aborts) called(Call::abort, What::abort, s);
            deallocate(s);
            note(What::answer, s, no_memory);
            return;
        }
        life.began = able_.timed ? time() : 0;
        life.references = 2; // the owner's and the notifier's
        notifier_[s] = s;
        if (called(Call::begin, What::watch, s)) drop_notifier(s, 0);
        assign(owner_[h], s);
    }

    void open(unsigned h, unsigned how) noexcept {
        const Number s = next_number();
        if (s == nobody) return;
        Life& life = lives_[s];
        const bool opens = how != 13 && how != 14 && how != 15;
        if (how == 15) {
            life.phase = Phase::released;
            note(What::answer, s, no_memory);
            assign(owner_[h], nobody);
            return;
        }
        life.began = able_.timed ? time() : 0;
        life.references = 2;
        life.writing_request = true; // until it has its identifier, what is reported is only remembered
        notifier_[s] = s;
        if (called(Call::begin, What::open, s)) drop_notifier(s, 0);
        life.writing_request = false;
        if (opens) {
            settle(s, 0);
        } else { // there is no session, and nothing to deallocate; late notices are harmless
            life.owned = false;
            life.lost = true;
            const Phase before = std::exchange(life.phase, Phase::released);
            if (before == Phase::terminating) trace(s, {before, Phase::released, life.origin, false, none, 0});
            --life.references;
        }
        note(What::answer, s, how == 13 ? not_opened : how == 14 ? open_threw : none);
        if (how != 14) assign(owner_[h], opens ? s : nobody);
    }

    // ---- the owner's verbs and the controllers' (rules 4, 5)

    void drop(unsigned h) noexcept { answer(request(owner_[h], Origin::user, 0, Verb::drop)); }
    void disconnect(unsigned h, std::uint8_t reason) noexcept {
        if (able_.takes_reasons) answer(request(owner_[h], Origin::application, reason, Verb::disconnect));
    }
    void abort(unsigned h) noexcept {
        if (!able_.aborts) return;
        const Number s = owner_[h];
        answer(s == nobody || !lives_[s].owned ? released : abort(s, Verb::abort));
    }
    void drop_by_controller(unsigned c) noexcept {
        answer(request(controller_[c], Origin::user, 0, Verb::drop_by_controller));
    }
    void disconnect_by_controller(unsigned c, std::uint8_t reason) noexcept {
        if (able_.takes_reasons)
            answer(request(controller_[c], Origin::application, reason, Verb::disconnect_by_controller));
    }
    void abort_by_controller(unsigned c) noexcept {
        if (!able_.aborts) return;
        const Number s = controller_[c];
        answer(s == nobody ? released : abort(s, Verb::abort_by_controller));
    }
    void release(unsigned h) noexcept {
        if (owner_[h] != nobody) give_up(owner_[h], false, by(Verb::release));
    }
    void destroy(unsigned h, unsigned) noexcept { assign(owner_[h], nobody); }
    void move(unsigned to, unsigned from, bool constructs) noexcept {
        if (to != from || constructs) assign(owner_[to], std::exchange(owner_[from], nobody));
    }
    void detach(unsigned) noexcept {}

    // ---- looking and using (rules 3, 9, 13)

    void ask(unsigned w, unsigned how) noexcept {
        const Number s = whose(w);
        if (const std::uint32_t error = hold(s); error != none) return answer(error);
        const bool by_identifier_alone = how % 2 == 1;
        called(Call::use, What::ask, s, by_identifier_alone ? 1 : 0);
        unhold(s, 0);
        answer(1000u + s);
    }
    void id(unsigned h) noexcept {
        const Number s = owner_[h];
        if (s == nobody || !lives_[s].owned) return answer(released);
        answer(lives_[s].lost ? std::uint32_t{lost_with_service} : 1000u + s);
    }
    void wait(unsigned w) noexcept {
        const Number s = whose(w);
        if (s != nobody && able_.timed && !lives_[s].over()) called(Call::use, What::wait, s);
        answer(s == nobody || lives_[s].over() ? yes : no);
    }
    void look(unsigned w) noexcept {
        const Record r = w < handles ? by_handle(owner_[w]) : by_controller(controller_[w - handles]);
        note(What::look, nobody, r.detail());
    }
    void lease(unsigned l, unsigned c) noexcept {
        const std::uint32_t error = hold(controller_[c]);
        const Number former = std::exchange(leased_[l], error == none ? controller_[c] : nobody);
        answer(error); // said before the former one is returned, as the two are separate
        if (former != nobody) unhold(former, 0);
    }
    void return_lease(unsigned l) noexcept {
        if (const Number s = std::exchange(leased_[l], nobody)) unhold(s, 0);
    }
    void move_lease(unsigned to, unsigned from) noexcept {
        const Number moved = std::exchange(leased_[from], nobody);
        if (const Number former = std::exchange(leased_[to], moved)) unhold(former, 0);
    }
    void control(unsigned c, unsigned h) noexcept { refer(controller_[c], owner_[h]); }
    void copy_controller(unsigned to, unsigned from, bool moves) noexcept {
        if (moves && to == from) return;
        refer(controller_[to], controller_[from]);
        if (moves) refer(controller_[from], nobody);
    }
    void drop_controller(unsigned c) noexcept { refer(controller_[c], nobody); }

    // ---- callbacks (rule 6)

    void add_callback(unsigned slot, unsigned w) noexcept {
        Callback& callback = callback_[slot];
        if (callback.beginning) return;
        remove_callback(slot);
        const Number s = whose(w);
        if (s != nobody) ++lives_[s].references;
        if (s != nobody && lives_[s].over()) {
            callback.beginning = true;
            call_back(slot, s);
            callback.beginning = false;
        } else if (s != nobody) {
            callback.waits = true;
            callback.turn = ++turns_;
        }
        callback.session = s;
    }
    void remove_callback(unsigned slot) noexcept {
        Callback& callback = callback_[slot];
        if (callback.beginning) return;
        callback.waits = false;
        refer(callback.session, nobody);
    }

    // ---- notices (rules 1, 8, 9)

    void terminating(Number n, unsigned how, std::uint8_t cause) noexcept {
        const std::optional<Origin> origin = origin_of(how);
        if (const Number s = notifier_[n]) report(s, Verb::terminating, origin, cause, by(Verb::terminating));
    }
    void terminated(Number n, unsigned how, std::uint8_t cause) noexcept {
        const std::optional<Origin> origin = origin_of(how);
        if (const Number s = notifier_[n]) report(s, Verb::terminated, origin, cause, by(Verb::terminated));
    }
    void lost(Number n, std::uint8_t cause) noexcept {
        const Number s = notifier_[n];
        const bool giving_back = s != nobody && lives_[s].given_back; // before it is told
        if (s != nobody) report(s, Verb::lost, Origin::service, cause, by(Verb::lost));
        answer(giving_back ? yes : no);
    }
    void refused(Number n) noexcept {
        const Number s = notifier_[n];
        if (s == nobody) return;
        Life& life = lives_[s];
        const unsigned where = by(Verb::refused);
        const bool there_is_one = life.accepted > 0 || life.taken_back_early < life.calls();
        if (life.phase != Phase::terminating || life.confirmed || !there_is_one)
            return trace(s, {life.phase, life.phase, life.origin, true, taken_back, where});
        if (life.accepted > 0) --life.accepted;
        else ++life.taken_back_early;
        if (life.accepted > 0 || life.calls() > 0)
            return trace(s, {Phase::terminating, Phase::terminating, life.origin, false, taken_back, where});
        ++life.holds;
        answered(s, Call::drop, taken_back, where);
    }
    // A notifier that dies before it has said that it is over has said `lost`.
    void drop_notifier(Number n, unsigned) noexcept { orphan(std::exchange(notifier_[n], nobody)); }
    void move_notifier(Number to, Number from) noexcept {
        const Number moved = std::exchange(notifier_[from], nobody);
        orphan(std::exchange(notifier_[to], moved));
    }

    // ---- what can be seen

    [[nodiscard]] Record handle(unsigned h) const noexcept { return by_handle(owner_[h]); }
    [[nodiscard]] Record controller(unsigned c) const noexcept { return by_controller(controller_[c]); }
    [[nodiscard]] Number leased(unsigned l) const noexcept { return leased_[l]; }
    [[nodiscard]] unsigned deallocated(unsigned s) const noexcept { return lives_[s].given_back ? 1 : 0; }
    [[nodiscard]] unsigned blocks(unsigned s) const noexcept {
        return lives_[s].references > 0 || lives_[s].holds > 0 ? 1 : 0;
    }

    // Rule 5: nothing is forgotten.
    [[nodiscard]] bool all_released() const noexcept {
        for (unsigned s = 1; s <= count(); ++s)
            if (lives_[s].phase != Phase::released) return false;
        return true;
    }

private:
    struct Life {
        Phase phase = Phase::active;
        Origin origin = Origin::user;
        bool contested = false;
        bool abandoned = false;
        std::uint8_t reason = 0;
        std::uint8_t cause = 0;
        std::uint32_t statistics = 0;
        std::uint32_t began = 0;
        std::uint32_t ended = 0;

        bool owned = true;
        bool lost = false;
        bool given_back = false; // the deallocation has begun
        unsigned holds = 0;      // leases, ours and the library's own
        unsigned references = 0; // who keeps the memory

        bool dropping = false;         // the provider's drop has not returned
        bool aborting = false;         // the provider's abort has not returned
        bool abort_made = false;       // no other is made
        bool rescued = false;          // the abort in the owner's stead was made
        unsigned accepted = 0;         // requests that the provider has accepted and not taken back
        unsigned taken_back_early = 0; // ... and those that it has taken back before their call returned
        bool confirmed = false;        // the end or its beginning was reported

        bool writing_request = false; // the identifier or the reason is being written,
        bool writing_cause = false;   // or the cause is: what is reported now
        bool reported = false;        // is published by the last who writes
        bool publishing = false;

        [[nodiscard]] bool over() const noexcept { return phase >= Phase::terminated; }
        [[nodiscard]] bool ended_or_about_to() const noexcept { return over() || reported || publishing; }
        [[nodiscard]] unsigned calls() const noexcept { return (dropping ? 1u : 0u) + (aborting ? 1u : 0u); }
    };

    struct Callback {
        Number session = nobody;
        bool waits = false;
        bool beginning = false; // it is being made, and called at once
        std::uint32_t turn = 0; // in the order of registration
    };

    static unsigned by(Verb verb) noexcept { return 1 + static_cast<unsigned>(verb); }

    // ---- asking for the end (rule 1: the first to claim it wins)

    std::uint32_t request(Number s, Origin origin, std::uint8_t reason, Verb verb) noexcept {
        if (s == nobody) return released;
        Life& life = lives_[s];
        const unsigned where = by(verb);
        if (!life.owned || life.phase != Phase::active) {
            const std::uint32_t told = life.owned ? none : released;
            trace(s, {life.phase, life.phase, origin, true, none, where});
            return told;
        }
        claim(life, origin);
        life.reason = reason;
        life.writing_request = reason != 0;
        trace(s, {Phase::active, Phase::terminating, origin, false, none, where});
        if (std::exchange(life.writing_request, false) && life.reported) {
            life.reason = 0; // the end was reported while the reason was being written: the request is not made
            settle(s, where);
            return answered(s, Call::drop, none, where);
        }
        return answered(s, Call::drop, provider_drop(s), where);
    }

    std::uint32_t abort(Number s, Verb verb) noexcept {
        Life& life = lives_[s];
        const unsigned where = by(verb);
        if (life.ended_or_about_to() || life.abort_made) {
            const std::uint32_t told = life.over() && !life.owned ? released : none;
            trace(s, {life.phase, life.phase, Origin::user, true, none, where});
            return told;
        }
        const bool claims = life.phase == Phase::active;
        if (claims) {
            life.phase = Phase::terminating;
            life.origin = Origin::user;
        }
        life.aborting = life.abort_made = true;
        ++life.holds;
        if (claims) trace(s, {Phase::active, Phase::terminating, Origin::user, false, none, where});
        return answered(s, Call::abort, provider_abort(s), where);
    }

    // Rule 5. The owner is gone; with it goes its reference where the handle does.
    void give_up(Number s, bool leaves, unsigned where) noexcept {
        Life& life = lives_[s];
        const bool drops = std::exchange(life.owned, false) && life.phase == Phase::active;
        if (drops) {
            claim(life, Origin::application);
            life.abandoned = true;
        }
        if (leaves) --life.references;
        deallocate_if_due(s, where);
        if (!drops) return;
        trace(s, {Phase::active, Phase::terminating, Origin::application, false, none, where});
        answered(s, Call::drop, provider_drop(s), where);
    }

    static void claim(Life& life, Origin origin) noexcept {
        life.phase = Phase::terminating;
        life.origin = origin;
        life.dropping = true;
        ++life.holds;
    }

    std::uint32_t provider_drop(Number s) noexcept {
        const std::uint8_t reason = lives_[s].reason;
        const bool refuses = called(Call::drop, reason != 0 ? What::drop_for : What::drop, s, reason);
        return refuses && able_.refuses ? drop_refused : none;
    }
    std::uint32_t provider_abort(Number s) noexcept {
        return called(Call::abort, What::abort, s) ? abort_refused : none;
    }

    // The provider has answered. A refusal withdraws the claim, unless something else stands that will end the session;
    // whoever withdraws it does what was put off meanwhile. Returns what the one who asked is told.
    std::uint32_t answered(Number s, Call call, std::uint32_t refusal, unsigned where) noexcept {
        Life& life = lives_[s];
        const bool moot = life.ended_or_about_to() || (call == Call::drop && life.confirmed);
        const std::uint32_t told = moot ? std::uint32_t{none} : refusal;
        (call == Call::drop ? life.dropping : life.aborting) = false;
        if (refusal == none) {
            if (life.taken_back_early > 0) --life.taken_back_early;
            else ++life.accepted;
        } else {
            if (life.taken_back_early > life.calls()) life.taken_back_early = life.calls();
            if (call == Call::abort) life.abort_made = false;
            else if (!life.over()) life.reason = 0;
        }
        if (life.over() || life.confirmed || life.accepted > 0 || life.calls() > 0) {
            unhold(s, 0);
            return told;
        }
        const Origin origin = life.origin;
        if (!life.owned && life.abandoned && !life.rescued && able_.aborts) { // that drop was refused: is an abort?
            life.rescued = life.aborting = life.abort_made = true;
            answered(s, Call::abort, provider_abort(s), where);
            return told;
        }
        life.phase = Phase::active;
        life.origin = Origin::user;
        life.contested = life.abort_made = false;
        life.reason = 0;
        life.taken_back_early = 0;
        // The owner has gone meanwhile:
        const bool drops_again = !life.owned && !life.abandoned && mistake_ != Mistake::never_drops_again;
        if (drops_again) {
            life.phase = Phase::terminating;
            life.origin = Origin::application;
            life.abandoned = life.dropping = true;
        }
        trace(s, {Phase::terminating, Phase::active, origin, false, refusal, where});
        if (drops_again) {
            trace(s, {Phase::active, Phase::terminating, Origin::application, false, none, where});
            answered(s, Call::drop, provider_drop(s), where);
        } else {
            unhold(s, where);
        }
        return told;
    }

    // ---- what is reported (rules 1, 2, 9)

    void report(Number s, Verb what, std::optional<Origin> origin, std::uint8_t cause, unsigned where) noexcept {
        Life& life = lives_[s];
        if (what == Verb::lost &&
            life.phase == Phase::terminated) { // voids the identifier, if it is not given back yet
            if (life.given_back || mistake_ == Mistake::keeps_a_lost_one) return;
            life.lost = true;
            life.phase = Phase::released;
            return trace(s, {Phase::terminated, Phase::released, Origin::service, false, none, where});
        }
        if (life.ended_or_about_to()) { // too late; before publication it contests
            const Traced late{life.phase, life.phase, origin.value_or(life.origin), true, none, where};
            if (!life.over() && what == Verb::lost) life.lost = true;
            if (!life.over() && origin && *origin != life.origin) life.contested = true;
            return trace(s, late);
        }
        const bool claims = life.phase == Phase::active;
        bool wins = true;
        if (claims) {
            life.phase = Phase::terminating;
            life.origin = origin.value_or(Origin::remote);
        } else if (origin && *origin != life.origin) {
            life.contested = mistake_ != Mistake::never_contested;
            wins = life.calls() > 0 && life.accepted == 0 &&
                   !life.confirmed; // over what the provider has not accepted yet
            if (wins) life.origin = *origin;
        }
        life.confirmed = true;
        if (what == Verb::lost) life.lost = true;
        const bool over = what != Verb::terminating;
        const bool waits = life.writing_request || life.writing_cause;
        const bool publishes = over && !waits;
        const bool writes =
            able_.reports_causes && cause != 0 && !life.writing_cause; // of two at once the first is kept
        if (over) (waits ? life.reported : life.publishing) = true;
        if (writes && !publishes) life.writing_cause = true;
        if (publishes || writes) ++life.holds;
        if (claims) trace(s, {Phase::active, Phase::terminating, origin.value_or(Origin::remote), false, none, where});
        if (writes && (wins || life.cause == 0)) life.cause = cause;
        if (publishes) return publish(s, where);
        if (!writes) return;
        life.writing_cause = false;
        settle(s, where);
        unhold(s, where);
    }

    // Somebody has written: the last one publishes what was reported meanwhile.
    void settle(Number s, unsigned where) noexcept {
        Life& life = lives_[s];
        if (!life.reported || life.writing_request || life.writing_cause || life.over()) return;
        life.publishing = true;
        ++life.holds;
        publish(s, where);
    }

    // Rule 2: snapshot, publish, notify, release.
    void publish(Number s, unsigned where) noexcept {
        Life& life = lives_[s];
        if (able_.snapshots && !life.lost) {
            const std::uint32_t taken = time() + 1;
            called(Call::snapshot, What::snapshot, s);
            life.statistics = taken;
        }
        if (able_.timed) life.ended = time();
        life.phase = life.lost ? Phase::released : Phase::terminated;
        life.publishing = life.reported = false;
        trace(s, {Phase::terminating, life.phase, life.origin, false, none, where});
        for (unsigned slot = next_callback(s); slot < callbacks; slot = next_callback(s)) {
            callback_[slot].waits = false;
            call_back(slot, s);
        }
        unhold(s, where);
    }

    [[nodiscard]] unsigned next_callback(Number s) const noexcept {
        unsigned next = callbacks;
        for (unsigned slot = 0; slot < callbacks; ++slot) {
            const Callback& callback = callback_[slot];
            if (callback.waits && callback.session == s && (next == callbacks || callback.turn < callback_[next].turn))
                next = slot;
        }
        return next;
    }
    void call_back(unsigned slot, Number s) noexcept {
        called(Call::observer, What::observer, static_cast<Number>(1 + slot),
               by_controller(s).in(Phase::terminated).detail());
    }

    void orphan(Number s) noexcept {
        if (s == nobody) return;
        if (!lives_[s].ended_or_about_to()) report(s, Verb::lost, Origin::service, 0, 0);
        --lives_[s].references;
    }

    // ---- the identifier (rules 3, 5)

    std::uint32_t hold(Number s) noexcept {
        if (s == nobody || !lives_[s].owned) return released;
        if (lives_[s].lost) return lost_with_service;
        ++lives_[s].holds;
        return none;
    }
    void unhold(Number s, unsigned where) noexcept {
        --lives_[s].holds;
        deallocate_if_due(s, where);
    }
    // The last of: owner gone, termination published, no lease held.
    void deallocate_if_due(Number s, unsigned where) noexcept {
        Life& life = lives_[s];
        if (life.phase != Phase::terminated || life.owned || life.given_back) return;
        if (life.holds > 0 && mistake_ != Mistake::deallocates_leased) return;
        deallocate(s);
        trace(s, {Phase::terminated, Phase::released, Origin::application, false, none, where});
        life.phase = Phase::released;
    }
    void deallocate(Number s) noexcept {
        lives_[s].given_back = true;
        called(Call::deallocate, What::deallocate, s);
    }

    // ---- small things

    void trace(Number s, const Traced& transition) noexcept {
        if (able_.traces) called(Call::trace, What::trace, s, transition.detail());
    }
    void answer(std::uint32_t told) noexcept { note(What::answer, nobody, told); }

    void assign(Number& handle, Number s) noexcept {
        if (const Number former = std::exchange(handle, s)) give_up(former, true, 0);
    }
    void refer(Number& slot, Number s) noexcept {
        if (s != nobody) ++lives_[s].references;
        if (const Number former = std::exchange(slot, s)) --lives_[former].references;
    }
    [[nodiscard]] Number whose(unsigned w) const noexcept { return w < handles ? owner_[w] : controller_[w - handles]; }
    static std::optional<Origin> origin_of(unsigned how) noexcept {
        if (how >= 4) return std::nullopt;
        return static_cast<Origin>(static_cast<std::uint8_t>(how));
    }

    [[nodiscard]] Record by_controller(Number s) const noexcept {
        if (s == nobody) return {};
        const Life& life = lives_[s];
        if (!life.over()) return Record::of(life.phase);
        return Record::of(life.phase, life.origin,
                          (life.contested ? Record::contested : 0) | (life.abandoned ? Record::abandoned : 0),
                          life.reason, life.cause, life.statistics, life.began, life.ended);
    }
    [[nodiscard]] Record by_handle(Number s) const noexcept {
        const Record record = by_controller(s);
        return s != nobody && !lives_[s].owned ? record.in(Phase::released) : record;
    }

    Abilities able_{};
    Mistake mistake_ = Mistake::none;
    std::array<Life, max_sessions + 1> lives_{};
    std::array<Number, handles> owner_{};
    std::array<Number, controllers> controller_{};
    std::array<Number, leases> leased_{};
    std::array<Callback, callbacks> callback_{};
    std::uint32_t turns_ = 0;
    std::array<Number, max_sessions + 1> notifier_{};
};

} // namespace histories
