// SPDX-License-Identifier: BSL-1.0
#include <wrapup/providers/detail/text.hpp>
#include <wrapup/providers/tapi2/call_state.hpp>
#include <wrapup/providers/tapi2/detail/result.hpp>
#include <wrapup/providers/tapi2/disconnect_mode.hpp>
#include <wrapup/providers/tapi2/error.hpp>
#include <wrapup/providers/tapi2/privilege.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace tapi2 = wrapup::tapi2;
using namespace std::string_view_literals;
using tapi2::CallState;
using tapi2::DisconnectMode;
using tapi2::Error;
using tapi2::Privilege;

// ---- shape

static_assert(std::is_error_code_enum_v<Error> && std::is_nothrow_constructible_v<std::error_code, Error>);
static_assert(std::is_same_v<std::underlying_type_t<Error>, std::uint32_t>);
static_assert(CallState{} == CallState::unspecified && DisconnectMode{} == DisconnectMode::unspecified);

namespace {

// The errors of tapi.h: they leave a few numbers out.
std::vector<Error> errors() {
    std::vector<Error> all;
    for (std::uint32_t number = 0x80000001; number <= 0x80000061; ++number)
        if (number != 0x80000004 && number != 0x80000031) all.push_back(static_cast<Error>(number));
    return all;
}

std::error_code error_number(std::uint32_t number) { return {static_cast<int>(number), tapi2::category()}; }

} // namespace

// ---- errors

TEST_CASE("tapi2: each error has a sentence of its own", "[tapi2]") {
    std::set<std::string> sentences;
    for (const Error error : errors()) {
        const std::string sentence = make_error_code(error).message();
        CAPTURE(sentence);
        CHECK(sentence.size() > 10);
        CHECK(sentence.back() != '.');
        CHECK(sentence.find("0x") == std::string::npos);
        CHECK((sentence.front() >= 'a' || sentence.starts_with("TAPI")));
        CHECK(sentences.insert(sentence).second);
    }
    CHECK(sentences.size() == 95);
}

TEST_CASE("tapi2: an error that is not listed is told by its number", "[tapi2]") {
    CHECK(error_number(0x80000004).message() == "unknown error of TAPI 0x80000004");
    CHECK(error_number(0xBFFFFFFF).message() == "unknown error of TAPI 0xBFFFFFFF");
    CHECK(error_number(0xC0000000).message() == "an error of the device's own, 0xC0000000");
    CHECK(error_number(0xFFFFFFFF).message() == "an error of the device's own, 0xFFFFFFFF");
    CHECK(error_number(7).message() == "unknown error of TAPI 0x00000007");
}

TEST_CASE("tapi2: an error is that of POSIX where there is the same", "[tapi2]") {
    CHECK(tapi2::category().name() == "tapi2"sv);
    CHECK(std::error_code(Error::no_memory) == std::errc::not_enough_memory);
    CHECK(std::error_code(Error::resource_unavailable) == std::errc::resource_unavailable_try_again);
    CHECK(std::error_code(Error::not_owner) == std::errc::operation_not_permitted);
    CHECK(std::error_code(Error::operation_unavailable) == std::errc::operation_not_supported);
    CHECK(std::error_code(Error::bad_device_id) == std::errc::no_such_device);
    CHECK(std::error_code(Error::no_device) == std::errc::no_such_device);
    CHECK(std::error_code(Error::invalid_param) == std::errc::invalid_argument);
    CHECK(std::error_code(Error::invalid_call_handle) == std::errc::invalid_argument);
    CHECK(std::error_code(Error::invalid_pointer) == std::errc::bad_address);
    CHECK(std::error_code(Error::in_use) == std::errc::device_or_resource_busy);
    CHECK(std::error_code(Error::user_user_info_too_big) == std::errc::message_size);

    for (const Error error : {Error::operation_failed, Error::invalid_call_state, static_cast<Error>(0xC0000001)})
        CHECK(std::error_code(error).default_error_condition().category() == tapi2::category());
    CHECK(std::error_code(Error::no_memory) != std::error_code(Error::not_owner));
}

