// SPDX-License-Identifier: BSL-1.0
// What a dialog's state asks for, and whose the end of a call is: every case, as a table.
#include <wrapup/providers/sofia_sip/detail/dialog.hpp>

#include "support/catch.hpp"

#include <cstdio>
#include <string>
#include <string_view>

using namespace wrapup::sofia;
using namespace wrapup::sofia::detail;

namespace {

// Before the call was up, and since.
constexpr std::string_view verbs = R"(
             before   up
init         forget   forget
calling      cancel   bye
proceeding   cancel   bye
completing   none     none
received     refuse   bye
early        refuse   bye
completed    none     none
ready        bye      bye
terminating  none     none
terminated   none     none
)";

// Who the end belongs to: `ours` answers the request that stands, a `!` before it takes a request back that came too late,
// a `+` confirms one that had left, which theirs contests.
// The columns are who has asked: nobody; the session, before and after it was carried out; the service, likewise.
constexpr std::string_view ends = R"(
             nobody   session           service
             -        asked    sent     asked    sent
nothing      service  ours     ours     service  service
bye          remote   !remote  +remote  remote   service
cancel       remote   !remote  +remote  remote   service
refusal 486  remote   !remote  +remote  remote   service
refusal 487  remote   ours     ours     service  service
answer       service  ours     ours     service  service
silence      service  ours     ours     service  service
failure      service  ours     ours     service  service
)";

void column(std::string& line, std::size_t at, std::string_view text) {
    line.resize(at, ' ');
    line += text;
}

} // namespace

TEST_CASE("sofia: each state of a dialog is ended by its verb", "[sofia][dialog]") {
    std::string table(verbs.substr(0, verbs.find("init")));
    for (int state = 0; state <= static_cast<int>(CallState::terminated); ++state) {
        std::string line = to_string(static_cast<CallState>(state));
        column(line, 13, to_string(verb_for(static_cast<CallState>(state), false)));
        column(line, 22, to_string(verb_for(static_cast<CallState>(state), true)));
        table += line + '\n';
    }
    std::fputs(table.c_str(), stdout);
    CHECK(table == verbs);
}

TEST_CASE("sofia: each end belongs to who has made it", "[sofia][dialog]") {
    std::string table = std::string(ends.substr(0, ends.find("nothing")));
    const auto line_of = [](Heard heard, int status) {
        std::string line = to_string(heard);
        if (heard == Heard::refusal) line += ' ' + std::to_string(status);
        std::size_t at = 13;
        for (const Drop drop :
             {Drop{}, Drop{Asker::session, Verb::cancel, false}, Drop{Asker::session, Verb::cancel, true},
              Drop{Asker::service, Verb::cancel, false}, Drop{Asker::service, Verb::cancel, true}}) {
            const Verdict verdict = judge(heard, status, drop);
            column(line, at,
                   (verdict.withdrawn   ? "!"
                    : verdict.confirmed ? "+"
                                        : "") +
                       std::string(verdict.origin ? to_string(*verdict.origin) : "ours"));
            at += 9;
        }
        return line + '\n';
    };
    for (int heard = 0; heard <= static_cast<int>(Heard::failure); ++heard) {
        if (static_cast<Heard>(heard) == Heard::refusal) table += line_of(Heard::refusal, 486);
        table += line_of(static_cast<Heard>(heard), 487);
    }
    std::fputs(table.c_str(), stdout);
    CHECK(table == ends);
}

TEST_CASE("sofia: a 487 answers a CANCEL, and no BYE", "[sofia][dialog]") {
    CHECK(judge(Heard::refusal, 487, {Asker::session, Verb::bye, true}) ==
          Verdict{wrapup::Origin::remote, false, true});
    CHECK(judge(Heard::refusal, 487, {Asker::session, Verb::none, false}) ==
          Verdict{wrapup::Origin::remote, true, false});
}
