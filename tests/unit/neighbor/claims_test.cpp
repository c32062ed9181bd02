// SPDX-License-Identifier: BSD-3-Clause
// What others say on the link: what is believed of it, and who gets an answer.
#include <catch2/catch.hpp>

#include "unit/neighbor/bench.hpp"

using namespace portico;
using namespace portico::neighbor;

TEST_CASE("nothing is learned from addresses that nobody asked for", "[neighbor]") {
  Bench b;
  b.hear(reply(kPeer, kTheirMac));
  b.hear(request(kPeer, kTheirMac, kPeer));
  CHECK_FALSE(b.table.find(Side::Wan, kPeer));
  CHECK(b.table.counters().unasked.value() == 2);
  SECTION("not even from those we answer") {
    b.hear(request(kPeer, kTheirMac, "203.0.113.1"_ip));
    CHECK(b.table.counters().replies_sent.value() == 1);
    CHECK(b.sink.arps.back().destination == kTheirMac);
    CHECK_FALSE(b.table.find(Side::Wan, kPeer));
  }
}

TEST_CASE("an ARP message concerns us if it asks for us or is about a neighbour of ours",
          "[neighbor][F-12]") {
  Bench b;
  CHECK(b.hear(request(kPeer, kTheirMac, "203.0.113.1"_ip)) == Concern::Ours);
  CHECK(b.hear(request("198.51.100.2"_ip, kOtherMac, "198.51.100.2"_ip)) == Concern::Ours);
  CHECK(b.hear(request(kPeer, kTheirMac, "198.51.100.77"_ip)) == Concern::Others);
  CHECK(b.hear(reply(kPeer, kBroadcastMac)) == Concern::Invalid);
  b.resolve(kPeer, 1);
  CHECK(b.hear(reply(kPeer, kTheirMac)) == Concern::Ours);
}

TEST_CASE("a forged announcement does not move a neighbour that is still there", "[neighbor]") {
  Bench b;
  (void)b.table.pin(Side::Wan, kRouter, b.now);
  b.hear(reply(kRouter, kTheirMac));
  b.sink.arps.clear();
  b.wait(10s);
  b.hear(request(kRouter, kOtherMac, kRouter));
  CHECK(b.table.counters().claims_refused.value() == 1);
  CHECK(b.table.find(Side::Wan, kRouter)->hop.mac == kTheirMac);

  SECTION("the holder is asked at its own MAC; its answer settles it") {
    b.wait(0s);
    REQUIRE(b.sink.arps.size() == 1);
    CHECK(b.sink.arps[0].destination == kTheirMac);
    b.hear(reply(kRouter, kOtherMac));
    b.hear(reply(kRouter, kTheirMac));
    b.wait(30s);
    CHECK(b.table.find(Side::Wan, kRouter)->hop.mac == kTheirMac);
    CHECK(b.sink.changed.size() == 2);
    CHECK(b.sink.arps.size() == 1);
  }
  SECTION("a holder that is gone loses it to who answers the broadcast") {
    b.wait(2s);
    CHECK(b.sink.arps.back().destination == kBroadcastMac);
    b.hear(reply(kRouter, kOtherMac));
    CHECK(b.table.find(Side::Wan, kRouter)->hop.mac == kOtherMac);
    CHECK(b.sink.changed.back().second.mac == kOtherMac);
    CHECK(b.table.counters().moved.value() == 1);
  }
}

TEST_CASE("a flood of forged announcements costs one question in each lock time", "[neighbor]") {
  Bench b;
  (void)b.table.pin(Side::Wan, kRouter, b.now);
  b.hear(reply(kRouter, kTheirMac));
  b.sink.arps.clear();
  for (int i = 0; i < 100; ++i) {
    b.hear(request(kRouter, kOtherMac, kRouter));
    b.wait(100ms);
    if (b.state_of(kRouter) == State::Stale) b.hear(reply(kRouter, kTheirMac));
  }
  CHECK(b.sink.arps.size() <= 5);
  CHECK(b.table.find(Side::Wan, kRouter)->hop.mac == kTheirMac);
}

TEST_CASE("whoever claims an address of ours is counted and answered, not learned",
          "[neighbor][F-12]") {
  Bench b;
  b.hear(request("198.51.100.2"_ip, kOtherMac, "198.51.100.2"_ip));
  CHECK(b.table.counters().conflicts.value() == 1);
  REQUIRE(b.sink.arps.size() == 1);
  CHECK(b.sink.arps[0].destination == kBroadcastMac);
  CHECK(b.sink.arps[0].message.sender == "198.51.100.2"_ip);
  SECTION("at most once in ten seconds (RFC 5227 section 2.4)") {
    b.hear(reply("203.0.113.1"_ip, kOtherMac));
    CHECK(b.sink.arps.size() == 1);
    b.wait(10s);
    b.hear(reply("203.0.113.1"_ip, kOtherMac));
    CHECK(b.sink.arps.size() == 2);
    CHECK(b.table.counters().conflicts.value() == 3);
  }
}

TEST_CASE("a sender that cannot be a host is ignored", "[neighbor]") {
  Bench b;
  b.resolve(kPeer, 1);
  for (const auto& mac : {Mac{}, kBroadcastMac, "01:00:5e:00:00:01"_mac, kOurMac})
    b.hear(reply(kPeer, mac));
  CHECK(b.table.counters().invalid.value() == 4);
  CHECK(b.state_of(kPeer) == State::Incomplete);
}

TEST_CASE("what came to us looped back is no conflict", "[neighbor]") {
  Bench b;
  b.hear(announcement_of("198.51.100.2"_ip, wan()));
  CHECK(b.table.counters().conflicts.value() == 0);
  CHECK(b.sink.arps.empty());
}

TEST_CASE("a probe teaches nothing", "[neighbor]") {
  Bench b;
  b.hear(request({}, kTheirMac, "198.51.100.2"_ip));
  CHECK(b.sink.arps.size() == 1);
  CHECK(b.table.counters().unasked.value() == 0);
}
