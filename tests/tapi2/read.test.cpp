// SPDX-License-Identifier: BSL-1.0
#include <wrapup/providers/tapi2/abi.hpp>
#include <wrapup/providers/tapi2/call_info.hpp>
#include <wrapup/providers/tapi2/call_status.hpp>
#include <wrapup/providers/tapi2/detail/read.hpp>
#include <wrapup/providers/tapi2/error.hpp>
#include <wrapup/providers/tapi2/party.hpp>

#include "support/catch.hpp"
#include "tapi2/stub.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tapi2 = wrapup::tapi2;
using namespace std::chrono_literals;
using namespace std::string_view_literals;
using support::abi::Dword;
using support::abi::Field;
using support::abi::Handle;
using support::abi::Long;
using tapi2::CallInfo;
using tapi2::CallState;
using tapi2::CallStatus;
using tapi2::Error;
using tapi2::Party;
using tapi2::Privilege;

static_assert(std::regular<CallInfo> && std::regular<CallStatus> && std::regular<Party>);
static_assert(noexcept(tapi2::detail::read_call_status(std::declval<tapi2::Functions&>(), 1,
                                                       std::declval<std::error_code&>())));

namespace {

constexpr Handle call = 0x11;
constexpr std::size_t fixed_1_4 = 296, fixed_2_0 = 324, fixed_3_0 = 344;

// Its functions for a call's information and status are scripted; they count how often they are called.
class Tapi : public support::UnavailableTapi {
public:
    std::function<Long(support::abi::CallInfo*)> info = [](auto*) { return Long{0}; };
    std::function<Long(support::abi::CallStatus*)> status = [](auto*) { return Long{0}; };
    int passes = 0;

    Long lineGetCallInfoW(Handle handle, support::abi::CallInfo* written) noexcept override {
        ++passes;
        return handle == call ? info(written) : unavailable;
    }
    Long lineGetCallStatus(Handle handle, support::abi::CallStatus* written) noexcept override {
        ++passes;
        return handle == call ? status(written) : unavailable;
    }
};

struct Read {
    std::optional<CallInfo> info;
    std::error_code error;
};

Read read(Tapi& tapi) {
    std::error_code error = make_error_code(std::errc::interrupted);
    auto info = tapi2::detail::read_call_info(tapi, call, error);
    return {std::move(info), error};
}

struct ReadStatus {
    std::optional<CallStatus> status;
    std::error_code error;
};

ReadStatus read_status(Tapi& tapi) {
    std::error_code error = make_error_code(std::errc::interrupted);
    const auto status = tapi2::detail::read_call_status(tapi, call, error);
    return {status, error};
}

// Writes a structure as TAPI does: what varies follows the fixed part, and what does not fit whole is left out.
class Writer {
public:
    explicit Writer(std::size_t fixed = fixed_3_0) : fixed_(fixed) {}

    support::abi::CallInfo raw{};

    void put(Field support::abi::CallInfo::*part, std::string_view bytes) {
        parts_.push_back({[part](support::abi::CallInfo& to, Field where) { to.*part = where; }, std::string(bytes)});
    }
    void put(support::abi::PartyId support::abi::CallInfo::*party, std::u16string_view address,
             std::u16string_view name) {
        parts_.push_back({[party](support::abi::CallInfo& to, Field where) {
                              (to.*party).size = where.size;
                              (to.*party).offset = where.offset;
                          },
                          bytes(address)});
        parts_.push_back({[party](support::abi::CallInfo& to, Field where) {
                              (to.*party).name_size = where.size;
                              (to.*party).name_offset = where.offset;
                          },
                          bytes(name)});
    }

    // The bytes of a text and of the zero behind it.
    static std::string bytes(std::u16string_view text) {
        std::string bytes(2 * text.size() + 2, '\0');
        std::memcpy(bytes.data(), text.data(), 2 * text.size());
        return bytes;
    }

