// SPDX-License-Identifier: BSD-3-Clause
// A table that is full: who gives way, and when an index may be given out again.
#include <catch2/catch.hpp>

#include "unit/neighbor/bench.hpp"

using namespace portico;
using namespace portico::neighbor;

TEST_CASE("an index is given out again only after the workers let go of it", "[neighbor]") {
  Config config = small();
  config.capacity = 2;
  config.max_unresolved = 1;
  Bench b{config};
  const HopIndex router = b.table.pin(Side::Wan, kRouter, b.now);
  b.resolve(kPeer, 1);
  b.hear(reply(kPeer, kTheirMac));
  const HopIndex peer = b.table.find(Side::Wan, kPeer)->index;
  CHECK(peer != router);

  b.resolve("198.51.100.60"_ip, 2);
  CHECK(b.sink.removed == std::vector{peer});
  CHECK(b.sink.dropped == std::vector{std::pair{PacketId{2}, Drop::TableFull}});
  b.resolve("198.51.100.60"_ip, 3);
  CHECK(b.sink.dropped.back() == std::pair{PacketId{3}, Drop::TableFull});
  b.table.recycle(peer);
  b.resolve("198.51.100.60"_ip, 4);
  CHECK(b.table.find(Side::Wan, "198.51.100.60"_ip)->index == peer);
  CHECK(b.table.find(Side::Wan, kRouter)->index == router);
  CHECK(b.balanced(4));
}

TEST_CASE("a full table forgets whom it has sent to least lately, never a router", "[neighbor]") {
  Bench b;
  (void)b.table.pin(Side::Wan, kRouter, b.now);
  b.hear(reply(kRouter, kTheirMac));
  for (std::uint32_t i = 0; i < 3; ++i) {
    b.resolve(Ipv4{kPeer.bits + i}, i);
    b.hear(reply(Ipv4{kPeer.bits + i}, kTheirMac));
    b.now = b.now + 1ms;
  }
  b.resolve(kPeer, 3);
  b.resolve("198.51.100.90"_ip, 4);
  CHECK(b.table.find(Side::Wan, kRouter));
  CHECK(b.table.find(Side::Wan, kPeer));
  CHECK_FALSE(b.table.find(Side::Wan, Ipv4{kPeer.bits + 1}));
  CHECK(b.table.find(Side::Wan, Ipv4{kPeer.bits + 2}));
  CHECK(b.table.counters().evicted.value() == 1);
  SECTION("and nobody else while an index is on its way back") {
    b.resolve("198.51.100.91"_ip, 5);
    CHECK(b.sink.removed.size() == 1);
  }
}

TEST_CASE("addresses that do not exist cannot crowd out those that do", "[neighbor]") {
  Bench b;
  b.resolve("198.51.100.101"_ip, 1);
  b.resolve("198.51.100.102"_ip, 2);
  SECTION("in their first second they are given time to answer") {
    b.resolve("198.51.100.103"_ip, 3);
    CHECK(b.sink.dropped == std::vector{std::pair{PacketId{3}, Drop::TableFull}});
  }
  SECTION("after that the oldest gives way") {
    b.wait(1s);
    b.resolve("198.51.100.103"_ip, 3);
    CHECK(b.sink.dropped == std::vector{std::pair{PacketId{1}, Drop::Evicted}});
    CHECK(b.table.find(Side::Wan, "198.51.100.103"_ip));
    CHECK(b.sink.removed.empty());
  }
  CHECK(b.balanced(3));
}
