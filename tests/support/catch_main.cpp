// SPDX-License-Identifier: BSL-1.0

// The main function of Catch2 2.x, where the installed one was built with another standard library.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
