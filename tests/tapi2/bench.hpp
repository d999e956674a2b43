// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/functions.hpp>

#include "support/catch.hpp"
#include "tapi2/control.hpp"

#include <cstdio>

#if defined(_WIN32)
#include "tapi2/windows/reported.hpp"
#else
#include "tapi2/double.hpp"
#endif

namespace tapi2_double {

/// What a test of the TAPI 2 provider stands on: the functions to give to the provider, and the double behind them. Fresh for
/// each test; at its end nobody has broken a rule, and no handle is left.
///
/// On Windows the functions are those of the machine, and it must be the double that stands in for them.
///
/// *Lifetime:* it is made before the provider, and outlives it.
class Bench {
public:
    Bench() = default;
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;
    ~Bench() {
        const Books books = control().books();
        if (books.violations != 0) std::fputs(control().text(Text::violations).c_str(), stderr);
        CHECK(books.violations == 0);
        CHECK(books.handles_live == 0);
        CHECK(books.lines_open == 0);
        CHECK(books.apps_open == 0);
    }

#if defined(_WIN32)
    wrapup::tapi2::Functions& functions() noexcept { return reported_; }
    Control& control() noexcept { return *control_; }

private:
    static Control* fresh() {
        Control* control = stand_in();
        if (!control) std::fputs("tapi32.dll is not the double\n", stderr);
        REQUIRE(control != nullptr);
        control->reset();
        return control;
    }

    Control* control_ = fresh();
    Reported reported_{*control_};
#else
    wrapup::tapi2::Functions& functions() noexcept { return double_; }
    Control& control() noexcept { return double_.control(); }

private:
    Double double_;
#endif
};

} // namespace tapi2_double
