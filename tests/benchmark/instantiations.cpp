// SPDX-License-Identifier: BSL-1.0

// Sessions of INSTANTIATIONS services, none, one or two, each ended sometimes, asked about and released; written by hand where HAND is defined. What
// a second one adds to the object file is what a further session costs in a program.
#ifdef HAND
#include <cstdlib>
#else
#include <wrapup/session.hpp>
#endif

template <int>
struct Service {
    using Identifier = int;
    static void drop(int id) noexcept;
    static void deallocate(int id) noexcept;
    static int duration(int id) noexcept;
};

#ifdef HAND

enum class Line : unsigned char { empty, live, dropped };

template <int service>
struct Call {
    int id;
    Line line;
};

template <int service>
int ask(Call<service>* call) {
    if (call->line == Line::empty) std::abort();
    return Service<service>::duration(call->id);
}
template <int service>
void drop(Call<service>* call) {
    if (call->line != Line::live) return;
    Service<service>::drop(call->id);
    call->line = Line::dropped;
}
template <int service>
void release(Call<service>* call) {
    if (call->line == Line::empty) return;
    if (call->line == Line::live) Service<service>::drop(call->id);
    Service<service>::deallocate(call->id);
    call->line = Line::empty;
}

#else

template <int service>
using Call = wrapup::Session<Service<service>>;

template <int service>
int ask(Call<service>* call) {
    return call->template query<&Service<service>::duration>();
}
template <int service>
void drop(Call<service>* call) {
    call->drop();
}
template <int service>
void release(Call<service>* call) {
    call->release();
}

#endif

#define INSTANTIATE(service)                                                                                           \
    template int ask<service>(Call<service>*);                                                                         \
    template void drop<service>(Call<service>*);                                                                       \
    template void release<service>(Call<service>*)

#if INSTANTIATIONS > 0
INSTANTIATE(1);
#endif
#if INSTANTIATIONS > 1
INSTANTIATE(2);
#endif
