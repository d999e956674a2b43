// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/providers/tapi2/functions.hpp>

#include "support/catch.hpp"
#include "tapi2/control.hpp"
#include "tapi2/double.hpp"

#include <cstdio>

namespace tapi2_double {

/// What a test of the TAPI 2 provider stands on: the functions to give to the provider, and the double behind them. Fresh for
/// each test; at its end nobody has broken a rule, and no handle is left.
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

    wrapup::tapi2::Functions& functions() noexcept { return double_; }
    Control& control() noexcept { return double_.control(); }

private:
    Double double_;
};

} // namespace tapi2_double
