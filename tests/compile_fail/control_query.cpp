// SPDX-License-Identifier: BSL-1.0
#include <wrapup/session.hpp>

struct Line {
    using Identifier = int;
    void drop(int) noexcept;
    void deallocate(int) noexcept;
    int duration(int) const;
};

int ask(const wrapup::Session<Line>& line, std::error_code& error) {
    return line.query(&Line::duration) + line.query<&Line::duration>() + line.query([](int id) { return id; }) +
           line.query([](Line&, int id, int more) { return id + more; }, 1) + line.try_query(error, &Line::duration);
}
