// SPDX-License-Identifier: BSL-1.0
#pragma once

/// What is compared. Every design ends sessions of this service, and nothing that it does can be left out: it counts.
namespace compared {

struct Service {
    static void drop(int) noexcept { ++drops; }
    static void deallocate(int) noexcept { ++deallocations; }
    static int duration(int id) noexcept { return id; }

    inline static int drops = 0;
    inline static int deallocations = 0;
};

enum class Origin : unsigned char { user, application, remote, service };

/// What is known of an ending, as a design would keep it that was written by hand.
struct Record {
    Origin origin = Origin::user;
    bool abandoned = false;
};

/// Room for an object whose life is begun and ended by hand.
template <class T>
union Place {
    Place() noexcept {}
    ~Place() {}
    T object;
};

} // namespace compared