TEST_CASE("tapi2: a result is negative in 32 bits, however it was widened", "[tapi2]") {
    using namespace tapi2::detail;
    using tapi2::abi::DwordPtr, tapi2::abi::Long;
    const Long failed = result_of(Error::operation_failed);
    CHECK(failed == std::numeric_limits<Long>::min() + 0x48);
    CHECK(result_of(DwordPtr{0x80000048}) == failed);
    CHECK(result_of(static_cast<DwordPtr>(static_cast<std::intptr_t>(failed))) == failed);
    CHECK(result_of(DwordPtr{7}) == 7);
    CHECK(dword(static_cast<DwordPtr>(-1)) == 0xFFFFFFFF);

    CHECK(error_of(failed) == Error::operation_failed);
    CHECK(error_of(-1) == error_number(0xFFFFFFFF));
    CHECK_FALSE(error_of(0));
    CHECK_FALSE(error_of(std::numeric_limits<Long>::max()));
}

// ---- states, modes, privileges

TEST_CASE("tapi2: each state of a call has a word, and what the device adds to it is masked", "[tapi2]") {
    std::set<std::string_view> words{to_string(CallState::unspecified)};
    for (std::uint32_t bit = 1; bit <= 0x8000; bit <<= 1) {
        const CallState state = tapi2::detail::call_state(0x5A000000 | bit);
        CHECK(static_cast<std::uint32_t>(state) == bit);
        CHECK(words.insert(to_string(state)).second);
    }
    CHECK(words.size() == 17);
    CHECK_FALSE(words.contains("other"));
    CHECK(to_string(CallState::on_hold_pending_transfer) == "on_hold_pending_transfer"sv);

    CHECK(tapi2::detail::call_state(0xFF000000) == CallState::unspecified);
    CHECK(tapi2::detail::call_state(1) == CallState::idle);
    for (const std::uint32_t other : {0x10000u, 0x800000u, 0x101u})
        CHECK(to_string(tapi2::detail::call_state(other)) == "other"sv);
}

TEST_CASE("tapi2: each disconnect mode has a word, and all others are kept", "[tapi2]") {
    std::set<std::string_view> words{to_string(DisconnectMode::unspecified)};
    CHECK(is_listed(DisconnectMode::unspecified));
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
        const auto mode = static_cast<DisconnectMode>(bit);
        CHECK(static_cast<std::uint32_t>(mode) == bit);
        CHECK(is_listed(mode) == (bit <= 0x80000));
        CHECK((to_string(mode) != "other"sv) == is_listed(mode));
        words.insert(to_string(mode));
    }
    CHECK(words.size() == 22);
    for (const std::uint32_t other : {3u, 0x80001u, 0xFFFFFFFFu}) {
        CHECK_FALSE(is_listed(static_cast<DisconnectMode>(other)));
        CHECK(to_string(static_cast<DisconnectMode>(other)) == "other"sv);
    }
}

TEST_CASE("tapi2: the first mode stays, but an unknown one gives way to a known one", "[tapi2]") {
    std::vector<DisconnectMode> modes{DisconnectMode::unspecified, static_cast<DisconnectMode>(3)};
    for (std::uint32_t bit = 1; bit != 0; bit <<= 1) modes.push_back(static_cast<DisconnectMode>(bit));
    for (const DisconnectMode former : modes) {
        for (const DisconnectMode later : modes) {
            const DisconnectMode merged = tapi2::detail::merge(former, later);
            CAPTURE(to_string(former), to_string(later));
            if (later == DisconnectMode::unspecified) CHECK(merged == former);
            else if (former == DisconnectMode::unspecified) CHECK(merged == later);
            else if (former == DisconnectMode::unknown) CHECK(merged == later);
            else CHECK(merged == former);
        }
    }
}

TEST_CASE("tapi2: each privilege has a word", "[tapi2]") {
    CHECK(to_string(Privilege::none) == "none"sv);
    CHECK(to_string(Privilege::monitor) == "monitor"sv);
    CHECK(to_string(Privilege::owner) == "owner"sv);
    CHECK(to_string(Privilege{}) == "unknown privilege"sv);
}

// ---- text

namespace {

void check_text(std::string_view utf8, std::u16string_view utf16) {
    CHECK(wrapup::detail::from_utf16(utf16) == utf8);
    CHECK((wrapup::detail::to_utf16(utf8) == utf16));
}

// How many replacements, and nothing else, become of that.
std::size_t replacements(std::string_view ill_formed) {
    const std::u16string text = wrapup::detail::to_utf16(ill_formed);
    return text.find_first_not_of(u'\xFFFD') == std::u16string::npos ? text.size() : 0;
}

} // namespace

