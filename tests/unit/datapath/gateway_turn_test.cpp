// SPDX-License-Identifier: BSD-3-Clause
#include "wire/icmp.hpp"

#include <catch2/catch.hpp>

#include "gateway.hpp"

using namespace portico;
using namespace portico::datapath;
using fake::Frames;
using site::Gateway;
using stats::Drop;
using support::Frame;

TEST_CASE("a phone's packet leaves by the WAN as its public address", "[datapath][N1][F-2]") {
  const auto protocol = GENERATE(wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolIcmp);
  Gateway gateway;
  auto in = site::outbound();
  auto out = site::outbound_translated();
  in.protocol = out.protocol = protocol;
  gateway.lan().receive(in.build());
  gateway.turn();
  CHECK(gateway.wan().sent() == Frames{out.build()});
  CHECK(gateway.lan().sent().empty());
  CHECK(gateway.worker().bindings.usage(site::kPhone).packets_out == 1);
  CHECK(gateway.balanced());
}

TEST_CASE("an answer from anywhere reaches the phone at its private address",
          "[datapath][N3][U-8]") {
  Gateway gateway;
  auto in = site::inbound();
  auto out = site::inbound_translated();
  in.from = out.from = "192.0.2.99"_ip;
  in.from_port = out.from_port = 33333;
  gateway.wan().receive(in.build());
  gateway.turn();
  CHECK(gateway.lan().sent() == Frames{out.build()});
  CHECK(gateway.worker().bindings.usage(site::kPhone).packets_in == 1);
  CHECK(gateway.balanced());
}

TEST_CASE("a phone behind a router is reached through it", "[datapath][N3]") {
  Gateway gateway;
  auto in = site::inbound();
  in.to_port = site::kRoutedPorts.first;
  auto out = in;
  out.to_mac = "00:00:5e:00:00:aa"_mac;
  out.from_mac = site::kLanMac;
  out.to = site::kRoutedPhone;
  out.ttl = 63;
  gateway.wan().receive(in.build());
  gateway.turn();
  CHECK(gateway.lan().sent() == Frames{out.build()});
}

TEST_CASE("each side has its own tag", "[datapath]") {
  const std::uint16_t lan_vlan = GENERATE(std::uint16_t{0}, std::uint16_t{10});
  const std::uint16_t wan_vlan = GENERATE(std::uint16_t{0}, std::uint16_t{20});
  Gateway gateway{{.lan_vlan = lan_vlan, .wan_vlan = wan_vlan}};
  auto out = site::outbound();
  auto out_translated = site::outbound_translated();
  out.vlan = lan_vlan;
  out_translated.vlan = wan_vlan;
  auto in = site::inbound();
  auto in_translated = site::inbound_translated();
  in.vlan = wan_vlan;
  in_translated.vlan = lan_vlan;
  gateway.lan().receive(out.build());
  gateway.wan().receive(in.build());
  gateway.turn();
  CHECK(gateway.wan().sent() == Frames{out_translated.build()});
  CHECK(gateway.lan().sent() == Frames{in_translated.build()});
  CHECK(gateway.balanced());
}

TEST_CASE("Ethernet's padding goes no further", "[datapath]") {
  Gateway gateway;
  auto padded = site::outbound().build();
  padded.resize(60, 0xaa);
  gateway.lan().receive(padded);
  gateway.turn();
  CHECK(gateway.wan().sent() == Frames{site::outbound_translated().build()});
}

TEST_CASE("a phone calls another by its public address without leaving the gateway",
          "[datapath][U-9]") {
  const auto protocol = GENERATE(wire::kProtocolUdp, wire::kProtocolTcp);
  Gateway gateway;
  auto in = site::outbound();
  in.protocol = protocol;
  in.to = site::kPublic;
  in.to_port = site::kRoutedPorts.first;
  auto out = in;
  out.to_mac = "00:00:5e:00:00:aa"_mac;
  out.from_mac = site::kLanMac;
  out.from = site::kPublic;  // the caller's external address, not its private one
  out.to = site::kRoutedPhone;
  out.ttl = 63;
  gateway.lan().receive(in.build());
  gateway.turn();
  CHECK(gateway.lan().sent() == Frames{out.build()});
  CHECK(gateway.wan().sent().empty());
  const auto& translated = gateway.worker().translated;
  CHECK(translated.hairpinned.value() == 1);
  CHECK(translated.outbound.value() == 1);
  CHECK(translated.inbound.value() == 1);
  CHECK(gateway.worker().bindings.usage(site::kPhone).packets_out == 1);
  CHECK(gateway.worker().bindings.usage(site::kRoutedPhone).packets_in == 1);
  CHECK(gateway.balanced());
}

