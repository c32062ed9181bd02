// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/agenda.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using neighbor::Agenda;

TEST_CASE("an agenda tells the earliest of its moments", "[neighbor]") {
  Agenda agenda{3};
  CHECK_FALSE(agenda.first());
  agenda.set(1, Time{30});
  agenda.set(2, Time{10});
  agenda.set(3, Time{20});
  CHECK(agenda.first()->index == 2);
  SECTION("a moment set again replaces the one before") {
    agenda.set(2, Time{40});
    CHECK(agenda.size() == 3);
    CHECK(agenda.first()->index == 3);
  }
  SECTION("a moment cleared is gone, and may be cleared again") {
    agenda.clear(2);
    agenda.clear(2);
    CHECK(agenda.size() == 2);
    CHECK(agenda.first()->index == 3);
  }
  SECTION("hastening moves a moment forward only") {
    agenda.hasten(1, Time{5});
    CHECK(agenda.first()->index == 1);
    agenda.hasten(1, Time{50});
    CHECK(agenda.first()->when == Time{5});
  }
  SECTION("what has no moment cannot be hastened") {
    agenda.clear(2);
    agenda.hasten(2, Time{1});
    CHECK(agenda.first()->index == 3);
  }
}
