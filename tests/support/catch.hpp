// SPDX-License-Identifier: BSL-1.0
#pragma once

// Catch2 in the version that is there: its header is where they differ. Or what stands in for it.
#if defined(WRAPUP_PLAIN_TESTS)
#include "support/plain_catch.hpp"
#elif __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
