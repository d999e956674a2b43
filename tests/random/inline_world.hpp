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
class InlineWorld : public WithoutNotices<Owners<InlineWorld<ProviderOf>, ProviderOf<InlineWorld<ProviderOf>>>> {
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
            this->handle_[h] = std::move(fresh);
        }
    }
    void open(unsigned h, unsigned how) noexcept {
        const Number s = this->next_number();
        if (s == nobody) return;
        try {
            std::error_code error;
            Session fresh = Session::open(error, Provider(*this, s), this->outcome_of(how));
            this->note(What::answer, s, answer_of(error));
            this->handle_[h] = std::move(fresh);
        } catch (const OpenThrew&) {
            this->note(What::answer, s, open_threw);
        }
    }
    void detach(unsigned h) noexcept {
        try {
            this->answer(this->named(this->handle_[h].detach(from(Verb::detach))));
        } catch (const std::system_error& error) {
            this->answer(error.code());
        }
    }
    void ask(unsigned w, unsigned how) noexcept {
        if (w >= handles) return;
        std::error_code error;
        const int id = how % 2 == 1 ? this->handle_[w].try_query(
                                          error, [this](int it) { return this->on_ask(static_cast<Number>(it), it); })
                                    : this->handle_[w].try_query(error, &Provider::asked);
        if (error) this->answer(error);
        else this->answer(this->named(id));
    }
    void look(unsigned w) noexcept {
        if (w < handles) this->note(What::look, nobody, this->record(this->handle_[w]).detail());
    }
};

} // namespace histories
