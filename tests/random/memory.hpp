// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace histories {

// Where set, the next session finds that there is no memory for it.
extern bool memory_gone;

} // namespace histories
