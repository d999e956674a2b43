// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <wrapup/monitor.hpp>
#include <wrapup/notifier_table.hpp>
#include <wrapup/session.hpp>
#include <wrapup/termination_callback.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

// What a simulated service keeps of its sessions, and what sessions its provider makes.
namespace simulation {

using wrapup::Origin;

using Native = std::uint16_t; // reused as soon as it is free
using Place = std::uint16_t;  // in the books
using Serial = std::uint64_t; // of a session; never reused
using Cause = std::uint8_t;
using Reason = std::uint8_t;
using Notifier = wrapup::Notifier<Cause>;
using Table = wrapup::NotifierTable<Native, Cause>;

struct Clock {
    using duration = std::chrono::duration<std::int64_t, std::milli>;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
};

enum class Fault : std::uint8_t {
    not_opened,
    ended_before_opened,
    no_memory,
    refused,
    refused_later,
    hung,
    finished_at_once,
    reordered,
    doubled,
    late,
    stale,
    notice_lost,
    notifier_died,
    service_lost
};
inline constexpr std::array fault_names{"not opened",
                                        "ended before opened",
                                        "no memory",
                                        "refused at once",
                                        "refused later",
                                        "hung",
                                        "finished inside the call",
                                        "notices reordered",
                                        "notices doubled",
                                        "notices after release",
                                        "notices to a reused identifier",
                                        "notices lost",
                                        "notifiers died",
                                        "lost with the service"};

class Simulation;

class Provider {
public:
    using Identifier = Native;
    using Cause = simulation::Cause;
    using Reason = simulation::Reason;

    Provider(Simulation& simulation, Place place, Serial serial) noexcept;
    Provider(Provider&& other) noexcept
        : simulation_(std::exchange(other.simulation_, nullptr)), place_(other.place_), serial_(other.serial_) {}
    Provider& operator=(Provider&&) = delete;
    ~Provider();

    Native open(std::error_code& error, Notifier notifier);
    void watch(Native native, Notifier notifier) noexcept;
    std::error_code drop(Native native) noexcept;
    std::error_code drop(Native native, Reason) noexcept { return drop(native); }
    std::error_code abort(Native native) noexcept;
    void deallocate(Native native) noexcept;
    Serial snapshot(Native native) noexcept;
    [[nodiscard]] Clock::time_point now() const noexcept;
    template <class Done>
    void wait(Clock::time_point deadline, Done done) noexcept;

private:
    Simulation* simulation_;
    Place place_;
    Serial serial_;
};

using Session = wrapup::Session<Provider>;
using Termination = wrapup::Termination<Provider>;

// One session, with all who have to do with it.
struct Case {
    struct Ended {
        Simulation& simulation;
        Place place;
        void operator()(const Termination& termination) const noexcept;
    };

    Serial serial = 0; // 0: nobody's
    Native native = 0;

    // The users.
    Session session;
    wrapup::Controller<Provider> controller;
    wrapup::Lease<Provider> lease;
    std::optional<wrapup::TerminationCallback<Provider, Ended>> callback;
    bool releases_when_over = false;
    bool owner_gone = false;
    bool callback_gone = false;        // removed before the end
    Origin asks = Origin::application; // in whose name the provider is called
    bool abandons = false;

    // The service.
    Notifier notifier; // where it is not in the table
    std::optional<Table::Place> in_table;
    bool watched = false; // there was memory for it
    bool by_table = false;
    bool over = false; // nothing is left that could end

    // The books: what must have come of it.
    bool claimed = false;
    Origin claim{};
    unsigned accepted = 0;
    bool in_call = false;   // a request is being made that is not accepted yet
    bool confirmed = false; // its end or the beginning of that was reported
    bool told = false;      // its end was reported: from here on the library must see to it
    bool deallocated = false;
    bool voided = false;
    unsigned ends_seen = 0;
};

} // namespace simulation
