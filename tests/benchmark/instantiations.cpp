// SPDX-License-Identifier: BSL-1.0

// Sessions of INSTANTIATIONS services, none, one or two, each ended sometimes, asked about and released; written by hand where HAND is defined, and
// where RECORD is with the record that wrapup keeps. What a second one adds to the object file is what a further session costs in a program.
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

#ifdef RECORD
enum class Line : unsigned char { live, dropped, record, empty };
constexpr Line nothing = Line::record;
#else
enum class Line : unsigned char { empty, live, dropped };
constexpr Line nothing = Line::empty;
#endif
enum class Ended : unsigned char { by_user, by_application };

template <int service>
struct Call {
    int id;
    Line line;
#ifdef RECORD
    Ended by;
    bool contested;
    bool abandoned;
#endif
    bool empty() const { return line == Line::empty || line == nothing; }
    void end([[maybe_unused]] Ended who, [[maybe_unused]] bool unasked) {
        Service<service>::drop(id);
        line = Line::dropped;
#ifdef RECORD
        by = who;
        contested = false;
        abandoned = unasked;
#endif
    }
};

template <int service>
int ask(Call<service>* call) {
    if (call->empty()) std::abort();
    return Service<service>::duration(call->id);
}
template <int service>
void drop(Call<service>* call) {
    if (call->line == Line::live) call->end(Ended::by_user, false);
}
template <int service>
void release(Call<service>* call) {
    if (call->empty()) return;
    if (call->line == Line::live) call->end(Ended::by_application, true);
    call->line = nothing;
    Service<service>::deallocate(call->id);
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