    void write(support::abi::CallInfo* to) const {
        const Dword room = to->dwTotalSize;
        std::vector<std::byte> memory(room);
        support::abi::CallInfo head = raw;
        std::size_t used = fixed_, needed = fixed_;
        for (const auto& [set, part] : parts_) {
            needed += part.size();
            if (part.empty() || part.size() > room - used) continue;
            set(head, {static_cast<Dword>(part.size()), static_cast<Dword>(used)});
            std::memcpy(memory.data() + used, part.data(), part.size());
            used += part.size();
        }
        head.dwTotalSize = room;
        head.dwNeededSize = static_cast<Dword>(needed);
        head.dwUsedSize = static_cast<Dword>(used);
        std::memcpy(memory.data(), &head, fixed_);
        std::memcpy(to, memory.data(), used);
    }

private:
    struct Part {
        std::function<void(support::abi::CallInfo&, Field)> set;
        std::string bytes;
    };
    std::size_t fixed_;
    std::vector<Part> parts_;
};

// The same call in each version of the structure.
Writer a_call(std::size_t fixed) {
    Writer writer(fixed);
    writer.raw.dwLineDeviceID = 3;
    writer.raw.dwAddressID = 1;
    writer.raw.dwBearerMode = 1;
    writer.raw.dwRate = 3100;
    writer.raw.dwMediaMode = 4;
    writer.raw.dwAppSpecific = 77;
    writer.raw.dwCallID = 0x1234;
    writer.raw.dwRelatedCallID = 0x1233;
    writer.raw.dwOrigin = 4;
    writer.raw.dwReason = 0x100;
    writer.raw.dwCompletionID = 5;
    writer.raw.dwNumOwners = 1;
    writer.raw.dwNumMonitors = 2;
    writer.raw.dwCountryCode = 49;
    writer.raw.dwTrunk = 9;
    writer.raw.caller.flags = 0xC;
    writer.raw.called.flags = 1;
    writer.raw.dwCallerIDAddressType = 1;
    using support::abi::CallInfo;
    writer.put(&CallInfo::caller, u"030 1234", u"J\x00FCrgen");
    writer.put(&CallInfo::app_name, Writer::bytes(u"dialer"));
    writer.put(&CallInfo::displayable_address, Writer::bytes(u"(030) 99"));
    writer.put(&CallInfo::called_party, Writer::bytes(u"Anna"));
    writer.put(&CallInfo::comment, Writer::bytes(u"about the roof"));
    writer.put(&CallInfo::display, Writer::bytes(u"\x260E"));
    writer.put(&CallInfo::user_user_info, "\x04later\0!"sv);
    writer.put(&CallInfo::charging_info, "3 units");
    writer.put(&CallInfo::terminal_modes, "modes");
    writer.put(&CallInfo::dev_specific, "\xFF\x00"sv);
    return writer;
}

// What has to be read of it, in the first version.
CallInfo that_call() {
    CallInfo info;
    info.call_id = 0x1234;
    info.related_call_id = 0x1233;
    info.device = 3;
    info.address_id = 1;
    info.trunk = 9;
    info.bearer_mode = 1;
    info.rate = 3100;
    info.media_modes = 4;
    info.origin = 4;
    info.reason = 0x100;
    info.completion_id = 5;
    info.country_code = 49;
    info.owners = 1;
    info.monitors = 2;
    info.app_specific = 77;
    info.caller = Party{.flags = 0xC, .address = "030 1234", .name = "J\xC3\xBCrgen"};
    info.called = Party{.flags = 1};
    info.application = "dialer";
    info.displayable_address = "(030) 99";
    info.called_party = "Anna";
    info.comment = "about the roof";
    info.display = "\xE2\x98\x8E";
    info.user_user_info = "\x04later\0!"sv;
    info.charging_info = "3 units";
    info.device_specific = "\xFF\x00"sv;
    return info;
}

} // namespace

// ---- a call's information

