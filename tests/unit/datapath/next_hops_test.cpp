// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/next_hops.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace portico;
using namespace portico::datapath;

namespace {

constexpr HopIndex kDefault = 1;
constexpr HopIndex kWide = 2;
constexpr HopIndex kNarrow = 3;
constexpr HopIndex kNeighbour = 4;

NextHops::Shape shape() {
  return {
      .capacity = 16,
      .on_link = {{{"198.51.100.0"_ip, 24}}},
      .routes = {{{"192.0.0.0"_ip, 8}, kWide}, {{"192.0.2.0"_ip, 24}, kNarrow}, {{}, kDefault}}};
}

}  // namespace

TEST_CASE("of the routes that hold an address the longest leads there", "[datapath]") {
  auto given = shape();
  SECTION("in the order of the configuration") {}
  SECTION("in any other order") { std::ranges::reverse(given.routes); }
  const NextHops hops{given};
  CHECK(hops.towards("192.0.2.255"_ip) == kNarrow);
  CHECK(hops.towards("192.0.3.0"_ip) == kWide);
  CHECK(hops.towards("193.0.0.0"_ip) == kDefault);
}

TEST_CASE("without a default route not every address has a way", "[datapath]") {
  auto given = shape();
  given.routes.pop_back();
  const NextHops hops{given};
  CHECK(hops.towards("192.255.255.255"_ip) == kWide);
  CHECK(hops.towards("193.0.0.0"_ip) == kNoRoute);
}

TEST_CASE("on the WAN's own network the neighbour itself is the way", "[datapath]") {
  NextHops hops{shape()};
  CHECK(hops.towards("198.51.100.7"_ip) == kNoHop);
  hops.set_on_link("198.51.100.7"_ip, kNeighbour);
  hops.set_on_link("198.51.101.7"_ip, kNeighbour);  // on nobody's link: ignored
  CHECK(hops.towards("198.51.100.7"_ip) == kNeighbour);
  CHECK(hops.towards("198.51.100.8"_ip) == kNoHop);
  CHECK(hops.towards("198.51.101.7"_ip) == kDefault);
}
