// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/rounds.hpp"

#include <catch2/catch.hpp>

#include <numeric>
#include <set>
#include <vector>

using namespace portico;
using gateway::Rounds;

TEST_CASE("each of very many is looked at once a round, a few at a time", "[gateway][D2]") {
  constexpr std::size_t kAll = 1000, kFew = 300;
  std::vector<std::size_t> all(kAll);
  std::iota(all.begin(), all.end(), 0);
  Rounds rounds{100ms};
  Time now{};
  std::multiset<std::size_t> seen;
  const auto turn = [&] {
    const auto before = seen.size();
    const bool is_over = rounds.turn(all, now, [&seen](std::size_t one) { seen.insert(one); });
    CHECK(seen.size() - before <= kFew);
    return is_over;
  };
  CHECK(rounds.begins(now));
  REQUIRE_FALSE(turn());
  CHECK_FALSE(rounds.begins(now));
  SECTION("and then there is a pause") {
    for (int i = 0; !turn(); ++i) REQUIRE(i < 10);
    CHECK(std::vector(seen.begin(), seen.end()) == all);
    CHECK(rounds.next() == now + 100ms);
    now = now + 99ms;
    CHECK_FALSE(rounds.begins(now));
    CHECK_FALSE(turn());
    CHECK(seen.size() == kAll);
    now = now + 1ms;
    CHECK(rounds.begins(now));
    turn();
    CHECK(seen.count(0) == 2);
  }
  SECTION("of which some may go meanwhile") {
    all.resize(10);
    CHECK(turn());
    CHECK(rounds.next() == now + 100ms);
  }
}