TEST_CASE("tapi2: all that TAPI says of a call is read, in each version of the structure", "[tapi2]") {
    Tapi tapi;
    CallInfo expected = that_call();
    std::size_t fixed = 0;
    SECTION("1.4") { fixed = fixed_1_4; }
    SECTION("2.0") {
        fixed = fixed_2_0;
        expected.call_data = "cart 17";
    }
    SECTION("3.0") {
        fixed = fixed_3_0;
        expected.call_data = "cart 17";
        expected.caller->address_type = 1;
    }
    Writer writer = a_call(fixed);
    if (fixed != fixed_1_4) writer.put(&support::abi::CallInfo::call_data, "cart 17");
    tapi.info = [&](auto* to) { return writer.write(to), 0; };
    const auto [info, error] = read(tapi);
    CHECK_FALSE(error);
    REQUIRE(info);
    CHECK(*info == expected);
    CHECK(tapi.passes == 1);
}

TEST_CASE("tapi2: what an older version of TAPI writes behind its fixed part is not taken for a part of it",
          "[tapi2]") {
    Tapi tapi;
    Writer writer(fixed_2_0);
    SECTION("a part that all versions have") { writer.put(&support::abi::CallInfo::comment, "\x01\x02\x03\x04"sv); }
    SECTION("a part that 2.0 has") { writer.put(&support::abi::CallInfo::call_data, "0123456789abcdefghijklmnop"); }
    writer.raw.caller.flags = 1;
    tapi.info = [&](auto* to) { return writer.write(to), 0; };
    const auto [info, error] = read(tapi);
    REQUIRE(info);
    CHECK(info->caller == Party{.flags = 1});
}

TEST_CASE("tapi2: what does not fit is asked for again until it does, though it grows meanwhile", "[tapi2]") {
    Tapi tapi;
    const auto size = [&] { return static_cast<std::size_t>(3000 + 4000 * (std::min)(tapi.passes - 1, 4)); };
    tapi.info = [&](auto* to) {
        Writer writer;
        writer.put(&support::abi::CallInfo::charging_info, std::string(size(), '$'));
        return writer.write(to), 0;
    };
    const auto [info, error] = read(tapi);
    REQUIRE(info);
    CHECK((info->charging_info == std::string(size(), '$')));
    CHECK(tapi.passes == 5);
}

TEST_CASE("tapi2: what never fits is absent, and the rest is read", "[tapi2]") {
    Tapi tapi;
    std::vector<Dword> rooms;
    Dword asked = 0;
    SECTION("it is as much as can be said") { asked = 0xFFFFFFFF; }
    SECTION("it is a byte more each time") { asked = 0; }
    tapi.info = [&](auto* to) {
        const Dword room = to->dwTotalSize;
        rooms.push_back(room);
        a_call(fixed_1_4).write(to);
        to->dwNeededSize = asked ? asked : room + 1;
        return 0;
    };
    const auto [info, error] = read(tapi);
    CHECK_FALSE(error);
    CHECK(info == that_call());
    CHECK(rooms.size() <= 11);
    CHECK(rooms.back() == 1 << 20);
    CHECK(std::is_sorted(rooms.begin(), rooms.end()));
}

TEST_CASE("tapi2: where the function fails, its error is told, whenever that is", "[tapi2]") {
    Tapi tapi;
    int fails_at = 0;
    SECTION("at once") { fails_at = 1; }
    SECTION("when asked again") { fails_at = 2; }
    tapi.info = [&](auto* to) {
        if (tapi.passes == fails_at) return tapi2::detail::result_of(Error::invalid_call_handle);
        a_call(fixed_3_0).write(to);
        to->dwNeededSize = 5000;
        return Long{0};
    };
    const auto [info, error] = read(tapi);
    CHECK_FALSE(info);
    CHECK(error == Error::invalid_call_handle);
    CHECK(tapi.passes == fails_at);

    tapi.status = [](auto* to) {
        to->dwUsedSize = sizeof *to;
        return tapi2::detail::result_of(Error::uninitialized);
    };
    CHECK_FALSE(read_status(tapi).status);
    CHECK(read_status(tapi).error == Error::uninitialized);
}

