// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/session.hpp>

#if __has_include(<fmt/format.h>)
#include <fmt/format.h>
#endif

#include <string>
#include <string_view>
#include <type_traits>
#include <version>

#if defined(__cpp_lib_format)
#include <format>
#endif

/// @file
/// Formatters for {fmt}, where it is installed, and for `std::format`, where the standard library has it:
///
/// | Type | Text |
/// |---|---|
/// | `Phase`, `Origin` | the enumerator: `terminated`, `remote` |
/// | `errc` | its message |
/// | `Termination` | `ended by remote after 2.500s, cause 16, contested`: what is absent is left out |
/// | `Session` | its phase, and its termination where there is one: `terminated, ended by user` |
///
/// Causes, reasons and statistics are formatted by their own formatter, or else by a `to_string` that is found for them,
/// and left out where they have neither. The format specification is that of a string.

namespace wrapup::detail {

// Writes texts by one of the two libraries.
template <class Library>
struct Describe {
    template <class T>
    static void part(std::string& text, std::string_view label, const T& value) {
        if constexpr (Library::template formattable<T>) text.append(label).append(Library::to_text(value));
        else if constexpr (requires { std::string(to_string(value)); })
            text.append(label).append(std::string(to_string(value)));
    }

    static std::string text(Phase phase) { return to_string(phase); }
    static std::string text(Origin origin) { return to_string(origin); }
    static std::string text(errc error) { return make_error_code(error).message(); }

    template <class Provider>
    static std::string text(const Termination<Provider>& termination) {
        std::string text = "ended by ";
        text += to_string(termination.origin);
        if constexpr (Timed<Provider>) {
            const auto lasted = termination.ended - termination.began;
            if constexpr (requires { decltype(lasted)::period::num; })
                text += " after " + Library::seconds(static_cast<double>(lasted.count()) *
                                                     decltype(lasted)::period::num / decltype(lasted)::period::den);
        }
        if constexpr (AcceptsReason<Provider>)
            if (termination.reason) part(text, ", reason ", *termination.reason);
        if constexpr (ReportsCause<Provider>)
            if (termination.cause) part(text, ", cause ", *termination.cause);
        if constexpr (Snapshots<Provider>)
            if (termination.statistics) part(text, ", ", *termination.statistics);
        if (termination.contested) text += ", contested";
        if (termination.abandoned) text += ", abandoned";
        return text;
    }

    template <class Provider>
    static std::string text(const Session<Provider>& session) {
        const auto* termination = session.termination();
        const std::string phase = to_string(session.phase());
        return termination ? phase + ", " + text(*termination) : phase;
    }
};

#if defined(FMT_VERSION)
struct FmtLibrary {
    template <class T>
    static constexpr bool formattable = fmt::is_formattable<T>::value;
    template <class T>
    static std::string to_text(const T& value) {
        return fmt::format("{}", value);
    }
    static std::string seconds(double value) { return fmt::format("{:.3f}s", value); }
};

template <class T>
struct FmtFormatter : fmt::formatter<fmt::string_view> {
    template <class Context>
    auto format(const T& value, Context& context) const {
        return fmt::formatter<fmt::string_view>::format(Describe<FmtLibrary>::text(value), context);
    }
};
#endif

#if defined(__cpp_lib_format)
struct StdLibrary {
    template <class T>
    static constexpr bool formattable = std::is_default_constructible_v<std::formatter<T, char>>;
    template <class T>
    static std::string to_text(const T& value) {
        return std::format("{}", value);
    }
    static std::string seconds(double value) { return std::format("{:.3f}s", value); }
};

template <class T>
struct StdFormatter : std::formatter<std::string_view> {
    template <class Context>
    auto format(const T& value, Context& context) const {
        return std::formatter<std::string_view>::format(Describe<StdLibrary>::text(value), context);
    }
};
#endif

} // namespace wrapup::detail

#if defined(FMT_VERSION)
template <>
struct fmt::formatter<wrapup::Phase> : wrapup::detail::FmtFormatter<wrapup::Phase> {};
template <>
struct fmt::formatter<wrapup::Origin> : wrapup::detail::FmtFormatter<wrapup::Origin> {};
template <>
struct fmt::formatter<wrapup::errc> : wrapup::detail::FmtFormatter<wrapup::errc> {};
template <class Provider>
struct fmt::formatter<wrapup::Termination<Provider>> : wrapup::detail::FmtFormatter<wrapup::Termination<Provider>> {};
template <class Provider>
struct fmt::formatter<wrapup::Session<Provider>> : wrapup::detail::FmtFormatter<wrapup::Session<Provider>> {};
#endif

#if defined(__cpp_lib_format)
template <>
struct std::formatter<wrapup::Phase> : wrapup::detail::StdFormatter<wrapup::Phase> {};
template <>
struct std::formatter<wrapup::Origin> : wrapup::detail::StdFormatter<wrapup::Origin> {};
template <>
struct std::formatter<wrapup::errc> : wrapup::detail::StdFormatter<wrapup::errc> {};
template <class Provider>
struct std::formatter<wrapup::Termination<Provider>> : wrapup::detail::StdFormatter<wrapup::Termination<Provider>> {};
template <class Provider>
struct std::formatter<wrapup::Session<Provider>> : wrapup::detail::StdFormatter<wrapup::Session<Provider>> {};
#endif
