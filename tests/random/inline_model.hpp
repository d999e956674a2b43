// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "inline_world.hpp"
#include "stage.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace histories {

// The rules of an inline session, said a second time. All of a session is in its handle; an accepted drop is the end.
class InlineModel : public WithoutNotices<Stage<InlineModel>> {
public:
    void can(const Abilities& able) noexcept { able_ = able; }

    void clear() noexcept {
        life_ = {};
        given_back_ = {};
    }

    void adopt(unsigned h, bool) noexcept {
        if (const Number s = next_number()) assign(h, begun(s));
    }
    void open(unsigned h, unsigned how) noexcept {
        const Number s = next_number();
        if (s == nobody) return;
        called(Call::begin, What::open, s);
        Life fresh = begun(s);
        if (how == 13) fresh.phase = Phase::released;
        note(What::answer, s, how == 13 ? not_opened : how == 14 ? open_threw : none);
        if (how != 14) assign(h, fresh);
    }
    void drop(unsigned h) noexcept { answer(end(h, Verb::drop, Origin::user, 0)); }
    void disconnect(unsigned h, std::uint8_t reason) noexcept {
        if (able_.takes_reasons) answer(end(h, Verb::disconnect, Origin::application, reason));
    }
    void abort(unsigned h) noexcept {
        if (able_.aborts) answer(end(h, Verb::abort, Origin::user, 0));
    }
    void release(unsigned h) noexcept { give_up(life_[h], by(Verb::release)); }
    void destroy(unsigned h, unsigned) noexcept { assign(h, {}); }
    void move(unsigned to, unsigned from, bool) noexcept {
        if (to != from) assign(to, std::exchange(life_[from], {}));
    }
    void detach(unsigned h) noexcept {
        Life& life = life_[h];
        if (life.phase == Phase::released) return answer(released);
        trace(life, {life.phase, Phase::released, Origin::application, false, none, by(Verb::detach)});
        life.phase = Phase::released;
        answer(1000u + life.session);
    }
    void ask(unsigned w, unsigned) noexcept {
        if (w >= handles) return;
        if (life_[w].phase == Phase::released) return answer(released);
        called(Call::use, What::ask, life_[w].session);
        answer(1000u + life_[w].session);
    }
    void id(unsigned h) noexcept {
        answer(life_[h].phase == Phase::released ? std::uint32_t{released} : 1000u + life_[h].session);
    }
    void look(unsigned w) noexcept {
        if (w < handles) note(What::look, nobody, record(life_[w]).detail());
    }

    [[nodiscard]] Record handle(unsigned h) const noexcept { return record(life_[h]); }
    [[nodiscard]] unsigned deallocated(unsigned s) const noexcept { return given_back_[s]; }
    [[nodiscard]] unsigned blocks(unsigned s) const noexcept {
        unsigned kept = 0;
        for (const Life& life : life_) kept += life.session == s ? 1 : 0;
        return kept;
    }

    [[nodiscard]] bool all_released() const noexcept {
        for (const Life& life : life_)
            if (life.phase != Phase::released) return false;
        return true;
    }

private:
    struct Life {
        Number session = nobody; // whose provider is kept, also when it is over
        Phase phase = Phase::released;
        bool over = false; // there is a termination
        Origin origin = Origin::user;
        bool abandoned = false;
        std::uint8_t reason = 0;
        std::uint32_t statistics = 0;
        std::uint32_t began = 0;
        std::uint32_t ended = 0;
    };

    static unsigned by(Verb verb) noexcept { return 1 + static_cast<unsigned>(verb); }
    static Record record(const Life& life) noexcept {
        if (!life.over) return Record::of(life.phase);
        return Record::of(life.phase, life.origin, life.abandoned ? Record::abandoned : 0, life.reason, 0,
                          life.statistics, life.began, life.ended);
    }

    [[nodiscard]] Life begun(Number s) const noexcept {
        Life life;
        life.session = s;
        life.phase = Phase::active;
        life.began = able_.timed ? time() : 0;
        return life;
    }

    std::uint32_t end(unsigned h, Verb verb, Origin origin, std::uint8_t reason) noexcept {
        Life& life = life_[h];
        const Phase phase = life.phase;
        if (phase != Phase::active) {
            trace(life, {phase, phase, origin, true, none, by(verb)});
            return phase == Phase::released ? released : none;
        }
        const std::uint32_t refusal = verb == Verb::abort ? provider_abort(life) : provider_drop(life, reason);
        if (refusal != none) {
            trace(life, {phase, phase, origin, false, refusal, by(verb)});
            return refusal;
        }
        life.reason = reason;
        publish(life, origin, by(verb));
        return none;
    }

    // Rule 5: drop, else abort, then give it back regardless.
    void give_up(Life& life, unsigned where) noexcept {
        if (life.phase == Phase::released) return;
        if (life.phase == Phase::active) {
            std::uint32_t refusal = provider_drop(life, 0);
            if (refusal != none && able_.aborts) refusal = provider_abort(life);
            if (refusal != none)
                trace(life, {Phase::active, Phase::active, Origin::application, false, refusal, where});
            life.abandoned = true;
            publish(life, Origin::application, where);
        }
        life.phase = Phase::released;
        ++given_back_[life.session];
        called(Call::deallocate, What::deallocate, life.session);
        trace(life, {Phase::terminated, Phase::released, Origin::application, false, none, where});
    }

    void publish(Life& life, Origin origin, unsigned where) noexcept {
        life.origin = origin;
        if (able_.snapshots) {
            life.statistics = time() + 1;
            called(Call::snapshot, What::snapshot, life.session);
        }
        if (able_.timed) life.ended = time();
        life.phase = Phase::terminated;
        life.over = true;
        trace(life, {Phase::active, Phase::terminated, origin, false, none, where});
    }

    std::uint32_t provider_drop(const Life& life, std::uint8_t reason) noexcept {
        const bool refuses = called(Call::drop, reason != 0 ? What::drop_for : What::drop, life.session, reason);
        return refuses && able_.refuses ? drop_refused : none;
    }
    std::uint32_t provider_abort(const Life& life) noexcept {
        return called(Call::abort, What::abort, life.session) ? abort_refused : none;
    }
    void trace(const Life& life, const Traced& transition) noexcept {
        if (able_.traces && life.session != nobody) called(Call::trace, What::trace, life.session, transition.detail());
    }
    void answer(std::uint32_t told) noexcept { note(What::answer, nobody, told); }

    void assign(unsigned h, const Life& life) noexcept {
        give_up(life_[h], 0);
        life_[h] = life;
    }

    Abilities able_{};
    std::array<Life, handles> life_{};
    std::array<std::uint8_t, max_sessions + 1> given_back_{};
};

} // namespace histories
