// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace histories {

// Runs something in a process of its own, so that whatever befalls it can be reported: returns whether it has returned
// true and the process has come to a normal end, within so many seconds where a limit is given.
template <class Run>
bool succeeds_in_child(Run run, unsigned seconds = 0) {
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) {
        std::perror("fork");
        std::exit(2);
    }
    if (child == 0) {
        alarm(seconds);
        std::exit(run() ? 0 : 1); // not _exit: the sanitizers look for leaks, and coverage is written
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace histories
