// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/control_port.hpp"

#include <catch2/catch.hpp>

#include "gateway.hpp"

using namespace portico;
using namespace portico::datapath;
using fake::Frames;
using site::Gateway;
using stats::Drop;
using support::Octets;

TEST_CASE("control sends by worker 0, or by a queue of its own", "[datapath][D2]") {
  const bool own_queue = GENERATE(false, true);
  Gateway gateway{{.control_queue = own_queue}};
  const auto frame = site::outbound_translated().build();
  CHECK(gateway.control().send(Side::Wan, Bytes{frame}.first(14), Bytes{frame}.subspan(14)));
  CHECK(gateway.control().send(Side::Lan, frame));
  gateway.turn();
  CHECK(gateway.wan().sent() == Frames{frame});
  CHECK(gateway.lan().sent() == Frames{frame});
  CHECK(gateway.control().counters().originated.value() == 2);
  CHECK(gateway.balanced());
}

TEST_CASE("what control originated may leave between two turns", "[datapath][D2]") {
  Gateway gateway;
  const auto frame = site::outbound_translated().build();
  CHECK(gateway.control().send(Side::Wan, frame));
  CHECK(gateway.control().send(Side::Lan, frame));
  send_originated(gateway.worker());
  CHECK(gateway.wan().sent() == Frames{frame});
  CHECK(gateway.lan().sent() == Frames{frame});
  CHECK(gateway.balanced());
}

TEST_CASE("what control cannot send is counted", "[datapath]") {
  const auto frame = site::outbound().build();
  SECTION("worker 0 does not keep up") {
    Gateway gateway{{.originated = 3}};
    for (int i = 0; i < 3; ++i) CHECK(gateway.control().send(Side::Wan, frame));
    CHECK_FALSE(gateway.control().send(Side::Wan, frame));
    CHECK(gateway.dropped(Drop::TxFull) == 1);
    CHECK(gateway.balanced());
  }
  SECTION("no buffer is free") {
    Gateway gateway{{.control_pool = site::Hardware::get().small_pool}};
    CHECK(gateway.control().send(Side::Wan, frame));
    CHECK_FALSE(gateway.control().send(Side::Wan, frame));
    CHECK(gateway.dropped(Drop::NoMbuf) == 1);
    CHECK(gateway.balanced());
  }
  SECTION("the frame is longer than a buffer") {
    Gateway gateway;
    CHECK_FALSE(gateway.control().send(Side::Wan, frame, Octets(4000)));
    CHECK(gateway.dropped(Drop::TooBig) == 1);
    CHECK(gateway.balanced());
  }
}

TEST_CASE("a punted packet is consumed, or dropped for control's reason", "[datapath]") {
  Gateway gateway;
  const auto arp = support::arp_request(kBroadcastMac, site::kPhoneMac, site::kPhone, site::kLan);
  gateway.lan().receive(arp);
  gateway.lan().receive(arp);
  gateway.turn();
  CHECK(gateway.control().in_flight() == 2);
  CHECK(gateway.balanced());
  bool first = true;
  const auto n = gateway.control().for_each_punted(8, [&](MutableBytes, const Note& note) {
    CHECK(note.kind == PuntKind::Arp);
    return std::exchange(first, false) ? std::optional<Drop>{} : Drop::ArpNotOurs;
  });
  CHECK(n == 2);
  CHECK(gateway.control().counters().consumed.value() == 1);
  CHECK(gateway.dropped(Drop::ArpNotOurs) == 1);
  CHECK(gateway.balanced());
}

TEST_CASE("a question waits while there is no room for its answer", "[datapath][D2]") {
  Gateway gateway{{.originated = 63}};
  const auto arp = support::arp_request(kBroadcastMac, site::kPhoneMac, site::kPhone, site::kLan);
  for (int i = 0; i < 8; ++i) gateway.lan().receive(arp);
  gateway.turn();
  const auto answer_by_16 = [&](MutableBytes, const Note&) {
    for (int i = 0; i < 16; ++i) CHECK(gateway.control().send(Side::Lan, arp));
    return std::optional<Drop>{};
  };
  std::size_t taken = 0;
  for (int turns = 0; turns < 8; ++turns) {
    taken += gateway.control().for_each_punted(8, answer_by_16);
    gateway.turn();
  }
  CHECK(taken == 8);
  for (int turns = 0; turns < 4; ++turns) gateway.turn();
  CHECK(gateway.lan().sent().size() == 8 * 16);
  CHECK(gateway.dropped(Drop::TxFull) == 0);
  CHECK(gateway.balanced());
}

TEST_CASE("a flood of one kind starves no other", "[datapath]") {
  Gateway gateway{{.punted = 4}};
  const auto arp = support::arp_request(kBroadcastMac, site::kPhoneMac, site::kPhone, site::kLan);
  for (int i = 0; i < 20; ++i) gateway.lan().receive(arp);
  auto tftp = site::outbound();
  tftp.to = site::kLan;
  tftp.to_port = 69;
  gateway.lan().receive(tftp.build());
  gateway.turn();
  const auto punted = gateway.punted();
  CHECK(punted.size() == 5);
  CHECK(punted.back().frame == tftp.build());
  CHECK(gateway.dropped(Drop::PuntFullArp) == 16);
  CHECK(gateway.balanced());
}

TEST_CASE("beyond what control answers with ICMP, packets are dropped for their own reason",
          "[datapath][F-7]") {
  Gateway gateway{{.punted = 1}};
  auto f = site::outbound();
  f.ttl = 1;
  for (int i = 0; i < 3; ++i) gateway.lan().receive(f.build());
  gateway.turn();
  CHECK(gateway.punted().size() == 1);
  CHECK(gateway.dropped(Drop::TtlExceeded) == 2);
  CHECK(gateway.balanced());
}

TEST_CASE("each kind that control has no room for is counted by itself", "[datapath]") {
  Gateway gateway{{.punted = 1}};
  auto dhcp = site::outbound();
  dhcp.to = site::kLan;
  dhcp.to_port = 67;
  auto service = dhcp;
  service.to_port = 69;
  auto ping = dhcp;
  ping.protocol = wire::kProtocolIcmp;
  auto neighbor = site::outbound();
  neighbor.to = "198.51.100.77"_ip;
  for (const auto& f : {dhcp, service, ping, neighbor})
    for (int i = 0; i < 2; ++i) gateway.lan().receive(f.build());
  gateway.turn();
  CHECK(gateway.punted().size() == 4);
  for (const auto why :
       {Drop::PuntFullDhcp, Drop::PuntFullService, Drop::PuntFullIcmp, Drop::PuntFullNeighbor})
    CHECK(gateway.dropped(why) == 1);
  CHECK(gateway.balanced());
}