TEST_CASE("tapi2: a function that succeeds and writes nothing has said nothing", "[tapi2]") {
    Tapi tapi;
    CHECK_FALSE(read(tapi).info);
    CHECK_FALSE(read(tapi).error);
    CHECK_FALSE(read_status(tapi).status);
    CHECK_FALSE(read_status(tapi).error);

    const auto only_the_head = [](auto* to) { return to->dwNeededSize = to->dwUsedSize = 12, 0; };
    tapi.info = only_the_head;
    tapi.status = only_the_head;
    CHECK_FALSE(read(tapi).info);
    CHECK_FALSE(read_status(tapi).status);
}

TEST_CASE("tapi2: what lies behind the end that TAPI tells is absent", "[tapi2]") {
    Tapi tapi;
    Dword used = 0;
    tapi.info = [&](auto* to) {
        Writer writer = a_call(fixed_3_0);
        writer.put(&support::abi::CallInfo::call_data, "cart 17");
        writer.write(to);
        to->dwUsedSize = used;
        return 0;
    };
    used = offsetof(support::abi::CallInfo, dwTrunk);
    auto info = read(tapi).info;
    REQUIRE(info);
    CHECK(info->country_code == 49);
    CHECK_FALSE(info->trunk);
    CHECK_FALSE(info->caller);
    CHECK_FALSE(info->application);

    used = fixed_3_0;
    info = read(tapi).info;
    REQUIRE(info);
    CHECK(info->trunk == 9u);
    CHECK(info->caller == Party{.flags = 0xC, .address_type = 1});
    CHECK_FALSE(info->call_data);

    used = 0xFFFFFFFF;
    info = read(tapi).info;
    REQUIRE(info);
    CHECK(info->call_data == "cart 17");
}

TEST_CASE("tapi2: a trunk that is not known is absent", "[tapi2]") {
    Tapi tapi;
    tapi.info = [](auto* to) {
        Writer writer;
        writer.raw.dwTrunk = 0xFFFFFFFF;
        return writer.write(to), 0;
    };
    const auto [info, error] = read(tapi);
    REQUIRE(info);
    CHECK(*info == CallInfo{});
}

TEST_CASE("tapi2: a part whose place cannot be is absent", "[tapi2]") {
    Tapi tapi;
    Field place{};
    tapi.info = [&](auto* to) {
        Writer writer;
        writer.put(&support::abi::CallInfo::comment, Writer::bytes(u"here"));
        writer.write(to);
        to->display = place;
        to->user_user_info = place;
        return 0;
    };
    const auto absent = [&](Dword size, Dword offset) {
        place = {size, offset};
        const auto [info, error] = read(tapi);
        return info && info->comment == "here" && !info->display && !info->user_user_info;
    };
    const Dword end = fixed_3_0 + 10;
    CHECK(absent(0, fixed_3_0));
    CHECK(absent(4, 0));
    CHECK(absent(4, fixed_1_4 - 1));
    CHECK(absent(11, fixed_3_0));
    CHECK(absent(2, end - 1));
    CHECK(absent(1, end));
    CHECK(absent(1, end + 1));
    CHECK(absent(4, 0xFFFFFFFE));
    CHECK(absent(0xFFFFFFFF, 0xFFFFFFFF));
    CHECK(absent(0xFFFFFFFF, fixed_3_0));
    CHECK(absent(0xFFFFFFFF - fixed_3_0 + 2, fixed_3_0));
    CHECK_FALSE(absent(10, fixed_3_0));
    CHECK_FALSE(absent(1, end - 1));
}

