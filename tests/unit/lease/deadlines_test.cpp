// SPDX-License-Identifier: BSD-3-Clause
#include "lease/deadlines.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

using portico::Time;
using portico::lease::Deadlines;

TEST_CASE("leases are due in the order of their deadlines", "[lease]") {
  Deadlines deadlines;
  CHECK_FALSE(deadlines.next());
  deadlines.set(1, Time{300});
  deadlines.set(2, Time{100});
  deadlines.set(3, Time{200});
  CHECK(deadlines.next() == Time{100});
  CHECK_FALSE(deadlines.pop_due(Time{99}));
  CHECK(deadlines.pop_due(Time{100}) == 2u);
  CHECK(deadlines.pop_due(Time{1000}) == 3u);
  CHECK(deadlines.pop_due(Time{1000}) == 1u);
  CHECK_FALSE(deadlines.pop_due(Time{1000}));
}

TEST_CASE("a renewal moves the deadline, a release takes it away", "[lease]") {
  Deadlines deadlines;
  deadlines.set(1, Time{100});
  deadlines.set(2, Time{200});
  deadlines.set(1, Time{300});
  CHECK(deadlines.deadline_of(1) == Time{300});
  CHECK(deadlines.pop_due(Time{250}) == 2u);
  CHECK(deadlines.cancel(1));
  CHECK_FALSE(deadlines.cancel(1));
  CHECK_FALSE(deadlines.deadline_of(1));
  CHECK(deadlines.size() == 0);
}

TEST_CASE("whatever is set, moved and cancelled, the earliest comes first", "[lease]") {
  Deadlines deadlines;
  std::map<Deadlines::LeaseId, Time> model;
  std::mt19937 random(7);
  const auto earliest = [&model] {
    return std::ranges::min_element(model, {}, [](const auto& e) { return e.second; })->second;
  };
  std::size_t wrong = 0;
  for (int step = 0; step < 20'000; ++step) {
    const Deadlines::LeaseId id = random() % 200;
    const Time at{static_cast<std::int64_t>(random() % 1000)};
    switch (random() % 4) {
      case 0:
        wrong += deadlines.cancel(id) != (model.erase(id) > 0);
        break;
      case 1:
        if (const auto due = deadlines.pop_due(at)) {
          wrong += model.at(*due) != earliest() || model.at(*due) > at;
          model.erase(*due);
        } else {
          wrong += !model.empty() && earliest() <= at;
        }
        break;
      default:
        deadlines.set(id, at);
        model[id] = at;
    }
    wrong += deadlines.size() != model.size();
    if (!model.empty()) wrong += deadlines.next() != earliest();
  }
  CHECK(wrong == 0);
}
