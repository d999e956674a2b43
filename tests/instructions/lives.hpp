// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/session.hpp>

#include "provider.hpp"

#include <cstdlib>
#include <new>

// A session's life, written by hand and with wrapup, in three shapes.

// What a life with wrapup is to execute beside: nothing, but where the count itself is tested.
#ifndef INSTRUCTIONS_MORE
#define INSTRUCTIONS_MORE static_cast<void>(0)
#endif

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
        INSTRUCTIONS_MORE;                                                                                             \
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
        INSTRUCTIONS_MORE;                                                                                             \
        service::Session call{id};                                                                                     \
        if (id & 1) call.drop();                                                                                       \
        return call.query<&service::Provider::duration>();                                                             \
    }                                                                                                                  \
    /* Kept in memory, and handled by functions that know nothing of each other. */                                    \
    LIFE service##_stored_hand_construct(service::Hand* call, int id) {                                                \
        *call = {id, Line::live};                                                                                      \
        return 0;                                                                                                      \
    }                                                                                                                  \
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
    LIFE service##_stored_hand_destroy(service::Hand* call) {                                                          \
        if (call->line != Line::empty) {                                                                               \
            if (call->line == Line::live) service::drop(call->id);                                                     \
            service::deallocate(call->id);                                                                             \
        }                                                                                                              \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_wrapup_construct(service::Session* call, int id) {                                           \
        ::new (call) service::Session(id);                                                                             \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_wrapup_drop(service::Session* call) {                                                        \
        INSTRUCTIONS_MORE;                                                                                             \
        call->drop();                                                                                                  \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_wrapup_query(service::Session* call) { return call->query<&service::Provider::duration>(); } \
    LIFE service##_stored_wrapup_release(service::Session* call) {                                                     \
        call->release();                                                                                               \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_wrapup_destroy(service::Session* call) {                                                     \
        call->~Session();                                                                                              \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_hand(int id) {                                                                               \
        static service::Hand call;                                                                                     \
        service##_stored_hand_construct(&call, id);                                                                    \
        service##_stored_hand_drop(&call);                                                                             \
        const int duration = service##_stored_hand_query(&call);                                                       \
        service##_stored_hand_release(&call);                                                                          \
        service##_stored_hand_destroy(&call);                                                                          \
        return duration;                                                                                               \
    }                                                                                                                  \
    LIFE service##_stored_wrapup(int id) {                                                                             \
        alignas(service::Session) static unsigned char memory[sizeof(service::Session)];                               \
        auto* call = reinterpret_cast<service::Session*>(memory);                                                      \
        service##_stored_wrapup_construct(call, id);                                                                   \
        service##_stored_wrapup_drop(call);                                                                            \
        const int duration = service##_stored_wrapup_query(call);                                                      \
        service##_stored_wrapup_release(call);                                                                         \
        service##_stored_wrapup_destroy(call);                                                                         \
        return duration;                                                                                               \
    }
