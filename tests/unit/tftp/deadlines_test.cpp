// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/deadlines.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

using portico::Time;
using portico::tftp::Deadlines;

TEST_CASE("the earliest deadline is next, and due once its time has come", "[tftp]") {
  Deadlines deadlines{4};
  CHECK_FALSE(deadlines.next());
  CHECK_FALSE(deadlines.due(Time{1000}));
  deadlines.set(2, Time{30});
  deadlines.set(0, Time{10});
  deadlines.set(3, Time{20});
  CHECK(deadlines.next() == Time{10});
  CHECK_FALSE(deadlines.due(Time{9}));
  CHECK(deadlines.due(Time{10}) == 0u);
  deadlines.remove(0);
  CHECK(deadlines.due(Time{100}) == 3u);
}

TEST_CASE("a deadline that is moved stands once, earlier or later", "[tftp]") {
  Deadlines deadlines{3};
  deadlines.set(0, Time{10});
  deadlines.set(1, Time{20});
  deadlines.set(0, Time{30});
  CHECK(deadlines.due(Time{100}) == 1u);
  deadlines.set(0, Time{5});
  CHECK(deadlines.due(Time{100}) == 0u);
  deadlines.remove(0);
  deadlines.remove(0);
  deadlines.remove(1);
  CHECK_FALSE(deadlines.next());
}

TEST_CASE("whatever is set, moved and removed, the order is kept", "[tftp]") {
  constexpr std::uint32_t kIds = 50;
  Deadlines deadlines{kIds};
  std::map<std::uint32_t, Time> model;
  std::mt19937 random{1};
  for (int step = 0; step < 5000; ++step) {
    const auto id = static_cast<std::uint32_t>(random() % kIds);
    if (random() % 3 == 0) {
      deadlines.remove(id);
      model.erase(id);
    } else {
      model[id] = Time{static_cast<std::int64_t>(random() % 1000)};
      deadlines.set(id, model[id]);
    }
    const auto earliest =
        std::min_element(model.begin(), model.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    REQUIRE(deadlines.next().has_value() == !model.empty());
    if (!model.empty()) REQUIRE(*deadlines.next() == earliest->second);
    if (const auto due = deadlines.due(Time{500})) REQUIRE(model.at(*due) == earliest->second);
  }
}
