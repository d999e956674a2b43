// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's Identifier must be regular (default constructible, copyable, ==) and nothrow copyable
#include <wrapup/session.hpp>

struct Name {
    int& number;
    Name& operator=(const Name&) noexcept;
    bool operator==(const Name&) const noexcept;
};
struct Line {
    using Identifier = Name;
    void drop(const Name&) noexcept;
    void deallocate(const Name&) noexcept;
};

void end(wrapup::Session<Line>& line) { line.drop(); }
