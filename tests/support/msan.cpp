// SPDX-License-Identifier: BSL-1.0
//
// Tests that run under MemorySanitizer, where the standard library was not compiled with it. Nearly all that the tests use of
// it is compiled with them, since it stands in its headers; this tells the sanitizer what the rest has written.
#define WRAPUP_PLAIN_MAIN
#include "support/plain_catch.hpp"

#include <sanitizer/msan_interface.h>

#include <map>
#include <string>
#include <system_error>

// ---- std::map and std::set: the one function that writes into a node what was not written by the caller

#define WRAPUP_INSERT _ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_
#define WRAPUP_REAL(name) WRAPUP_PLAIN_JOIN(__real_, name)
#define WRAPUP_WRAP(name) WRAPUP_PLAIN_JOIN(__wrap_, name)

using Node = std::_Rb_tree_node_base;
extern "C" {
void WRAPUP_REAL(WRAPUP_INSERT)(bool left, Node* node, Node* parent, Node& header) noexcept;
void WRAPUP_WRAP(WRAPUP_INSERT)(bool left, Node* node, Node* parent, Node& header) noexcept {
    WRAPUP_REAL(WRAPUP_INSERT)(left, node, parent, header);
    __msan_unpoison(node, sizeof *node);
}
}

// ---- the category of std::errc, whose messages are strings that the library makes

namespace {
class Generic final : public std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "generic"; }
    [[nodiscard]] std::string message(int) const override { return "an error of the system"; }
};
} // namespace

const std::error_category& std::generic_category() noexcept {
    static const Generic category;
    return category;
}
