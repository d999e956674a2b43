// SPDX-License-Identifier: BSL-1.0

// The lives of ../instructions/lives.hpp, by hand and with wrapup; by hand with the record that wrapup keeps; and with a `std::unique_ptr` and with an
// `absl::Cleanup`: two of them each, since the identifier stays valid after the drop.
#include "../instructions/lives.hpp"
#include "counting.hpp"

#include <absl/cleanup/cleanup.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace {

// An identifier as a unique_ptr wants it: 0 is none, so no session can have it.
struct Number {
    int id = 0;
    Number() = default;
    Number(std::nullptr_t) noexcept {}
    explicit Number(int number) noexcept : id(number) {}
    explicit operator bool() const noexcept { return id != 0; }
    friend bool operator==(Number, Number) = default;
};

enum class Kept : unsigned char { live, dropped, record, nothing };
enum class Ended : unsigned char { by_user, by_application };

template <class F>
using Cleanup = decltype(absl::MakeCleanup(std::declval<F>()));

} // namespace

#define RECORDED_LIVES(service)                                                                                        \
    namespace service {                                                                                                \
    /* By hand, with what wrapup keeps: who has ended it, and how. */                                                  \
    struct Recorded {                                                                                                  \
        int id;                                                                                                        \
        Kept kept;                                                                                                     \
        Ended by;                                                                                                      \
        bool contested;                                                                                                \
        bool abandoned;                                                                                                \
    };                                                                                                                 \
    inline void end(Recorded* call, Ended by, bool abandoned) {                                                        \
        service::drop(call->id);                                                                                       \
        call->kept = Kept::dropped;                                                                                    \
        call->by = by;                                                                                                 \
        call->contested = false;                                                                                       \
        call->abandoned = abandoned;                                                                                   \
    }                                                                                                                  \
    }                                                                                                                  \
    LIFE service##_straight_recorded(int id) {                                                                         \
        service::drop(id);                                                                                             \
        const int duration = service::duration(id);                                                                    \
        service::deallocate(id);                                                                                       \
        return duration;                                                                                               \
    }                                                                                                                  \
    LIFE service##_conditional_recorded(int id) {                                                                      \
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
    LIFE service##_stored_recorded_construct(service::Recorded* call, int id) {                                        \
        *call = {id, Kept::live, Ended::by_user, false, false};                                                        \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_recorded_drop(service::Recorded* call) {                                                     \
        if (call->kept == Kept::live) end(call, Ended::by_user, false);                                                \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_recorded_query(service::Recorded* call) {                                                    \
        if (call->kept >= Kept::record) std::abort();                                                                  \
        return service::duration(call->id);                                                                            \
    }                                                                                                                  \
    LIFE service##_stored_recorded_release(service::Recorded* call) {                                                  \
        if (call->kept >= Kept::record) return 0;                                                                      \
        if (call->kept == Kept::live) end(call, Ended::by_application, true);                                          \
        call->kept = Kept::record;                                                                                     \
        service::deallocate(call->id);                                                                                 \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_recorded_destroy(service::Recorded* call) {                                                  \
        if (call->kept >= Kept::record) return 0;                                                                      \
        if (call->kept == Kept::live) service::drop(call->id);                                                         \
        service::deallocate(call->id);                                                                                 \
        return 0;                                                                                                      \
    }

#define INLINE_LIVES(service)                                                                                          \
    namespace service {                                                                                                \
    struct DropPointer {                                                                                               \
        using pointer = Number;                                                                                        \
        void operator()(Number call) const noexcept { service::drop(call.id); }                                        \
    };                                                                                                                 \
    struct DeallocatePointer {                                                                                         \
        using pointer = Number;                                                                                        \
        void operator()(Number call) const noexcept { service::deallocate(call.id); }                                  \
    };                                                                                                                 \
    struct UniquePtr {                                                                                                 \
        explicit UniquePtr(int id) noexcept : identifier(Number(id)), line(Number(id)) {}                              \
        std::unique_ptr<int, DeallocatePointer> identifier;                                                            \
        std::unique_ptr<int, DropPointer> line;                                                                        \
    };                                                                                                                 \
    struct DropCall {                                                                                                  \
        int id;                                                                                                        \
        void operator()() const noexcept { service::drop(id); }                                                        \
    };                                                                                                                 \
    struct DeallocateCall {                                                                                            \
        int id;                                                                                                        \
        void operator()() const noexcept { service::deallocate(id); }                                                  \
    };                                                                                                                 \
    /* A cleanup does not say whether it is still to be done. */                                                       \
    struct Cleanups {                                                                                                  \
        explicit Cleanups(int number) noexcept                                                                         \
            : id(number),                                                                                              \
              identifier(absl::MakeCleanup(DeallocateCall{number})),                                                   \
              line(absl::MakeCleanup(DropCall{number})) {}                                                             \
        int id;                                                                                                        \
        bool live = true;                                                                                              \
        bool held = true;                                                                                              \
        Cleanup<DeallocateCall> identifier;                                                                            \
        Cleanup<DropCall> line;                                                                                        \
    };                                                                                                                 \
    }                                                                                                                  \
    LIFE service##_straight_unique_ptr(int id) {                                                                       \
        service::UniquePtr call(id);                                                                                   \
        call.line.reset();                                                                                             \
        const int duration = service::duration(call.identifier.get().id);                                              \
        call.identifier.reset();                                                                                       \
        return duration;                                                                                               \
    }                                                                                                                  \
    LIFE service##_conditional_unique_ptr(int id) {                                                                    \
        service::UniquePtr call(id);                                                                                   \
        if (id & 1) call.line.reset();                                                                                 \
        return service::duration(call.identifier.get().id);                                                            \
    }                                                                                                                  \
    LIFE service##_stored_unique_ptr_construct(service::UniquePtr* call, int id) {                                     \
        ::new (call) service::UniquePtr(id);                                                                           \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_unique_ptr_drop(service::UniquePtr* call) {                                                  \
        call->line.reset();                                                                                            \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_unique_ptr_query(service::UniquePtr* call) {                                                 \
        if (!call->identifier) std::abort();                                                                           \
        return service::duration(call->identifier.get().id);                                                           \
    }                                                                                                                  \
    LIFE service##_stored_unique_ptr_release(service::UniquePtr* call) {                                               \
        call->line.reset();                                                                                            \
        call->identifier.reset();                                                                                      \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_unique_ptr_destroy(service::UniquePtr* call) {                                               \
        call->~UniquePtr();                                                                                            \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_straight_cleanup(int id) {                                                                          \
        auto identifier = absl::MakeCleanup(service::DeallocateCall{id});                                              \
        auto line = absl::MakeCleanup(service::DropCall{id});                                                          \
        std::move(line).Invoke();                                                                                      \
        const int duration = service::duration(id);                                                                    \
        std::move(identifier).Invoke();                                                                                \
        return duration;                                                                                               \
    }                                                                                                                  \
    LIFE service##_conditional_cleanup(int id) {                                                                       \
        const auto identifier = absl::MakeCleanup(service::DeallocateCall{id});                                        \
        auto line = absl::MakeCleanup(service::DropCall{id});                                                          \
        if (id & 1) std::move(line).Invoke();                                                                          \
        return service::duration(id);                                                                                  \
    }                                                                                                                  \
    LIFE service##_stored_cleanup_construct(service::Cleanups* call, int id) {                                         \
        ::new (call) service::Cleanups(id);                                                                            \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_cleanup_drop(service::Cleanups* call) {                                                      \
        if (std::exchange(call->live, false)) std::move(call->line).Invoke();                                          \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_cleanup_query(service::Cleanups* call) {                                                     \
        if (!call->held) std::abort();                                                                                 \
        return service::duration(call->id);                                                                            \
    }                                                                                                                  \
    LIFE service##_stored_cleanup_release(service::Cleanups* call) {                                                   \
        if (std::exchange(call->live, false)) std::move(call->line).Invoke();                                          \
        if (std::exchange(call->held, false)) std::move(call->identifier).Invoke();                                    \
        return 0;                                                                                                      \
    }                                                                                                                  \
    LIFE service##_stored_cleanup_destroy(service::Cleanups* call) {                                                   \
        call->~Cleanups();                                                                                             \
        return 0;                                                                                                      \
    }

