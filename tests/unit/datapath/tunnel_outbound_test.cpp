// SPDX-License-Identifier: BSD-3-Clause
// What goes into a tunnel and what must not: a packet that does not fit, an SA that may send no
// more, a tunnel that is down. Nothing that is for a tunnel ever leaves beside it.
#include <catch2/catch.hpp>

#include "refusals.hpp"

using namespace portico;
using namespace portico::site;
using datapath::PuntKind;
using fake::Frames;
using stats::Drop;
using support::Frame;

namespace {

/// What fits: the gateway's WAN takes 1400 octets, the concentrator's 1500.
constexpr std::size_t kGatewayInner = 1346;
constexpr std::size_t kConcentratorInner = 1446;

/// A phone seen by both addresses: signalling goes through the tunnel, the rest directly.
nappt::Binding both() {
  auto phone = tunnelled_binding();
  phone.public_address = kPublic;
  return phone;
}

}  // namespace

TEST_CASE("what fits a tunnel goes through in one piece, and no octet more",
          "[datapath][N-2][E-8][T-9]") {
  const bool dont_fragment = GENERATE(false, true);
  TunnelEnds ends;
  const auto from_phone = ends.from_phone(sized(to_server(), kGatewayInner, dont_fragment).build());
  REQUIRE(from_phone.size() == 1);
  CHECK(from_phone[0].size() - kOuterIp <= 1400);
  CHECK(ends.to_concentrator(from_phone[0]).size() == 1);
  const auto from_server =
      ends.from_server(sized(to_phone(), kConcentratorInner, dont_fragment).build());
  REQUIRE(from_server.size() == 1);
  CHECK(from_server[0].size() - kOuterIp <= 1500);
  CHECK(ends.to_gateway(from_server[0]).size() == 1);
}

TEST_CASE("whose packet is too big for the tunnel is told what is not", "[datapath][N-2]") {
  TunnelEnds ends;
  const auto check = [](TunnelEnd& end, const support::Octets& frame, std::size_t fits) {
    const auto punted = end.punted();
    REQUIRE(punted.size() == 1);
    CHECK(punted[0].frame == frame);  // as it was received
    CHECK(punted[0].note.kind == PuntKind::Error);
    CHECK(punted[0].note.side == Side::Lan);
    CHECK(punted[0].note.reason == Drop::TooBig);
    CHECK(punted[0].note.mtu == fits);
    CHECK(end.dropped() == 0);
    CHECK(end.balanced());
  };
  const auto phones = sized(to_server(), kGatewayInner + 1, true).build();
  CHECK(ends.from_phone(phones).empty());
  check(ends.gateway, phones, kGatewayInner);
  const auto servers = sized(to_phone(), kConcentratorInner + 1, true).build();
  CHECK(ends.from_server(servers).empty());
  check(ends.concentrator, servers, kConcentratorInner);
}

TEST_CASE("a packet too big for a tunnel that never lets its packets be cut is dropped",
          "[datapath][N-2][E-8]") {
  TunnelEnds ends{{.dressing = {.dont_fragment = tunnel::DontFragment::Set}}};
  check_refused_from_phone(
      ends, {"a phone's", sized(to_server(), kGatewayInner + 1, false).build(), Drop::TooBig});
  check_refused_from_provider(
      ends, {"a server's", sized(to_phone(), kConcentratorInner + 1, false).build(), Drop::TooBig});
}

TEST_CASE("at the end of its time a packet does not enter a tunnel", "[datapath][N-1]") {
  TunnelEnds ends;
  auto f = to_server();
  f.ttl = 1;
  CHECK(ends.from_phone(f.build()).empty());
  auto punted = ends.gateway.punted();
  REQUIRE(punted.size() == 1);
  CHECK(punted[0].note.reason == Drop::TtlExceeded);
  f = to_phone();
  f.ttl = 1;
  CHECK(ends.from_server(f.build()).empty());
  punted = ends.concentrator.punted();
  REQUIRE(punted.size() == 1);
  CHECK(punted[0].note.reason == Drop::TtlExceeded);
}

TEST_CASE("a phone that is seen by the provider only reaches nobody else", "[datapath][T1][E-7]") {
  TunnelEnds ends;
  check_refused_from_phone(ends, {"a server of the Internet's", outbound().build(),
                                  Drop::TunnelSelector, &tunnel::Counters::bad_selectors});
  auto to_phone = outbound();
  to_phone.to = kPublic;
  check_refused_from_phone(ends, {"another phone's public address", to_phone.build(),
                                  Drop::TunnelSelector, &tunnel::Counters::bad_selectors});
}

