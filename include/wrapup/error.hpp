// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/detail/immortal.hpp>

#include <system_error>

#if !defined(__cpp_exceptions)
#include <cstdio>
#include <cstdlib>
#endif

namespace wrapup {

/// What the library itself has to object to. What a provider objects to is the provider's own `std::error_code`.
enum class errc {
    released = 1,   ///< the handle is empty: the identifier was given back, or there never was one
    lost,           ///< the service has invalidated the identifier by itself
    too_many_leases ///< the session is held by as many leases as its control block can count
};

namespace detail {

class ErrorCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "wrapup"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::released: return "the session has been released";
        case errc::lost: return "the session's identifier was lost with its service";
        case errc::too_many_leases: return "too many leases are held on the session";
        }
        return "unknown error of wrapup";
    }
};

} // namespace detail

/// The category of `errc`.
//
// In here and not beside it, so that a file that has no error to make has no category either; and always the same, so that
// the compiler need not ask for it where the error is not looked at.
[[nodiscard, gnu::const, gnu::cold, gnu::noinline]] inline const std::error_category& category() noexcept {
    static constinit detail::Immortal<detail::ErrorCategory> immortal{};
    return immortal.object;
}

/// Makes `errc` usable wherever a `std::error_code` is.
[[nodiscard]] inline std::error_code make_error_code(errc error) noexcept {
    return {static_cast<int>(error), category()};
}

namespace detail {

// Where a caller has asked for what is not there and has given no std::error_code to say so in. Not inline, so that it costs
// those who ask no more than a call. One program has one of the two: see README.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::error_code error) {
#if defined(__cpp_exceptions)
    throw std::system_error(error);
#else
    std::fprintf(stderr, "wrapup: %s\n", error.message().c_str());
    std::abort();
#endif
}
[[noreturn, gnu::cold, gnu::noinline]] inline void fail_released() { fail(make_error_code(errc::released)); }

} // namespace detail
} // namespace wrapup

template <>
struct std::is_error_code_enum<wrapup::errc> : std::true_type {};