TEST_CASE("a phone that calls a port nobody holds is not let out", "[datapath][U-9]") {
  Gateway gateway;
  auto in = site::outbound();
  in.to = site::kPublic;
  in.to_port = 40000;
  gateway.lan().receive(in.build());
  gateway.turn();
  CHECK(gateway.wan().sent().empty());
  CHECK(gateway.dropped(Drop::PortUnheld) == 1);
  CHECK(gateway.balanced());
}

TEST_CASE("what is not forwarded has its reason counted", "[datapath]") {
  struct Row {
    const char* sentence;
    Side side;
    void (*change)(Frame&);
    Drop reason;
  };
  const auto row = GENERATE(
      Row{"an unknown private address", Side::Lan, [](Frame& f) { f.from = "10.20.0.8"_ip; },
          Drop::NoBinding},
      Row{"another's MAC", Side::Lan, [](Frame& f) { f.from_mac = "00:1b:2c:00:00:02"_mac; },
          Drop::WrongMac},
      Row{"a port outside the range", Side::Lan, [](Frame& f) { f.from_port = 24064; },
          Drop::PortOutOfRange},
      Row{"an echo identifier outside the range", Side::Lan,
          [](Frame& f) {
            f.protocol = wire::kProtocolIcmp;
            f.from_port = 1;
          },
          Drop::EchoIdOutOfRange},
      Row{"a fragment", Side::Lan, [](Frame& f) { f.fragment = 0x2000; }, Drop::IpFragment},
      Row{"an ICMP error", Side::Lan,
          [](Frame& f) {
            f.protocol = wire::kProtocolIcmp;
            f.icmp_type = wire::kIcmpUnreachable;
          },
          Drop::IcmpError},
      Row{"a port nobody holds", Side::Wan, [](Frame& f) { f.to_port = 40000; }, Drop::PortUnheld},
      Row{"an echo identifier nobody holds", Side::Wan,
          [](Frame& f) {
            f.protocol = wire::kProtocolIcmp;
            f.from_port = 40000;
          },
          Drop::EchoIdUnheld},
      Row{"a big packet that may be fragmented", Side::Lan,
          [](Frame& f) { f.payload.resize(1390); }, Drop::TooBig});
  INFO(row.sentence);
  Gateway gateway;
  auto f = row.side == Side::Lan ? site::outbound() : site::inbound();
  row.change(f);
  (row.side == Side::Lan ? gateway.lan() : gateway.wan()).receive(f.build());
  gateway.turn();
  CHECK(gateway.dropped(row.reason) == 1);
  CHECK(gateway.lan().sent().empty());
  CHECK(gateway.wan().sent().empty());
  CHECK(gateway.balanced());
}

TEST_CASE("what deserves an ICMP error goes to control as it was received",
          "[datapath][F-2][U-13]") {
  struct Row {
    const char* sentence;
    Side side;
    void (*change)(Frame&);
    Drop reason;
  };
  const auto row = GENERATE(
      Row{"time to live 1, outbound", Side::Lan, [](Frame& f) { f.ttl = 1; }, Drop::TtlExceeded},
      Row{"time to live 0, outbound", Side::Lan, [](Frame& f) { f.ttl = 0; }, Drop::TtlExceeded},
      Row{"time to live 1, inbound", Side::Wan, [](Frame& f) { f.ttl = 1; }, Drop::TtlExceeded},
      Row{"time to live 1, phone to phone", Side::Lan,
          [](Frame& f) {
            f.ttl = 1;
            f.to = site::kPublic;
          },
          Drop::TtlExceeded},
      Row{"too big for the WAN, not to be fragmented", Side::Lan,
          [](Frame& f) {
            f.payload.resize(1373);
            f.dont_fragment = true;
          },
          Drop::TooBig});
  INFO(row.sentence);
  Gateway gateway;
  auto f = row.side == Side::Lan ? site::outbound() : site::inbound();
  row.change(f);
  (row.side == Side::Lan ? gateway.lan() : gateway.wan()).receive(f.build());
  gateway.turn();
  const auto punted = gateway.punted();
  REQUIRE(punted.size() == 1);
  CHECK(punted[0].frame == f.build());
  CHECK(punted[0].note.kind == PuntKind::Error);
  CHECK(punted[0].note.reason == row.reason);
  CHECK(punted[0].note.side == row.side);
  CHECK(gateway.balanced());
}

