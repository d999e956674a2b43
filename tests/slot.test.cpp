// SPDX-License-Identifier: BSL-1.0
#include <wrapup/slot.hpp>

#include "support/catch.hpp"

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

using wrapup::Slot;

namespace {

// Counts how many of it there are.
class Counted {
public:
    static inline int alive = 0;

    explicit Counted(int number) noexcept : number_(number) { ++alive; }
    Counted(const Counted& other) noexcept : number_(other.number_) { ++alive; }
    Counted(Counted&& other) noexcept : number_(std::exchange(other.number_, -1)) { ++alive; }
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --alive; }

    [[nodiscard]] int number() const { return number_; }
    friend bool operator==(const Counted& a, const Counted& b) { return a.number_ == b.number_; }

private:
    int number_;
};

Slot<Counted> full(int number) {
    Slot<Counted> slot;
    slot.emplace(number);
    return slot;
}

// Its construction from a number fails where the number is negative.
class Fails : public Counted {
public:
    explicit Fails(int number) : Counted(number) {
        if (number < 0) throw number;
    }
};

} // namespace

// ---- shape

static_assert(std::is_nothrow_default_constructible_v<Slot<Counted>>);
static_assert(std::is_nothrow_move_constructible_v<Slot<Counted>> && std::is_nothrow_move_assignable_v<Slot<Counted>>);
static_assert(std::is_nothrow_copy_constructible_v<Slot<Counted>> &&
              !std::is_nothrow_copy_constructible_v<Slot<std::string>>);
static_assert(!std::copy_constructible<Slot<std::unique_ptr<int>>> && std::movable<Slot<std::unique_ptr<int>>>);
static_assert(!std::convertible_to<Slot<int>, bool>);

// ---- behaviour

TEST_CASE("Slot: it holds nothing, a value, and another in its place", "[slot]") {
    {
        Slot<Counted> slot;
        CHECK_FALSE(slot);
        CHECK_FALSE(slot.has_value());
        CHECK_FALSE(slot == Counted(1));
        CHECK(slot.value_or(Counted(5)).number() == 5);
        slot.emplace(1);
        CHECK(slot);
        CHECK(slot.has_value());
        CHECK(slot == Counted(1));
        CHECK_FALSE(slot == Counted(2));
        CHECK((*slot).number() == 1);
        CHECK(slot->number() == 1);
        CHECK(slot.value_or(Counted(5)).number() == 1);
        slot.emplace(2);
        CHECK(slot->number() == 2);
        CHECK(Counted::alive == 1);
        slot.reset();
        slot.reset();
        CHECK_FALSE(slot);
        CHECK(Counted::alive == 0);
        slot.emplace(3);
    }
    CHECK(Counted::alive == 0);
}

TEST_CASE("Slot: a value that cannot be made leaves it empty", "[slot]") {
    {
        Slot<Fails> slot;
        slot.emplace(1);
        CHECK_THROWS_AS(slot.emplace(-1), int);
        CHECK_FALSE(slot);
        CHECK(Counted::alive == 0);
    }
    CHECK(Counted::alive == 0);
}

TEST_CASE("Slot: copying and moving, full and empty, onto full and empty, and onto itself", "[slot][move]") {
    {
        const Slot<Counted> empty, one = full(1);
        Slot<Counted> slot = one;
        CHECK(slot->number() == 1);
        Slot<Counted> of_empty = empty;
        CHECK_FALSE(of_empty);
        CHECK(Counted::alive == 2);

        auto& self = slot;
        slot = self;
        CHECK(slot->number() == 1);
        slot = std::move(self);
        CHECK(slot->number() == 1);
        slot = full(2); // full onto full
        CHECK(slot->number() == 2);
        Slot<Counted> moved = std::move(slot);
        CHECK(moved->number() == 2);
        CHECK(slot->number() == -1); // moved from, and still there
        slot = empty;                // empty onto full
        CHECK_FALSE(slot);
        slot = empty; // empty onto empty
        CHECK_FALSE(slot);
        CHECK(Counted::alive == 2);
        slot = moved; // full onto empty
        CHECK(slot->number() == 2);
        CHECK(&(slot = one) == &slot);
        CHECK(Counted::alive == 3);
        Slot<Counted> from_empty = std::move(of_empty);
        CHECK_FALSE(from_empty);
    }
    CHECK(Counted::alive == 0);
}
