// SPDX-License-Identifier: BSL-1.0
// expect: wrapup: the provider's drop, abort and deallocate are not queries
#include <wrapup/notifier.hpp>
#include <wrapup/session.hpp>

#include <system_error>
#include <utility>

struct Line {
    using Identifier = int;
    wrapup::Notifier<void>* notifier;
    void watch(int, wrapup::Notifier<void> given) noexcept { *notifier = std::move(given); }
    void drop(int) noexcept {}
    std::error_code abort(int) noexcept { return {}; }
    void deallocate(int) noexcept {}
};

int main() {
    wrapup::Notifier<void> notifier;
    wrapup::Session<Line> call(1, Line{&notifier});
    call.query<&Line::abort>();
}
