// SPDX-License-Identifier: BSD-3-Clause
// Whom we send to: asked for, kept fresh, given up.
#include <catch2/catch.hpp>

#include "unit/neighbor/bench.hpp"

using namespace portico;
using namespace portico::neighbor;

TEST_CASE("a packet waits for its neighbour's answer and leaves with its MAC", "[neighbor][F-12]") {
  Bench b;
  b.resolve(kPeer, 7);
  CHECK(b.state_of(kPeer) == State::Incomplete);
  REQUIRE(b.sink.arps.size() == 1);
  CHECK(b.sink.arps[0].side == Side::Wan);
  CHECK(b.sink.arps[0].destination == kBroadcastMac);
  CHECK(b.sink.arps[0].message.target == kPeer);
  CHECK(b.sink.arps[0].message.sender == "198.51.100.2"_ip);
  CHECK(b.sink.ready.empty());

  b.hear(reply(kPeer, kTheirMac));
  REQUIRE(b.sink.ready.size() == 1);
  CHECK(b.sink.ready[0].first == 7);
  CHECK(b.sink.ready[0].second ==
        NextHop{.address = kPeer, .mac = kTheirMac, .side = Side::Wan, .resolved = true});
  REQUIRE(b.sink.changed.size() == 1);
  CHECK(b.sink.changed[0].second.mac == kTheirMac);

  SECTION("the next packet does not wait") {
    b.resolve(kPeer, 8);
    CHECK(b.sink.ready.size() == 2);
    CHECK(b.sink.arps.size() == 1);
  }
}

TEST_CASE("operators are told when a neighbour was heard and how many packets wait for it",
          "[neighbor]") {
  Bench b;
  b.resolve(kPeer, 7);
  b.resolve(kPeer, 8);
  auto row = *b.table.find(Side::Wan, kPeer);
  CHECK_FALSE(row.heard);
  CHECK(row.waiting == 2);
  b.wait(100ms);
  b.hear(reply(kPeer, kTheirMac));
  const auto heard = b.now;
  b.wait(5s);
  row = *b.table.find(Side::Wan, kPeer);
  CHECK(row.heard == heard);
  CHECK(row.waiting == 0);
  REQUIRE(b.table.rows().size() == 1);
  CHECK(b.table.rows()[0].heard == heard);
}

TEST_CASE("one address on both links is two neighbours", "[neighbor]") {
  Bench b;
  b.table.resolve(Side::Lan, "192.0.2.7"_ip, 1, b.now);
  b.hear(reply("192.0.2.7"_ip, kTheirMac), Side::Wan);
  CHECK(b.sink.ready.empty());
  b.hear(reply("192.0.2.7"_ip, kTheirMac), Side::Lan);
  CHECK(b.sink.ready.size() == 1);
}

TEST_CASE("a neighbour is asked three times, a second apart, and then not for a while",
          "[neighbor][F-12]") {
  Bench b;
  b.resolve(kPeer, 1);
  b.wait(999ms);
  CHECK(b.sink.arps.size() == 1);
  b.wait(1ms);
  CHECK(b.sink.arps.size() == 2);
  b.wait(1s);
  CHECK(b.sink.arps.size() == 3);
  CHECK(b.sink.dropped.empty());
  b.wait(1s);
  CHECK(b.sink.dropped == std::vector{std::pair{PacketId{1}, Drop::Unanswered}});
  CHECK(b.state_of(kPeer) == State::Failed);

  SECTION("a packet for it is dropped at once") {
    b.resolve(kPeer, 2);
    CHECK(b.sink.dropped.back() == std::pair{PacketId{2}, Drop::Unanswered});
    CHECK(b.sink.arps.size() == 3);
  }
  SECTION("a later packet has it asked again") {
    b.wait(3s);
    b.resolve(kPeer, 2);
    CHECK(b.sink.arps.size() == 4);
    CHECK(b.state_of(kPeer) == State::Incomplete);
  }
  SECTION("it is believed if it speaks up by itself") {
    b.hear(request(kPeer, kTheirMac, kRouter));
    CHECK(b.state_of(kPeer) == State::Reachable);
  }
}

TEST_CASE("workers hear of a neighbour only when it has a MAC", "[neighbor]") {
  Bench b;
  b.resolve(kPeer, 1);
  b.wait(10s);
  CHECK(b.sink.changed.empty());
  CHECK(b.sink.removed.empty());
  CHECK_FALSE(b.table.find(Side::Wan, kPeer));
  CHECK_FALSE(b.table.next_deadline());
}

TEST_CASE("a router is asked for at once and kept fresh for ever", "[neighbor][F-12]") {
  Bench b;
  const HopIndex index = b.table.pin(Side::Wan, kRouter, b.now);
  REQUIRE(index != kNoHop);
  CHECK(b.sink.changed ==
        std::vector{std::pair{index, NextHop{.address = kRouter, .mac = {}, .side = Side::Wan}}});
  CHECK(b.sink.arps.size() == 1);
  CHECK(b.table.pin(Side::Wan, kRouter, b.now) == index);
  CHECK(b.sink.arps.size() == 1);

  SECTION("silent, it is asked again and again") {
    b.wait(60s);
    CHECK(b.sink.arps.size() == 31);  // three requests in every six seconds, and the next
    b.hear(reply(kRouter, kTheirMac));
    CHECK(b.sink.changed.back().second.resolved);
    CHECK(b.sink.changed.back().first == index);
  }
  SECTION("answering, it is asked at its own MAC every minute, without interruption") {
    b.hear(reply(kRouter, kTheirMac));
    for (int minute = 0; minute < 60; ++minute) {
      b.wait(60s);
      CHECK(b.sink.arps.back().destination == kTheirMac);
      CHECK(b.state_of(kRouter) == State::Stale);
      b.hear(reply(kRouter, kTheirMac));
    }
    CHECK(b.sink.arps.size() == 61);
    CHECK(b.sink.changed.size() == 2);
  }
}