TEST_CASE("a packet exactly as long as the WAN takes goes out", "[datapath][U-13]") {
  Gateway gateway;
  auto f = site::outbound();
  f.payload.resize(1400 - 28);
  gateway.lan().receive(f.build());
  gateway.turn();
  CHECK(gateway.wan().sent().size() == 1);
}

TEST_CASE("no ICMP error ends a binding", "[datapath][U-12]") {
  Gateway gateway;
  auto error = site::inbound();
  error.protocol = wire::kProtocolIcmp;
  error.icmp_type = wire::kIcmpUnreachable;
  error.icmp_code = GENERATE(std::uint8_t{1}, std::uint8_t{3}, std::uint8_t{13});
  error.from_port = error.to_port = 0;
  error.payload = site::outbound_translated().ip();
  gateway.wan().receive(error.build());
  gateway.turn();
  CHECK(gateway.dropped(Drop::IcmpError) == 1);
  gateway.lan().receive(site::outbound().build());
  gateway.wan().receive(site::inbound().build());
  gateway.turn();
  CHECK(gateway.wan().sent() == Frames{site::outbound_translated().build()});
  CHECK(gateway.lan().sent() == Frames{site::inbound_translated().build()});
  CHECK(gateway.balanced());
}

TEST_CASE("without a route the packet goes to control", "[datapath]") {
  Gateway gateway{{.default_route = false}};
  gateway.lan().receive(site::outbound().build());
  gateway.turn();
  const auto punted = gateway.punted();
  REQUIRE(punted.size() == 1);
  CHECK(punted[0].note.reason == Drop::NoRoute);
  CHECK(punted[0].frame == site::outbound().build());
}

TEST_CASE("a neighbour on the WAN's own network is asked for, then used", "[datapath]") {
  Gateway gateway;
  auto in = site::outbound();
  in.to = "198.51.100.77"_ip;
  auto out = site::outbound_translated();
  out.to = in.to;
  out.to_mac = {};
  gateway.lan().receive(in.build());
  gateway.turn();
  const auto punted = gateway.punted();
  REQUIRE(punted.size() == 1);
  CHECK(punted[0].note.kind == PuntKind::Neighbor);
  CHECK(punted[0].note.side == Side::Wan);
  CHECK(punted[0].note.next_hop == in.to);
  CHECK(punted[0].note.hop == kNoHop);
  CHECK(punted[0].frame == out.build());  // all but the destination MAC is there

  out.to_mac = "00:aa:00:00:00:77"_mac;
  gateway.order(orders::SetNextHop{5, {in.to, out.to_mac, Side::Wan, true}});
  gateway.order(orders::SetOnLink{in.to, 5});
  gateway.lan().receive(in.build());
  gateway.turn();
  CHECK(gateway.wan().sent() == Frames{out.build()});
  CHECK(gateway.balanced());
}

TEST_CASE("a next hop that is not resolved any more is asked for by its place", "[datapath]") {
  Gateway gateway;
  gateway.order(orders::SetNextHop{site::kRouterHop, {site::kRouter, {}, Side::Wan, false}});
  gateway.lan().receive(site::outbound().build());
  gateway.turn();
  const auto punted = gateway.punted();
  REQUIRE(punted.size() == 1);
  CHECK(punted[0].note.hop == site::kRouterHop);
  CHECK(punted[0].note.next_hop == site::kRouter);
}

