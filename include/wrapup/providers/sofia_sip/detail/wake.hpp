// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/error.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace wrapup::sofia::detail {

// Wakes the stack's thread: from any other, also when memory is gone, which su_msg_send cannot. *Source:* eventfd(2)
class Wake {
public:
    // @throws std::system_error where there is no descriptor
    Wake() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (descriptor_ < 0) wrapup::detail::fail(std::error_code(errno, std::system_category()));
    }
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;
    ~Wake() { ::close(descriptor_); }

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    void up() const noexcept { ::eventfd_write(descriptor_, 1); }
    void heard() const noexcept {
        eventfd_t count = 0;
        ::eventfd_read(descriptor_, &count);
    }

private:
    const int descriptor_;
};

} // namespace wrapup::sofia::detail
