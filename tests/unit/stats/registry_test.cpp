// SPDX-License-Identifier: BSD-3-Clause
#include "stats/registry.hpp"

#include "stats/json.hpp"

#include <catch2/catch.hpp>

using namespace portico::stats;

namespace {

struct Counters {
  Counter seen;
  Counter lost;
};
constexpr auto kCounters = group<Counters>("feature", {
                                                          {&Counters::seen, "seen", "packets seen"},
                                                          {&Counters::lost, "lost", "packets lost"},
                                                      });

}  // namespace

TEST_CASE("the counters of all threads are summed under the name of their group", "[stats]") {
  Counters first;
  Counters second;
  Registry registry;
  registry.add(kCounters, first);
  registry.add(kCounters, second);
  first.seen += 40;
  second.seen += 2;
  ++second.lost;
  const auto groups = registry.read();
  REQUIRE(groups.size() == 1);
  CHECK(groups[0] ==
        GroupReading{"feature", {{"seen", "packets seen", 42}, {"lost", "packets lost", 1}}});
}

TEST_CASE("what is counted in an array is registered one by one", "[stats]") {
  std::array<Counter, 2> reasons;
  Registry registry;
  registry.add("drops", "bad_checksum", "the header checksum is wrong", reasons[0]);
  registry.add("drops", "no_binding", "nobody holds the port", reasons[1]);
  reasons[1] += 7;
  CHECK(to_json(registry.read()) == R"({"drops":{"bad_checksum":0,"no_binding":7}})");
}

TEST_CASE("counters beyond 2^53 keep every digit in JSON", "[stats][M-3]") {
  Counters counters;
  Registry registry;
  registry.add(kCounters, counters);
  counters.seen += ~std::uint64_t{0};
  CHECK(to_json(registry.read()) == R"({"feature":{"seen":18446744073709551615,"lost":0}})");
}
