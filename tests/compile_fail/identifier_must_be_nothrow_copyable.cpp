// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's Identifier must be regular (default constructible, copyable, ==) and nothrow copyable
#include <wrapup/session.hpp>

#include <string>

using Name = std::string;
struct Line {
    using Identifier = Name;
    void drop(const Name&) noexcept;
    void deallocate(const Name&) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
