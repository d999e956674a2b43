// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace wrapup::process {

/// How a child is started, where it is not as this program itself: same environment, directory and standard streams.
struct Options {
    /// The whole environment, each as `NAME=value`.
    std::optional<std::vector<std::string>> environment = {};

    /// Where it starts. A command that is a relative path is looked for from there.
    std::optional<std::string> directory = {};

    /// Descriptors of this program that become the child's standard streams. They stay open here.
    std::optional<int> in = {};
    std::optional<int> out = {};
    std::optional<int> err = {};

    /// Whether it leads a process group of its own, so that what is typed at the terminal (Ctrl-C) does not reach it. It
    /// cannot read from that terminal then.
    bool own_group = false;
};

} // namespace wrapup::process
