// SPDX-License-Identifier: BSL-1.0
#pragma once

/// @file
/// WRAPUP_LOOKS_FOR_LEAKS is defined where LeakSanitizer looks for them.

#if defined(__SANITIZE_ADDRESS__)
#define WRAPUP_LOOKS_FOR_LEAKS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WRAPUP_LOOKS_FOR_LEAKS
#endif
#endif

#ifdef WRAPUP_LOOKS_FOR_LEAKS
#include <sanitizer/lsan_interface.h>
#endif