TEST_CASE("tapi2: text ends at its zero, or where the part does", "[tapi2]") {
    Tapi tapi;
    std::string bytes;
    tapi.info = [&](auto* to) {
        Writer writer;
        writer.put(&support::abi::CallInfo::comment, "x"); // what follows is at an odd place
        writer.put(&support::abi::CallInfo::display, bytes);
        return writer.write(to), 0;
    };
    const auto text = [&](std::string_view written) {
        bytes = written;
        const auto [info, error] = read(tapi);
        return info && info->display ? *info->display : "(absent)";
    };
    CHECK(text("") == "(absent)");
    CHECK(text("a\0b\0"sv) == "ab");
    CHECK(text("a\0b\0c"sv) == "ab");
    CHECK(text("a\0\0\0b\0"sv) == "a");
    CHECK(text("\0\0"sv).empty());
    CHECK(text("a").empty());
    CHECK(text("\x3D\xD8\xDE\xDC"sv) == "\xF0\x9F\x93\x9E");
    CHECK(text("\x3D\xD8"sv) == "\xEF\xBF\xBD");
}

TEST_CASE("tapi2: whatever a driver says of sizes and places, nothing is read but what was written", "[tapi2]") {
    int present = 0;
    for (unsigned seed = 0; seed < 20000; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](Dword limit) { return static_cast<Dword>(random() % limit); };
        const auto number = [&](Dword likely) {
            switch (below(8)) {
            case 0: return static_cast<Dword>(random());
            case 1: return 0xFFFFFFFF - below(400);
            case 2: return Dword{0};
            default: return below(likely);
            }
        };
        Tapi tapi;
        std::string written; // what TAPI says that it has written, of what it was given
        tapi.info = [&](support::abi::CallInfo* to) {
            const Dword room = to->dwTotalSize, end = (std::min)(room, Dword{sizeof *to} + below(600));
            std::memset(to, 'w', end);
            for (std::size_t at = offsetof(support::abi::CallInfo, caller); at < sizeof *to; at += sizeof(Dword)) {
                const Dword value = number(end + 20);
                std::memcpy(reinterpret_cast<std::byte*>(to) + at, &value, sizeof value);
            }
            to->dwUsedSize = below(4) ? end : number(room);
            to->dwNeededSize = below(4) ? end : number(5000);
            written.assign(reinterpret_cast<const char*>(to), (std::min)(room, Dword{to->dwUsedSize}));
            return below(50) ? Long{0} : static_cast<Long>(random());
        };
        const auto [info, error] = read(tapi);
        if ((info && error) || tapi.passes > 11) FAIL(seed);
        if (!info) continue;
        for (const auto& part : {info->user_user_info, info->charging_info, info->call_data, info->device_specific}) {
            if (part && (part->empty() || written.find(*part) == std::string::npos)) FAIL(seed);
            if (part) ++present;
        }
    }
    CHECK(present > 1000);
}

TEST_CASE("tapi2: whatever a driver writes as a status, it is a status", "[tapi2]") {
    int timed = 0;
    for (unsigned seed = 0; seed < 20000; ++seed) {
        std::mt19937 random(seed);
        Tapi tapi;
        tapi.status = [&](support::abi::CallStatus* to) {
            std::array<std::uint16_t, sizeof *to / 2> values;
            for (auto& value : values) value = static_cast<std::uint16_t>(random() % (random() % 4 ? 80 : 0x10000));
            std::memcpy(to, values.data(), sizeof *to);
            to->tStateEntryTime.wYear = static_cast<std::uint16_t>(1900 + random() % 400);
            to->tStateEntryTime.wMonth = static_cast<std::uint16_t>(random() % 14);
            return 0;
        };
        const auto [status, error] = read_status(tapi);
        if (error) FAIL(seed);
        if (!status || !status->entered) continue;
        ++timed;
        if (*status->entered < std::chrono::system_clock::time_point()) FAIL(seed);
    }
    CHECK(timed > 100);
}

// ---- a call's status

namespace {

void write_status(support::abi::CallStatus* to) {
    to->dwUsedSize = to->dwNeededSize = sizeof *to;
    to->dwCallState = 0x5A000001;
    to->dwCallStateMode = 4;
    to->dwCallPrivilege = 4;
    to->dwCallFeatures = 0x80;
    to->dwCallFeatures2 = 0x40;
    to->tStateEntryTime = {2024, 2, 4, 29, 23, 59, 58, 250};
}

} // namespace

