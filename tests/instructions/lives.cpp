// SPDX-License-Identifier: BSL-1.0
// A session's life, written by hand and with wrapup, in three shapes; run.cmake counts what each executes.
#include <wrapup/session.hpp>

#include "provider.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#define LIFE extern "C" [[gnu::noinline]] int

// By hand, as one would in C: what there is to know is whether there is an identifier and whether it was dropped.
enum class Line : unsigned char { empty, live, dropped };

#define INSTRUCTIONS_LIVES(service)                                                                                    \
    namespace service {                                                                                                \
    INSTRUCTIONS_PROVIDER(service);                                                                                    \
    using Session = wrapup::Session<Provider>;                                                                         \
    struct Hand {                                                                                                      \
        int id;                                                                                                        \
        Line line;                                                                                                     \
    };                                                                                                                 \
    }                                                                                                                  \
    LIFE service##_straight_hand(int id) {                                                                             \
        service::drop(id);                                                                                             \
        const int duration = service::duration(id);                                                                    \
        service::deallocate(id);                                                                                       \
        return duration;                                                                                               \
    }                                                                                                                  \
    LIFE service##_straight_wrapup(int id) {                                                                           \
        service::Session call{id};                                                                                     \
        call.drop();                                                                                                   \
        const int duration = call.query<&service::Provider::duration>();                                               \
        call.release();                                                                                                \
        return duration;                                                                                               \
    }                                                                                                                  \
    /* Sometimes dropped by hand; always over at the end. */                                                           \
    LIFE service##_conditional_hand(int id) {                                                                          \
        bool dropped = false;                                                                                          \
        if (id & 1) {                                                                                                  \
            service::drop(id);                                                                                         \
            dropped = true;                                                                                            \
        }                                                                                                              \
        const int duration = service::duration(id);                                                                    \
        if (!dropped) service::drop(id);                                                                               \
        service::deallocate(id);                                                                                       \
        return duration;                                                                                               \
    }                                                                                                                  \
    LIFE service##_conditional_wrapup(int id) {                                                                        \
        service::Session call{id};                                                                                     \
        if (id & 1) call.drop();                                                                                       \
        return call.query<&service::Provider::duration>();                                                             \
    }                                                                                                                  \
    /* Kept in memory, and handled by functions that know nothing of each other. */                                    \
    LIFE service##_stored_hand_drop(service::Hand* call) {                                                             \
        if (call->line == Line::live) {                                                                                \
            service::drop(call->id);                                                                                   \
            call->line = Line::dropped;                                                                                \
        }                                                                                                              \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_hand_query(service::Hand* call) {                                                            \
        if (call->line == Line::empty) std::abort();                                                                   \
        return service::duration(call->id);                                                                            \
    }                                                                                                                  \
    LIFE service##_stored_hand_release(service::Hand* call) {                                                          \
        if (call->line != Line::empty) {                                                                               \
            if (call->line == Line::live) service::drop(call->id);                                                     \
            service::deallocate(call->id);                                                                             \
            call->line = Line::empty;                                                                                  \
        }                                                                                                              \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_wrapup_drop(service::Session* call) {                                                        \
        call->drop();                                                                                                  \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_wrapup_query(service::Session* call) { return call->query<&service::Provider::duration>(); } \
    LIFE service##_stored_wrapup_release(service::Session* call) {                                                     \
        call->release();                                                                                               \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_hand(int id) {                                                                               \
        static service::Hand call;                                                                                     \
        call = {id, Line::live};                                                                                       \
        service##_stored_hand_drop(&call);                                                                             \
        const int duration = service##_stored_hand_query(&call);                                                       \
        service##_stored_hand_release(&call);                                                                          \
        return duration;                                                                                               \
    }                                                                                                                  \
    LIFE service##_stored_wrapup(int id) {                                                                             \
        alignas(service::Session) static unsigned char memory[sizeof(service::Session)];                               \
        auto* call = ::new (memory) service::Session(id);                                                              \
        service##_stored_wrapup_drop(call);                                                                            \
        const int duration = service##_stored_wrapup_query(call);                                                      \
        service##_stored_wrapup_release(call);                                                                         \
        return duration;                                                                                               \
    }

INSTRUCTIONS_LIVES(inlinable)
INSTRUCTIONS_LIVES(external)

int main(int argc, char** argv) {
    struct {
        const char* name;
        int (*life)(int);
    } const lives[] = {
        {"inlinable_straight_hand", inlinable_straight_hand},
        {"inlinable_straight_wrapup", inlinable_straight_wrapup},
        {"inlinable_conditional_hand", inlinable_conditional_hand},
        {"inlinable_conditional_wrapup", inlinable_conditional_wrapup},
        {"inlinable_stored_hand", inlinable_stored_hand},
        {"inlinable_stored_wrapup", inlinable_stored_wrapup},
        {"external_straight_hand", external_straight_hand},
        {"external_straight_wrapup", external_straight_wrapup},
        {"external_conditional_hand", external_conditional_hand},
        {"external_conditional_wrapup", external_conditional_wrapup},
        {"external_stored_hand", external_stored_hand},
        {"external_stored_wrapup", external_stored_wrapup},
    };
    for (const auto& [name, life] : lives) {
        if (argc != 2 || std::strcmp(name, argv[1]) != 0) continue;
        int sum = 0;
        for (int id = 1; id <= 1000; ++id) sum += life(id);
        std::printf("%d\n", sum);
        return 0;
    }
    std::fprintf(stderr, "usage: lives LIFE\n");
    return 1;
}