TEST_CASE("what waits for its next hop says how it came in", "[datapath][F-6]") {
  Gateway gateway;
  gateway.order(orders::SetNextHop{site::kRouterHop, {site::kRouter, {}, Side::Wan, false}});
  gateway.order(orders::SetNextHop{site::kLanRouterHop, {"10.20.0.254"_ip, {}, Side::Lan, false}});
  auto in = site::outbound();
  auto side = Side::Lan;
  SECTION("from a phone to the network") {}
  SECTION("from the network to a phone behind a router") {
    side = Side::Wan;
    in = site::inbound();
    in.to_port = site::kRoutedPorts.first;
  }
  SECTION("from a phone to a phone behind a router") {
    in.to = site::kPublic;
    in.to_port = site::kRoutedPorts.first;
  }
  (side == Side::Lan ? gateway.lan() : gateway.wan()).receive(in.build());
  gateway.turn();
  const auto punted = gateway.punted();
  REQUIRE(punted.size() == 1);
  const auto& original = punted[0].note.original;
  REQUIRE(original);
  CHECK(original->side == side);
  CHECK(original->mac == in.from_mac);
  CHECK(original->source == in.from);
  CHECK(original->destination == in.to);
}

TEST_CASE("an order takes effect before the packets of its turn", "[datapath]") {
  Gateway gateway;
  gateway.order(orders::RemoveBinding{site::kPhone});
  gateway.lan().receive(site::outbound().build());
  gateway.wan().receive(site::inbound().build());
  gateway.turn();
  CHECK(gateway.dropped(Drop::NoBinding) == 1);
  CHECK(gateway.dropped(Drop::PortUnheld) == 1);
  CHECK(gateway.worker().orders.applied() == gateway.worker().orders.posted());
}

TEST_CASE("a snapshot stands still while the counters go on", "[datapath]") {
  Gateway gateway;
  gateway.lan().receive(site::outbound().build());
  gateway.turn();
  gateway.order(orders::TakeSnapshot{});
  gateway.turn();
  gateway.lan().receive(site::outbound().build());
  gateway.turn();
  CHECK(gateway.worker().snapshot.ports[0].rx_packets.value() == 1);
  CHECK(gateway.worker().stats().ports[0].rx_packets.value() == 2);
}

TEST_CASE("what a port does not take is dropped and counted", "[datapath]") {
  Gateway gateway;  // whose ports hold 128 packets
  for (int i = 0; i < 150; ++i) {
    gateway.lan().receive(site::outbound().build());
    gateway.turn();
  }
  CHECK(gateway.dropped(Drop::TxFull) == 22);
  CHECK(gateway.wan().sent().size() == 128);
  const auto& counters = gateway.worker().port(Side::Wan).counters();
  CHECK(counters.tx_packets.value() == 128);
  CHECK(counters.tx_octets.value() == 128 * site::outbound_translated().build().size());
  CHECK(gateway.balanced());
}

TEST_CASE("a full burst on both sides is forwarded in one turn", "[datapath]") {
  Gateway gateway;
  for (std::size_t i = 0; i < kMaxBurst; ++i) {
    gateway.lan().receive(site::outbound().build());
    gateway.wan().receive(site::inbound().build());
  }
  gateway.turn();
  CHECK(gateway.wan().sent().size() == kMaxBurst);
  CHECK(gateway.lan().sent().size() == kMaxBurst);
  CHECK(gateway.balanced());
}

TEST_CASE("each of two workers translates whatever lands on its queue", "[datapath]") {
  Gateway gateway{{.workers = 2}};
  gateway.lan().receive(site::outbound().build(), 0);
  gateway.lan().receive(site::outbound().build(), 1);
  gateway.turn();
  CHECK(gateway.wan().sent() ==
        Frames{site::outbound_translated().build(), site::outbound_translated().build()});
  CHECK(gateway.worker(0).bindings.usage(site::kPhone).packets_out == 1);
  CHECK(gateway.worker(1).bindings.usage(site::kPhone).packets_out == 1);
  CHECK(gateway.balanced());
}
