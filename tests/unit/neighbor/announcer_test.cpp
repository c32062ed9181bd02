// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/announcer.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace portico;
using namespace portico::neighbor;

namespace {

struct Heard {
  std::set<Ipv4> addresses;
  std::size_t count = 0;
  void operator()(Side, Ipv4 a) {
    addresses.insert(a);
    ++count;
  }
};

/// Until nothing is due; how long that took.
Duration run(Announcer& announcer, Heard& heard) {
  Time now;
  for (; announcer.due(); now = *announcer.due()) {
    announcer.advance(now, heard);
    if (!announcer.due()) break;
  }
  return now - Time{};
}

Interface with_pools(std::vector<Prefix> pools) {
  return {.address = {"198.51.100.2"_ip, 24}, .mac = {}, .also_own = std::move(pools)};
}

}  // namespace

TEST_CASE("every pool address on the link is announced once, a few at a time", "[neighbor][F-12]") {
  Announcer announcer;
  announcer.start(Side::Wan, with_pools({"198.51.100.64/26"_net, "198.51.100.9/32"_net}), Time{});
  Heard heard;
  announcer.advance(Time{}, heard);
  CHECK(heard.count == Announcer::kAtOnce);
  announcer.advance(Time{}, heard);
  CHECK(heard.count == Announcer::kAtOnce);
  run(announcer, heard);
  CHECK(heard.count == 65);
  CHECK(heard.addresses.size() == 65);
  CHECK(heard.addresses.contains("198.51.100.127"_ip));
  CHECK_FALSE(announcer.due());
}

TEST_CASE("a pool that is routed to us is not announced", "[neighbor][F-12]") {
  Announcer announcer;
  announcer.start(Side::Wan, with_pools({"203.0.113.0/24"_net}), Time{});
  CHECK_FALSE(announcer.due());
}

TEST_CASE("of a pool wider than the link only the link's part is announced", "[neighbor][F-12]") {
  Announcer announcer;
  announcer.start(Side::Wan, with_pools({"198.51.0.0/16"_net}), Time{});
  Heard heard;
  CHECK(run(announcer, heard) == 15 * Announcer::kPause);
  CHECK(heard.count == 256);
}

TEST_CASE("a start on one side begins that side again and leaves the other alone", "[neighbor]") {
  Announcer announcer;
  announcer.start(Side::Lan, with_pools({"198.51.100.0/30"_net}), Time{});
  announcer.start(Side::Wan, with_pools({"198.51.100.0/30"_net}), Time{});
  announcer.start(Side::Wan, with_pools({"198.51.100.0/30"_net}), Time{});
  Heard heard;
  run(announcer, heard);
  CHECK(heard.count == 8);
}
