// SPDX-License-Identifier: BSL-1.0
#define WRAPUP_PLAIN_MAIN
#include "support/plain_catch.hpp"