TEST_CASE("tapi2: well-formed text is the same in both encodings", "[tapi2]") {
    check_text("", u"");
    check_text("0160 555\x7F", u"0160 555\x7F");
    check_text(std::string_view("\0x", 2), std::u16string_view(u"\0x", 2));
    check_text("\xC2\x80\xDF\xBF", u"\x0080\x07FF");
    check_text("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", u"\x0800\xD7FF\xE000\xFFFF");
    check_text("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", u"\xD800\xDC00\xDBFF\xDFFF");
    check_text("J\xC3\xBCrgen \xE2\x98\x8E \xF0\x9F\x93\x9E", u"J\x00FCrgen \x260E \xD83D\xDCDE");

    for (char32_t character = 0; character < 0x110000; ++character) {
        if (character >= 0xD800 && character < 0xE000) continue;
        std::u16string text;
        if (character < 0x10000) text = static_cast<char16_t>(character);
        else
            text = {static_cast<char16_t>(0xD800 + ((character - 0x10000) >> 10)),
                    static_cast<char16_t>(0xDC00 + (character & 0x3FF))};
        const std::string utf8 = wrapup::detail::from_utf16(text);
        const std::size_t size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
        if (utf8.size() != size || wrapup::detail::to_utf16(utf8) != text) FAIL(static_cast<std::uint32_t>(character));
    }
}

TEST_CASE("tapi2: a surrogate without its other half is replaced", "[tapi2]") {
    using wrapup::detail::from_utf16;
    const std::string replaced = "\xEF\xBF\xBD";
    CHECK(from_utf16(u"\xD800") == replaced);
    CHECK(from_utf16(u"\xDC00") == replaced);
    CHECK(from_utf16(u"a\xDBFFz") == "a" + replaced + "z");
    CHECK(from_utf16(u"\xDFFF\xD800") == replaced + replaced);
    CHECK(from_utf16(u"\xD800\xD83D\xDCDE") == replaced + "\xF0\x9F\x93\x9E");
    CHECK(from_utf16(u"\xD800\xE000") == replaced + "\xEE\x80\x80");
}

TEST_CASE("tapi2: each maximal subpart of what is no UTF-8 is replaced once", "[tapi2]") {
    using wrapup::detail::to_utf16;
    // The Unicode Standard, tables 3-8 to 3-11.
    CHECK(
        (to_utf16("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") == u"\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\x41"));
    CHECK(
        (to_utf16("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") == u"\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\x41"));
    CHECK((to_utf16("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") == u"\xFFFD\xFFFD\xFFFD\xFFFD\xFFFD\x41\xFFFD\xFFFD\x42"));
    CHECK((to_utf16("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == u"\xFFFD\xFFFD\xFFFD\xFFFD\x41"));

    CHECK(replacements("\x80") == 1);
    CHECK(replacements("\xC3") == 1);
    CHECK(replacements("\xE2\x98") == 1);
    CHECK(replacements("\xF0\x9F\x93") == 1);
    CHECK(replacements("\xF0\x8F\xBF\xBF") == 4);
    CHECK(replacements("\xF5\x80") == 2);
    CHECK((to_utf16("\xC3z\xE2\x98y") == u"\xFFFDz\xFFFDy"));
}

TEST_CASE("tapi2: what is read of any text can be written and read again", "[tapi2]") {
    std::mt19937 random(1);
    for (int round = 0; round < 20000; ++round) {
        std::string bytes(random() % 12, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random() % 4 ? 0x70 + random() % 0x90 : random());
        const std::u16string read = wrapup::detail::to_utf16(bytes);
        if (wrapup::detail::to_utf16(wrapup::detail::from_utf16(read)) != read) FAIL(bytes);
        std::u16string units(random() % 6, u'\0');
        for (char16_t& unit : units) unit = static_cast<char16_t>(random() % 4 ? 0xD780 + random() % 0x900 : random());
        const std::string written = wrapup::detail::from_utf16(units);
        if (wrapup::detail::from_utf16(wrapup::detail::to_utf16(written)) != written) FAIL(written);
    }
}
