// SPDX-License-Identifier: BSL-1.0

// One life of a session, of the design WHICH; asked about by way of a monitor, where MONITORED is defined.
#include "designs.hpp"

namespace compared {

using One = Design<WHICH>;

#ifdef MONITORED
template <>
int monitored_life<WHICH>() {
    const One::Owner owner(1);
    const One::Monitor monitor(owner);
    One::line.terminated();
    One::line = {};
    return monitor.query();
}
#else
template <>
int life<WHICH>() {
    const One::Owner owner(1);
    One::line.terminated();
    One::line = {};
    return owner.query();
}
#endif

} // namespace compared