INSTRUCTIONS_LIVES(inlinable)
INSTRUCTIONS_LIVES(external)
RECORDED_LIVES(inlinable)
RECORDED_LIVES(external)
INLINE_LIVES(inlinable)
INLINE_LIVES(external)

LIFE nothing(int id) { return id; }

namespace {

using compared::collect;
using compared::measure;

int sum = 0; // what all lives return

void one(const char* group, const char* name, int (*life)(int)) {
    int id = 0;
    measure(group, name, [&] {
        ++id;
        collect([&] { sum += life(id); });
    });
}

template <class Call>
struct Verbs {
    int (*construct)(Call*, int);
    int (*drop)(Call*);
    int (*query)(Call*);
    int (*release)(Call*);
    int (*destroy)(Call*);
};

// Each verb by itself, on a session that was dropped before it is asked and released; destroyed is one that is live.
template <class Call>
void stored(const char* service, const char* design, const Verbs<Call>& verbs) {
    alignas(Call) static unsigned char memory[sizeof(Call)];
    auto* const call = reinterpret_cast<Call*>(memory);
    const auto verb = [&](const char* name, int collected) {
        char group[60];
        std::snprintf(group, sizeof group, "%s, %s", service, name);
        measure(group, design, [&] {
            const auto step = [&](int number, auto f) {
                if (number == collected) collect(f);
                else compared::call(f);
            };
            step(0, [&] { verbs.construct(call, 1); });
            step(1, [&] { sum += verbs.drop(call); });
            step(2, [&] { sum += verbs.query(call); });
            step(3, [&] { sum += verbs.release(call); });
            verbs.destroy(call);
            verbs.construct(call, 1);
            step(4, [&] { verbs.destroy(call); });
        });
    };
    verb("construct", 0);
    verb("drop", 1);
    verb("query", 2);
    verb("release", 3);
    verb("destroy", 4);
}

} // namespace

#define INLINE_DESIGN(service, design, Call)                                                                           \
    one(#service ", straight", #design, service##_straight_##design);                                                  \
    one(#service ", conditional", #design, service##_conditional_##design);                                            \
    stored<service::Call>(#service, #design,                                                                           \
                          {service##_stored_##design##_construct, service##_stored_##design##_drop,                    \
                           service##_stored_##design##_query, service##_stored_##design##_release,                     \
                           service##_stored_##design##_destroy})

int main() {
    one("", "nothing", nothing);
    INLINE_DESIGN(inlinable, hand, Hand);
    INLINE_DESIGN(inlinable, recorded, Recorded);
    INLINE_DESIGN(inlinable, wrapup, Session);
    INLINE_DESIGN(inlinable, unique_ptr, UniquePtr);
    INLINE_DESIGN(inlinable, cleanup, Cleanups);
    INLINE_DESIGN(external, hand, Hand);
    INLINE_DESIGN(external, recorded, Recorded);
    INLINE_DESIGN(external, wrapup, Session);
    INLINE_DESIGN(external, unique_ptr, UniquePtr);
    INLINE_DESIGN(external, cleanup, Cleanups);
    std::printf("%d\n", sum);
}
