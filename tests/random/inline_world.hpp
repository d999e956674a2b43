// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "world.hpp"

namespace histories {

// What only sessions that notify have: in a history of inline sessions nothing of it happens.
template <class Base>
class WithoutNotices : public Base {
public:
    void wait(unsigned) noexcept {}
    void control(unsigned, unsigned) noexcept {}
    void copy_controller(unsigned, unsigned, bool) noexcept {}
    void drop_controller(unsigned) noexcept {}
    void drop_by_controller(unsigned) noexcept {}
    void disconnect_by_controller(unsigned, std::uint8_t) noexcept {}
    void abort_by_controller(unsigned) noexcept {}
    void lease(unsigned, unsigned) noexcept {}
    void return_lease(unsigned) noexcept {}
    void move_lease(unsigned, unsigned) noexcept {}
    void add_callback(unsigned, unsigned) noexcept {}
    void remove_callback(unsigned) noexcept {}
    void terminating(Number, unsigned, std::uint8_t) noexcept {}
    void terminated(Number, unsigned, std::uint8_t) noexcept {}
    void refused(Number) noexcept {}
    void lost(Number, std::uint8_t) noexcept {}
    void drop_notifier(Number, unsigned) noexcept {}
    void move_notifier(Number, Number) noexcept {}

    [[nodiscard]] Record controller(unsigned) const noexcept { return {}; }
    [[nodiscard]] Number leased(unsigned) const noexcept { return nobody; }

protected:
    ~WithoutNotices() = default;
};

// The library, with a provider that does not notify.
template <template <class> class ProviderOf>
class InlineWorld : public WithoutNotices<Service<InlineWorld<ProviderOf>>> {
public:
    using Provider = ProviderOf<InlineWorld>;
    using Session = wrapup::Session<Provider>;

    static Abilities able() noexcept { return abilities<Provider>(); }
    void clear() noexcept { this->clear_service(); }

    int on_open(Number s, std::uint32_t outcome) {
        this->enter(Call::begin, What::open, s);
        if (outcome == open_threw) throw OpenThrew();
        return s;
    }

    void adopt(unsigned h, bool) noexcept {
        if (const Number s = this->next_number()) {
            Session fresh(s, Provider(*this, s));
            handle_[h] = std::move(fresh);
        }
    }
    void open(unsigned h, unsigned how) noexcept {
        const Number s = this->next_number();
        if (s == nobody) return;
        try {
            std::error_code error;
            Session fresh = Session::open(error, Provider(*this, s), this->outcome_of(how));
            this->note(What::answer, s, answer_of(error));
            handle_[h] = std::move(fresh);
        } catch (const OpenThrew&) {
            this->note(What::answer, s, open_threw);
        }
    }
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
    void detach(unsigned h) noexcept {
        try {
            this->answer(this->named(handle_[h].detach(from(Verb::detach))));
        } catch (const std::system_error& error) {
            this->answer(error.code());
        }
    }
    void ask(unsigned w, unsigned how) noexcept {
        if (w >= handles) return;
        std::error_code error;
        const int id =
            how % 2 == 1
                ? handle_[w].try_query(error, [this](int it) { return this->on_ask(static_cast<Number>(it), it); })
                : handle_[w].try_query(error, &Provider::asked);
        if (error) this->answer(error);
        else this->answer(this->named(id));
    }
    void id(unsigned h) noexcept {
        try {
            this->answer(this->named(handle_[h].id()));
        } catch (const std::system_error& error) {
            this->answer(error.code());
        }
    }
    void look(unsigned w) noexcept {
        if (w < handles) this->note(What::look, nobody, record(handle_[w]).detail());
    }

    [[nodiscard]] Record handle(unsigned h) const noexcept { return record(handle_[h]); }

private:
    static Record record(const Session& session) noexcept {
        return record_of<Provider>(session.phase(), session.termination());
    }

    std::array<Session, handles> handle_{};
};

} // namespace histories