TEST_CASE("an SA that may send no more sends no more", "[datapath][E-2][E-9]") {
  SECTION("its packets are used up") {
    TunnelEnds ends{{.allowance = {.packets = 2}}};
    for (int i = 0; i < 2; ++i) {
      CHECK(ends.from_phone(to_server().build()).size() == 1);
      CHECK(ends.from_server(to_phone().build()).size() == 1);
    }
    check_refused_from_phone(ends, {"out", to_server().build(), Drop::TunnelExhausted});
    check_refused_from_provider(ends, {"in", to_phone().build(), Drop::TunnelExhausted});
    CHECK(ends.gateway.counters().packets_out.value() == 2);
  }
  SECTION("its octets are") {
    const auto size = to_server().ip().size();
    TunnelEnds ends{{.allowance = {.octets = 2 * size - 1}}};
    CHECK(ends.from_phone(to_server().build()).size() == 1);
    check_refused_from_phone(ends, {"out", to_server().build(), Drop::TunnelExhausted});
    CHECK(ends.gateway.counters().octets_out.value() == size);
  }
}

TEST_CASE("no number is used before its reservation is on the disk", "[datapath][E-2][E-4]") {
  TunnelEnds ends{{.disk_writes = false}};
  check_refused_from_phone(ends, {"out", to_server().build(), Drop::TunnelExhausted});
  check_refused_from_provider(ends, {"in", to_phone().build(), Drop::TunnelExhausted});
  ends.gateway.disk_writes = true;
  ends.turn();
  CHECK(ends.from_phone(to_server().build()).size() == 1);
}

TEST_CASE("a tunnel that is down drops, and nothing leaves beside it", "[datapath][T7]") {
  const auto phone = GENERATE(tunnelled_binding(), both());
  TunnelEnds ends{{.phone = phone}};
  CHECK(ends.from_phone(to_server().build()).size() == 1);
  SECTION("there is no such tunnel any more") {
    ends.gateway.order(orders::ForgetTunnel{1});
    ends.concentrator.order(orders::ForgetTunnel{1});
  }
  SECTION("it has no SA") {
    ends.gateway.order(orders::SetSenders{1, {}});
    ends.concentrator.order(orders::SetSenders{1, {}});
  }
  ends.turn();
  check_refused_from_phone(ends, {"out", to_server().build(), Drop::TunnelDown});
  check_refused_from_provider(ends, {"in", to_phone().build(), Drop::TunnelDown});
  if (!phone.public_address.is_zero()) {
    const auto directly = ends.from_phone(outbound().build());
    REQUIRE(directly.size() == 1);  // the rest goes on
    CHECK(directly[0] == outbound_translated().build());
  }
}

TEST_CASE("of a phone seen by both addresses only signalling is tunnelled, by server and port",
          "[datapath][T7][T8][V-3]") {
  TunnelEnds ends{{.phone = both()}};
  struct Row {
    const char* what;
    Ipv4 to;
    std::uint16_t port;
    bool tunnelled;
  };
  const auto row = GENERATE(Row{"SIP to the provider", kSipServer, 5060, true},
                            Row{"media to the provider's host", kSipServer, 30000, false},
                            Row{"SIP's port elsewhere", kServer, 5060, false},
                            Row{"media", kServer, 30000, false});
  CAPTURE(row.what);
  auto frame = outbound();
  frame.to = row.to;
  frame.to_port = row.port;
  const auto sent = ends.from_phone(frame.build());
  REQUIRE(sent.size() == 1);
  CHECK(outer_source(sent[0]) == (row.tunnelled ? kWan : kPublic));
  CHECK(ends.gateway.counters().packets_out.value() == (row.tunnelled ? 1 : 0));
  if (!row.tunnelled) {
    CHECK(load_be<std::uint16_t>(&sent[0][kOuterPayload]) == kPorts.first);
    return;
  }
  const auto arrived = ends.to_concentrator(sent[0]);
  REQUIRE(arrived.size() == 1);
  CHECK(outer_source(arrived[0]) == kProvider);
  CHECK(load_be<std::uint16_t>(&arrived[0][kOuterPayload]) == kPorts.first);
}

TEST_CASE("a far end whose neighbour is not known yet waits in control, whole", "[datapath][T3]") {
  TunnelEnds ends;
  ends.gateway.order(orders::SetNextHop{kRouterHop, {kRouter, {}, Side::Wan, false}});
  ends.turn();
  CHECK(ends.from_phone(to_server().build()).empty());
  const auto punted = ends.gateway.punted();
  REQUIRE(punted.size() == 1);
  CHECK(punted[0].note.kind == PuntKind::Neighbor);
  CHECK(punted[0].note.side == Side::Wan);
  CHECK(punted[0].note.next_hop == kRouter);
  CHECK_FALSE(punted[0].note.original.has_value());  // no error tells what was inside
  CHECK(ends.gateway.balanced());
  CHECK(ends.to_concentrator(punted[0].frame) == Frames{to_server_arrived().build()});
}
