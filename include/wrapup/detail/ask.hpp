// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>

#include <system_error>
#include <type_traits>
#include <utility>

namespace wrapup::detail {

// A member function of the provider, or anything that takes the provider and the identifier, or the identifier alone.
template <class F, class P, class Id, class... Args>
concept OfProvider = std::is_invocable_v<F, P&, const Id&, Args...>;
template <class F, class P, class Id, class... Args>
concept Question = OfProvider<F, P, Id, Args...> ||
                   (!std::is_member_pointer_v<std::remove_cvref_t<F>> && std::is_invocable_v<F, const Id&, Args...>);

// What is no question is told so in a sentence. The answer to it fits everywhere, so that the sentence is the only error.
template <class F, class P, class Id, class... Args>
constexpr bool is_question() noexcept {
    static_assert(
        Question<F, P, Id, Args...>,
        "wrapup: a query is a member function of the provider that takes the identifier and the given arguments, "
        "or a callable that takes the provider and the identifier, or the identifier");
    return Question<F, P, Id, Args...>;
}
struct Anything {
    template <class T>
    operator T() const;
};

// Calls `f` on an identifier: a member function of the provider, or anything that takes the provider and the
// identifier, or the identifier alone. The result is a value: what it refers to may be gone when the lease is.
// It is called by its qualified name: the provider's namespace may have a function of that name.
template <class P, class Id, class F, class... Args>
constexpr auto ask(P& provider, const Id& id, F&& f, Args&&... args) {
    if constexpr (std::is_member_function_pointer_v<std::remove_cvref_t<F>>)
        return (provider.*f)(id, std::forward<Args>(args)...);
    else if constexpr (OfProvider<F, P, Id, Args...>)
        return std::forward<F>(f)(provider, id, std::forward<Args>(args)...);
    else return std::forward<F>(f)(id, std::forward<Args>(args)...);
}

// Whether a function is the provider's member that ends a session or gives its identifier back, which are not questions.
template <auto f, class P>
constexpr bool is_verb() noexcept {
    using F = decltype(f); // picks one of an overload set
    bool verb = false;
    if constexpr (requires { f == static_cast<F>(&P::drop); }) verb = verb || f == static_cast<F>(&P::drop);
    if constexpr (requires { f == static_cast<F>(&P::deallocate); }) verb = verb || f == static_cast<F>(&P::deallocate);
    if constexpr (requires { f == static_cast<F>(&P::abort); }) verb = verb || f == static_cast<F>(&P::abort);
    return verb;
}

// The same with a function that is known to the compiler: it is called, not pointed to, and so can be inlined.
template <auto f>
struct Asking {
    template <class P, class Id, class... Args>
        requires Question<decltype(f), P, Id, Args...>
    constexpr auto operator()(P& provider, const Id& id, Args&&... args) const {
        static_assert(
            !is_verb<f, P>(),
            "wrapup: the provider's drop, abort and deallocate are not queries: they are the session's to call");
        if constexpr (std::is_member_function_pointer_v<decltype(f)>)
            return (provider.*f)(id, std::forward<Args>(args)...);
        else return detail::ask(provider, id, f, std::forward<Args>(args)...);
    }
};

template <class P, class Id, class F, class... Args>
using Answer =
    decltype(detail::ask(std::declval<P&>(), std::declval<const Id&>(), std::declval<F>(), std::declval<Args>()...));

// What to do where there is nothing to ask.
struct OrFail {
    template <class Answer>
    [[noreturn]] Answer released() const {
        fail_released();
    }
    template <class Answer>
    [[noreturn]] Answer answer(std::error_code error) const {
        fail(error);
    }
};
struct OrReport {
    std::error_code& error;

    template <class Answer>
    Answer released() const {
        return answer<Answer>(errc::released);
    }
    template <class Answer>
    Answer answer(std::error_code why) const {
        error = why;
        return Answer();
    }
};

// `drop` and `abort` answer with nothing or with something that converts to an error.
template <class Result = std::error_code, class Call>
Result refusal(Call call) noexcept {
    if constexpr (std::is_void_v<decltype(call())>) {
        call();
        return {};
    } else {
        const std::error_code refused = call();
        return refused;
    }
}

} // namespace wrapup::detail
