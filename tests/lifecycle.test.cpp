// SPDX-License-Identifier: BSL-1.0
#include <wrapup/error.hpp>
#include <wrapup/lifecycle.hpp>
#include <wrapup/origin.hpp>

#include "support/catch.hpp"

#include <string>
#include <system_error>

using wrapup::Action;
using wrapup::Event;
using wrapup::Phase;
using wrapup::step;

namespace {

constexpr Phase phases[] = {Phase::active, Phase::terminating, Phase::terminated, Phase::released};
constexpr Event events[] = {Event::request,    Event::abort, Event::refused, Event::terminating,
                            Event::terminated, Event::lost,  Event::release};

// Every rule is a cell. `-` is nothing at all: the phase stays and there is nothing to do.
constexpr const char* expected = R"(
            | active                 | terminating            | terminated             | released
------------+------------------------+------------------------+------------------------+------------------------
request     | terminating: drive     | -                      | -                      | -
abort       | terminating: abort     | terminating: abort     | -                      | -
refused     | -                      | active: withdraw       | -                      | -
terminating | terminating: claim     | terminating: refine    | -                      | -
terminated  | terminated: publish    | terminated: publish    | -                      | -
lost        | released: publish      | released: publish      | released: forfeit      | -
release     | terminating: abandon   | terminating: defer     | released: deallocate   | -
)";

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string cell(Phase phase, Event event) {
    const auto [to, action] = step(phase, event);
    if (to == phase && action == Action::none) return "-";
    return to_string(to) + std::string(": ") + to_string(action);
}

template <class Cell>
std::string row(const std::string& head, Cell text) {
    std::string line = padded(head, 12);
    for (const Phase phase : phases) line += "| " + padded(text(phase), 23);
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string table() {
    std::string text = "\n" + row("", [](Phase phase) { return to_string(phase); });
    text += std::string(12, '-');
    for ([[maybe_unused]] const Phase phase : phases) text += "+" + std::string(24, '-');
    text += "\n";
    for (const Event event : events) text += row(to_string(event), [event](Phase phase) { return cell(phase, event); });
    return text;
}

constexpr bool all_transitions(auto law) {
    for (const Phase phase : phases)
        for (const Event event : events)
            if (!law(phase, event, step(phase, event))) return false;
    return true;
}

} // namespace

// ---- shape

static_assert(noexcept(step(Phase::active, Event::request)));
static_assert(step(Phase::active, Event::request) == wrapup::Step{Phase::terminating, Action::drive});
static_assert(to_string(Event::release)[0] == 'r' && to_string(Action::forfeit)[0] == 'f' &&
              to_string(Phase::active)[0] == 'a');

// ---- laws, which hold whatever the table says

static_assert(all_transitions([](Phase from, Event event, wrapup::Step to) {
                  return event == Event::refused || to.phase >= from;
              }),
              "phases only go forward, except by a refusal");
static_assert(all_transitions([](Phase from, Event event, wrapup::Step to) {
                  return to.phase >= from || (from == Phase::terminating && to.phase == Phase::active &&
                                              to.action == Action::withdraw && event == Event::refused);
              }),
              "a refusal goes back one step, and withdraws the claim");
static_assert(all_transitions([](Phase from, Event, wrapup::Step to) {
                  return (to.action == Action::publish) ==
                         (from <= Phase::terminating && to.phase >= Phase::terminated);
              }),
              "an ending is published by the step that makes a session over, and by no other");
static_assert(all_transitions([](Phase from, Event, wrapup::Step to) {
                  return to.action != Action::none || to.phase == from;
              }),
              "no phase changes without something being done about it");
static_assert(all_transitions([](Phase from, Event, wrapup::Step to) {
                  return from != Phase::released || to == wrapup::Step{Phase::released, Action::none};
              }),
              "nothing happens after the release");
static_assert(all_transitions([](Phase from, Event, wrapup::Step to) {
                  return to.action != Action::deallocate || (from == Phase::terminated && to.phase == Phase::released);
              }),
              "no live session is deallocated");
static_assert(all_transitions([](Phase, Event event, wrapup::Step to) {
                  if (event != Event::request && event != Event::terminated && event != Event::lost) return true;
                  return step(to.phase, event) == wrapup::Step{to.phase, Action::none};
              }),
              "a request, an end and a loss that come twice have come once");

// ---- the whole table

TEST_CASE("The lifecycle: every event in every phase", "[lifecycle]") {
    const std::string actual = table();
    INFO("the table is now:" << actual);
    CHECK(actual == expected);
}

TEST_CASE("The lifecycle: what is not in the enumerations has no effect and has a name", "[lifecycle]") {
    const auto no_event = static_cast<Event>(99);
    for (const Phase phase : phases) CHECK(step(phase, no_event) == wrapup::Step{phase, Action::none});
    CHECK(std::string(to_string(no_event)) == "unknown event");
    CHECK(std::string(to_string(static_cast<Action>(99))) == "unknown action");
    CHECK(std::string(to_string(static_cast<Phase>(99))) == "unknown phase");
}

TEST_CASE("Lifecycle: every name is a word, and what has none says so", "[lifecycle]") {
    for (const auto event : {wrapup::Event::request, wrapup::Event::release}) {
        const wrapup::Step now = wrapup::step(wrapup::Phase::active, event);
        const wrapup::Step later = wrapup::step(wrapup::Phase::released, event);
        CHECK_FALSE(now == later);
        CHECK_FALSE(wrapup::Step{now.phase, wrapup::Action::none} == now);
        CHECK(std::string(to_string(later.action)) == "none");
    }
    CHECK(std::string(to_string(static_cast<wrapup::Origin>(9))).find("unknown") == 0);
    CHECK(std::error_code(99, wrapup::category()).message().find("unknown") == 0);
}
