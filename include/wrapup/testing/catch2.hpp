// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/testing/finding.hpp>
#include <wrapup/testing/provider_conformance.hpp>

// Catch2 in the version that is there, 2 or 3: its header is where they differ.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <memory>
#include <string>

namespace wrapup::testing {

/// Checks a provider inside a test case of Catch2: one assertion for each law that was tried, a warning that is always shown
/// for each that was not.
///
///     TEST_CASE("acme: the provider keeps the laws") { wrapup::testing::require_conformance<Bench>(); }
///
/// The bench: see <wrapup/testing/provider_conformance.hpp>.
template <class Bench, class Make>
void require_conformance(Make make) {
    for (const Finding& finding : check_provider<Bench>(make)) {
        if (finding.outcome == Outcome::not_applicable) {
            WARN(to_string(finding));
            continue;
        }
        INFO(to_string(finding));
        CHECK(finding.outcome == Outcome::holds);
    }
}
template <class Bench>
void require_conformance() {
    require_conformance<Bench>([] { return std::make_unique<Bench>(); });
}

} // namespace wrapup::testing
