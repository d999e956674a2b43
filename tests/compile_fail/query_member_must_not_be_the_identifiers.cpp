// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: a query is a member function of the provider that takes the identifier and the given arguments
#include <wrapup/session.hpp>

struct Call {
    int duration() const;
    bool operator==(const Call&) const = default;
};
struct Line {
    using Identifier = Call;
    void drop(const Call&) noexcept;
    void deallocate(const Call&) noexcept;
};

int ask(const wrapup::Session<Line>& line) { return line.query(&Call::duration); }
