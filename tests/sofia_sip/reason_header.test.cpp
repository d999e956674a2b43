// SPDX-License-Identifier: BSL-1.0
// The Reason header: what is read out of one, and what is written. *Source:* RFC 3326
#include <wrapup/providers/sofia_sip/detail/reason_header.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace wrapup::sofia;
using namespace wrapup::sofia::detail;

TEST_CASE("sofia: the cause of Q.850 is found in a Reason header", "[sofia][reason]") {
    const auto q850 = [](std::string_view header) { return q850_of(header).value_or(255); };
    CHECK(q850("Q.850;cause=16") == 16);
    CHECK(q850("q.850 ; Cause = 17 ;text=\"Busy\"") == 17);
    CHECK(q850("SIP;cause=200;text=\"Call completed elsewhere\", Q.850;cause=26") == 26);
    CHECK(q850("Q.850;text=\"a, b; cause=1\";cause=19") == 19);
    CHECK(q850("Q.850;text=\"a \\\"quoted\\\", word;\";cause=21") == 21);
    CHECK(q850("Q.850;x;cause=0") == 0);
    CHECK(q850("Q.850;cause=127") == 127);
    CHECK(q850("\tQ.850;\r\n cause=34") == 34);
    CHECK(q850("Q.850;cause=999, Q.850;cause=17") == 17);
    CHECK(q850("Q.850;cause=x;cause=18") == 18);
}

TEST_CASE("sofia: where there is no cause of Q.850, none is found", "[sofia][reason]") {
    for (const std::string_view header : {"",
                                          ",",
                                          ";",
                                          ";;;,,,",
                                          "\"",
                                          "\\",
                                          "\"\\",
                                          "Q.850",
                                          "Q.850;cause",
                                          "Q.850;cause=",
                                          "Q.850;cause=x",
                                          "Q.850;cause=16x",
                                          "Q.850;cause=-1",
                                          "Q.850;cause=128",
                                          "Q.850;cause=99999999999999999999",
                                          "SIP;cause=16",
                                          "XQ.850;cause=16",
                                          "Q.850X;cause=16",
                                          "SIP;text=\"Q.850;cause=16\"",
                                          "SIP;text=\", Q.850;cause=16"}) {
        INFO(header);
        CHECK_FALSE(q850_of(header));
    }
}

TEST_CASE("sofia: a Reason header says what is to be said, and stays on its line", "[sofia][reason]") {
    CHECK(format_reason({}).empty());
    CHECK(format_reason({.q850 = 16}) == "Q.850;cause=16");
    CHECK(format_reason({.status = 480, .q850 = 19, .text = "nobody"}) ==
          "SIP;cause=480;text=\"nobody\", Q.850;cause=19;text=\"nobody\"");
    CHECK(format_reason({.text = "just so"}) == "SIP;text=\"just so\"");
    CHECK(format_reason({.q850 = 1, .text = "a\"b\\c\r\nVia: x\x7F\x01\xC3\xA9"}) ==
          "Q.850;cause=1;text=\"a\\\"b\\\\c  Via: x  \xC3\xA9\"");
}

TEST_CASE("sofia: what is written is found again", "[sofia][reason]") {
    for (int cause = 1; cause <= 127; ++cause) {
        const Reason reason{.status = 486, .q850 = static_cast<std::uint8_t>(cause), .text = "\", Q.850;cause=0;\\"};
        CHECK(reason.is_valid());
        CHECK(q850_of(format_reason(reason)) == reason.q850);
        CHECK(cause_of(format_reason(reason), "sip", 699) == 486u);
    }
}

TEST_CASE("sofia: of a long text as much is said as a datagram takes, and no half of a character", "[sofia][reason]") {
    const auto said = [](const std::string& text) {
        const std::string header = format_reason({.text = text});
        return header.substr(10, header.size() - 11);
    };
    CHECK(said(std::string(128, 'x')) == std::string(128, 'x'));
    CHECK(said(std::string(100000, 'x')) == std::string(128, 'x'));
    for (const std::string character : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x93\x9E"})
        for (std::size_t before = 124; before < 129; ++before) {
            std::string text(before, 'x');
            text.append(character).append(character);
            const std::string whole = said(text);
            CHECK(whole == text.substr(0, whole.size()));
            CHECK((whole.size() - std::min(before, whole.size())) % character.size() == 0);
            CHECK(whole.size() + character.size() > Reason::longest_text);
        }
    CHECK(format_reason({.text = std::string(500, '\x80')}).empty()); // no character begins there
}

TEST_CASE("sofia: what cannot be said is no reason", "[sofia][reason]") {
    CHECK(Reason{}.is_valid());
    for (const int status : {-1, 1, 100, 200, 299, 700, 9999}) CHECK_FALSE(Reason{.status = status}.is_valid());
    for (const int status : {300, 486, 603, 699}) CHECK(Reason{.status = status}.is_valid());
    for (const int cause : {0, 128, 255}) CHECK_FALSE(Reason{.q850 = static_cast<std::uint8_t>(cause)}.is_valid());
}
