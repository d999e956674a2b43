// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a provider is a class with the members Identifier, drop and deallocate
#include <wrapup/session.hpp>

using Line = int;

void end(wrapup::Session<Line>& line) { line.drop(); }
