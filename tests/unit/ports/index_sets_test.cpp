// SPDX-License-Identifier: BSD-3-Clause
#include "ports/index_sets.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using portico::ports::IndexSets;

TEST_CASE("sets in one piece of memory do not touch each other", "[ports]") {
  IndexSets sets(3, 100);
  sets.insert(1, 99);
  CHECK(sets.is_empty(0));
  CHECK(sets.contains(1, 99));
  CHECK(sets.is_empty(2));
  sets.erase(1, 99);
  CHECK(sets.is_empty(1));
}

TEST_CASE("the next member is found from any place, around the end", "[ports]") {
  IndexSets sets(1, 70'000);
  CHECK_FALSE(sets.next(0, 0));
  for (const std::size_t member : {5u, 64u, 4'096u, 69'999u}) sets.insert(0, member);
  CHECK(sets.next(0, 0) == 5u);
  CHECK(sets.next(0, 5) == 5u);
  CHECK(sets.next(0, 6) == 64u);
  CHECK(sets.next(0, 65) == 4'096u);
  CHECK(sets.next(0, 4'097) == 69'999u);
  sets.erase(0, 69'999);
  CHECK(sets.next(0, 4'097) == 5u);
}

TEST_CASE("a set of any size agrees with an ordinary one", "[ports]") {
  for (const std::size_t columns : {1u, 63u, 64u, 65u, 4'096u, 4'097u, 300'000u}) {
    IndexSets sets(1, columns);
    std::set<std::size_t> model;
    std::mt19937 random(columns);
    std::size_t wrong = 0;
    for (int step = 0; step < 5'000; ++step) {
      const std::size_t number = random() % columns;
      if (model.insert(number).second) {
        sets.insert(0, number);
      } else {
        model.erase(number);
        sets.erase(0, number);
      }
      const std::size_t from = random() % columns;
      auto wanted = model.lower_bound(from);
      if (wanted == model.end()) wanted = model.begin();
      const auto found = sets.next(0, from);
      wrong += found.has_value() != (wanted != model.end()) || (found && *found != *wanted);
    }
    CHECK(wrong == 0);
  }
}
