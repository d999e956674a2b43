// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/provider.hpp>
#include <wrapup/session.hpp>
#include <wrapup/testing/detail/probe.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <system_error>
#include <utility>

namespace wrapup::testing::detail {

// What a bench is given to begin a session with: called with the provider and the arguments of its `open`, or to adopt.
template <class Bench>
class Begin {
public:
    using Provider = typename Bench::Provider;
    using Begun = Session<Probe<Provider>>;

    Begin(Log& log, std::error_code& error) noexcept : log_(&log), error_(&error) {}

    template <class... Args>
    [[nodiscard]] Begun operator()(Provider provider, Args&&... args) const {
        return Begun::open(*error_, Probe<Provider>(std::move(provider), *log_), std::forward<Args>(args)...);
    }
    [[nodiscard]] Begun adopt(typename Provider::Identifier id, Provider provider) const {
        return Begun(std::move(id), Probe<Provider>(std::move(provider), *log_));
    }

private:
    Log* log_;
    std::error_code* error_;
};

template <class Bench>
using IdOf = typename Bench::Provider::Identifier;

template <class B>
concept IsBench = SessionProvider<typename B::Provider> && requires(B& bench, Begin<B> begin) {
    { bench.begin(begin) } -> std::same_as<typename Begin<B>::Begun>;
    { bench.alive() } -> std::convertible_to<std::size_t>;
};

// What a bench may be able to do besides, each found out by its having the member.
template <class B>
concept Ends = requires(B& bench, const IdOf<B>& id) { bench.end(id); };
template <class B>
concept Loses = requires(B& bench, const IdOf<B>& id) { bench.lose(id); };
template <class B>
concept Closes = requires(B& bench) { bench.close(); };
template <class B>
concept Asks = requires(B& bench, typename B::Provider& provider, const IdOf<B>& id) {
    { bench.ask(provider, id) } -> std::convertible_to<bool>;
};
template <class B>
concept Adopts = requires(B& bench) {
    { bench.adoptable() } -> std::convertible_to<IdOf<B>>;
    { bench.provider() } -> std::convertible_to<typename B::Provider>;
};
template <class B>
concept BeginsRefusing = requires(B& bench, Begin<B> begin) { bench.begin_refusing(begin); };
template <class B>
concept BeginsHanging = requires(B& bench, Begin<B> begin) { bench.begin_hanging(begin); };
template <class B>
concept BeginsFailing = requires(B& bench, Begin<B> begin) { bench.begin_failing(begin); };
template <class B>
concept GivesReason = requires(B& bench) {
    { bench.reason() } -> std::convertible_to<typename B::Provider::Reason>;
};
template <class B>
concept Pumps = requires(B& bench) { bench.pump(); };
template <class B>
concept Settles = requires(B& bench) { bench.settle(); };
template <class B>
concept Limits = requires(const B& bench) {
    { bench.limit() } -> std::convertible_to<std::chrono::milliseconds>;
};
template <class B>
concept Excuses = requires(const B& bench, const char* law) {
    { bench.excuse(law) } -> std::convertible_to<const char*>;
};

} // namespace wrapup::testing::detail