TEST_CASE("tapi2: a call's status is read, the state without what the device adds to it", "[tapi2]") {
    Tapi tapi;
    tapi.status = [](auto* to) {
        if (to->dwTotalSize != 56) return tapi2::detail::result_of(Error::structure_too_small);
        return write_status(to), 0;
    };
    const auto [status, error] = read_status(tapi);
    CHECK_FALSE(error);
    REQUIRE(status);
    const auto day = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29);
    CHECK(*status == CallStatus{.state = CallState::idle,
                                .raw_state = 0x5A000001,
                                .mode = 4,
                                .privilege = Privilege::owner,
                                .features = 0x80,
                                .features2 = 0x40,
                                .entered = day + 23h + 59min + 58s + 250ms});
}

TEST_CASE("tapi2: a status of an older version, or one cut short, is read as far as it goes", "[tapi2]") {
    Tapi tapi;
    Dword used = 0;
    Field part{};
    tapi.status = [&](auto* to) {
        write_status(to);
        to->dwUsedSize = used;
        to->dev_specific = part;
        return 0;
    };
    SECTION("1.4") { used = 36; }
    SECTION("1.4, with a part of the device's own behind it") {
        used = 56;
        part = {20, 36};
    }
    SECTION("cut within") { used = 55; }
    auto status = read_status(tapi).status;
    REQUIRE(status);
    CHECK(status->state == CallState::idle);
    CHECK(status->features == 0x80);
    CHECK(status->features2 == 0);
    CHECK_FALSE(status->entered);

    used = 16;
    status = read_status(tapi).status;
    REQUIRE(status);
    CHECK(*status == CallStatus{.state = CallState::idle, .raw_state = 0x5A000001});

    // There is no room for a part of the device's own; a place that cannot be is none.
    used = 0xFFFFFFFF;
    part = {8, 56};
    status = read_status(tapi).status;
    REQUIRE(status);
    CHECK(status->features2 == 0x40);
    CHECK(status->entered);
}

TEST_CASE("tapi2: a time that cannot be is absent", "[tapi2]") {
    using tapi2::detail::point_in_time;
    const support::abi::SystemTime good{2024, 2, 4, 29, 23, 59, 59, 999};
    CHECK(point_in_time(good));
    CHECK_FALSE(point_in_time({}));
    const auto with = [&](std::uint16_t support::abi::SystemTime::*member, int value) {
        support::abi::SystemTime time = good;
        time.*member = static_cast<std::uint16_t>(value);
        return point_in_time(time).has_value();
    };
    using support::abi::SystemTime;
    CHECK_FALSE(with(&SystemTime::wYear, 2023)); // had no 29th of February
    CHECK_FALSE(with(&SystemTime::wYear, 1968));
    CHECK(with(&SystemTime::wYear, 1972));
    CHECK(with(&SystemTime::wYear, 2260));
    CHECK_FALSE(with(&SystemTime::wYear, 2264));
    CHECK_FALSE(with(&SystemTime::wYear, 65535));
    CHECK_FALSE(with(&SystemTime::wMonth, 0));
    CHECK_FALSE(with(&SystemTime::wMonth, 13));
    CHECK_FALSE(with(&SystemTime::wDay, 0));
    CHECK_FALSE(with(&SystemTime::wDay, 30));
    CHECK_FALSE(with(&SystemTime::wHour, 24));
    CHECK_FALSE(with(&SystemTime::wMinute, 60));
    CHECK_FALSE(with(&SystemTime::wSecond, 60));
    CHECK_FALSE(with(&SystemTime::wMilliseconds, 1000));
    CHECK(with(&SystemTime::wDayOfWeek, 9)); // nobody needs it
    CHECK(point_in_time({1970, 1, 4, 1, 0, 0, 0, 0}) == std::chrono::system_clock::time_point());
    CHECK(point_in_time({2261, 12, 6, 31, 23, 59, 59, 999}));
}