TEST_CASE("a neighbour that is being asked again stays in use until it fails", "[neighbor][F-12]") {
  Bench b;
  const HopIndex index = b.table.pin(Side::Wan, kRouter, b.now);
  b.hear(reply(kRouter, kTheirMac));
  b.sink.arps.clear();
  b.wait(64s);
  b.resolve(kRouter, 1);
  CHECK(b.sink.ready.size() == 1);
  REQUIRE(b.sink.arps.size() == 5);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(b.sink.arps[i].destination == (i < 2 ? kTheirMac : kBroadcastMac));
  b.wait(1s);
  CHECK(b.sink.changed.back().first == index);
  CHECK_FALSE(b.sink.changed.back().second.resolved);
  b.resolve(kRouter, 2);
  CHECK(b.sink.dropped.back() == std::pair{PacketId{2}, Drop::Unanswered});
}

TEST_CASE("our own and group addresses have no next hop", "[neighbor]") {
  Bench b;
  PacketId p = 0;
  for (const auto a : {"198.51.100.2"_ip, "203.0.113.2"_ip, "198.51.100.255"_ip, "224.0.0.1"_ip})
    b.resolve(a, ++p);
  CHECK(b.sink.dropped.size() == 4);
  CHECK(b.table.counters().dropped_no_host.value() == 4);
  CHECK(b.table.pin(Side::Wan, "198.51.100.2"_ip, b.now) == kNoHop);
  CHECK(b.sink.arps.empty());
}

TEST_CASE("a neighbour stays while it answers, for control does not see what workers send it",
          "[neighbor][F-12]") {
  Bench b;
  b.resolve(kPeer, 1);
  b.hear(reply(kPeer, kTheirMac));
  const HopIndex index = b.table.find(Side::Wan, kPeer)->index;
  const auto told = b.sink.changed.size();
  for (int minute = 0; minute < 60; ++minute) {
    b.wait(60s);
    CHECK(b.state_of(kPeer) == State::Stale);
    b.hear(reply(kPeer, kTheirMac));
  }
  CHECK(b.sink.removed.empty());
  CHECK(b.sink.changed.size() == told);
  SECTION("and is forgotten when it does not") {
    b.wait(120s);
    CHECK(b.sink.removed == std::vector{index});
    CHECK_FALSE(b.table.find(Side::Wan, kPeer));
  }
}

TEST_CASE("the ICMP error about an unanswered packet may itself need a next hop", "[neighbor]") {
  struct Complaining : Recorder {
    Table* table = nullptr;
    Time now;
    void packet_dropped(PacketId packet, Drop why) override {
      Recorder::packet_dropped(packet, why);
      if (why == Drop::Unanswered)
        table->resolve(Side::Wan, Ipv4{kPeer.bits + 100 + static_cast<std::uint32_t>(packet)},
                       packet + 100, now);
    }
  };
  Complaining sink;
  Table table{small(), sink};
  sink.table = &table;
  for (PacketId p = 1; p <= 3; ++p) table.resolve(Side::Wan, kPeer, p, kStart);
  table.resolve(Side::Wan, Ipv4{kPeer.bits + 1}, 4, kStart);
  for (int s = 1; s <= 3; ++s) table.tick(sink.now = kStart + s * 1s);
  // Four packets and an error about each that was unanswered: all are accounted for.
  const auto unanswered = table.counters().dropped_unanswered.value();
  CHECK(unanswered >= 3);
  CHECK(sink.ready.size() + sink.dropped.size() + table.held() == 4 + unanswered);
}

TEST_CASE("our addresses are announced on both links at start", "[neighbor][F-12]") {
  Config config = small();
  config.interfaces[1].also_own = {"198.51.100.128/26"_net};
  Bench b{config};
  b.table.announce(b.now);
  REQUIRE(b.sink.arps.size() == 2);
  CHECK(b.sink.arps[0].side == Side::Lan);
  CHECK(b.sink.arps[0].message.sender == "10.0.0.1"_ip);
  CHECK(b.sink.arps[1].side == Side::Wan);
  CHECK(b.sink.arps[1].message.sender == "198.51.100.2"_ip);
  CHECK(b.sink.arps[1].destination == kBroadcastMac);
  CHECK(b.table.next_deadline() == b.now);
  b.wait(1s);
  CHECK(b.sink.arps.size() == 2 + 64);
  CHECK(b.table.counters().announcements_sent.value() == 66);
  CHECK_FALSE(b.table.next_deadline());
}

TEST_CASE("a late tick does what is due once, not once a missed second", "[neighbor]") {
  Bench b;
  (void)b.table.pin(Side::Wan, kRouter, b.now);
  b.hear(reply(kRouter, kTheirMac));
  b.sink.arps.clear();
  b.now = b.now + 3600s;
  b.table.tick(b.now);
  CHECK(b.sink.arps.size() == 1);
  CHECK(b.table.find(Side::Wan, kRouter)->hop.resolved);
}

TEST_CASE("the rows tell every neighbour there is", "[neighbor]") {
  Bench b;
  const HopIndex router = b.table.pin(Side::Wan, kRouter, b.now);
  b.resolve(kPeer, 1);
  const auto rows = b.table.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[router - 1].pinned);
  CHECK(rows[router - 1].hop.address == kRouter);
  CHECK_FALSE(rows[2 - router].pinned);
}
