// SPDX-License-Identifier: BSD-3-Clause
// When a NAT between gateway and concentrator is reminded of the tunnel.
#include "gateway/keepalives.hpp"

#include "support/gateway_bed.hpp"
#include "support/tunnel_bed.hpp"
#include "tunnel/carried.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::support;

namespace {

constexpr Duration kSilence = 20s;
const Ipv4 kRouter = "198.51.100.1"_ip;
const Ipv4 kNeighbor = "198.51.100.7"_ip;

Mac mac_of(Ipv4 host) { return {{2, 0, 0, 0, 1, static_cast<std::uint8_t>(host.bits)}}; }

tunnel::Record in_udp(bool udp = true) {
  auto record = TunnelBed::record("a", 1);
  record.udp = udp;
  return record;
}

/// A gateway's tunnels, and what control sends beside them by the WAN, where one neighbour answers.
struct Bed : TunnelBed {
  struct Wire : gateway::Outside {
    Result<tunnel::KeyPtr> make_key(tunnel::Algorithm, Bytes) override { return fail("none"); }
    void keep(const tunnel::SaState&) override {}
    void give_up(stats::Drop) override {}
    void send(Side side, Bytes head, Bytes body) override {
      auto& frame = sent.emplace_back(head.begin(), head.end());
      frame.insert(frame.end(), body.begin(), body.end());
      CHECK(side == Side::Wan);
    }
    std::vector<Octets> sent;
  };

  explicit Bed(Ipv4 concentrator = "198.18.0.1"_ip, bool udp = true, Duration silence = kSilence)
      : TunnelBed(tunnel::End::Gateway), keepalives(silence, tunnels, transmitter) {
    auto record = in_udp(udp);
    record.concentrator = concentrator;
    take({record});
    keepalives.turn(now);
    answer(kRouter);
    answer(kNeighbor);
    wire.sent.clear();
  }
  /// Control turns as often as it does.
  void pass(Duration time) {
    for (Duration passed{}; passed < time; passed += 250ms) {
      TunnelBed::pass(250ms);
      transmitter.turn(now);
      keepalives.turn(now);
    }
  }
  void answer(Ipv4 neighbor) {
    std::array<std::uint8_t, wire::ArpView::kSize> octets;
    wire::ArpMessage{wire::ArpOperation::Reply, mac_of(neighbor), neighbor, kGatewayMac,
                     "198.51.100.2"_ip}
        .write(octets);
    transmitter.set_now(now);
    transmitter.ask(Side::Wan, neighbor);
    (void)transmitter.on_arp(Side::Wan, *wire::ArpView::parse(octets));
  }
  void send(std::size_t sa) { ++tunnels.entries().front()->sending->senders()[sa].next; }
  /// Those that left since this was asked last; whatever else did is what asks for neighbours.
  std::vector<Octets> taken() {
    answer(kRouter);
    answer(kNeighbor);
    std::erase_if(wire.sent, [](const Octets& f) {
      return wire::EthernetView::parse(f)->type() == wire::kEtherArp;
    });
    return std::exchange(wire.sent, {});
  }

  gateway::Plan plan = plan_of(kBedConfig);
  Wire wire;
  gateway::Transmitter transmitter{plan,
                                   {gateway::LinkSettings{kGatewayMac, {kGatewayLan, 16}},
                                    gateway::LinkSettings{kGatewayMac, {"198.51.100.2"_ip, 24}}},
                                   publisher,
                                   wire};
  gateway::Keepalives keepalives;
};

}  // namespace

TEST_CASE("a tunnel in UDP that is silent sends keepalives", "[tunnel][E-10]") {
  Bed bed;
  bed.pass(kSilence - 1s);
  CHECK(bed.taken().empty());
  bed.pass(2s);
  const auto sent = bed.taken();
  REQUIRE(sent.size() == 1);
  const auto ethernet = wire::EthernetView::parse(sent[0]);
  CHECK(ethernet->destination() == mac_of(kRouter));
  const auto ip = wire::Ipv4View::parse(ethernet->payload());
  REQUIRE(ip);
  CHECK(ip->source() == "203.0.113.1"_ip);
  CHECK(ip->destination() == "198.18.0.1"_ip);
  const auto udp = wire::UdpView::parse(ip->payload());
  REQUIRE(udp);
  CHECK(udp->source_port() == 4500);
  CHECK(udp->destination_port() == 4500);
  CHECK(udp->checksum() == 0);
  CHECK(udp->length() == 9);
  CHECK(tunnel::refusal_of_udp(udp->payload()) == stats::Drop::TunnelKeepalive);
  bed.pass(kSilence * 3);
  CHECK(bed.taken().size() == 3);
  CHECK(bed.keepalives.counters().sent.value() == 4);
}

TEST_CASE("whatever a tunnel sends makes a keepalive needless", "[tunnel][E-10]") {
  Bed bed;
  for (std::size_t i = 0; i < 20; ++i) {
    bed.send(i % 2);
    bed.pass(1s);  // it is seen that it was sent
    bed.pass(kSilence - 2s);
  }
  CHECK(bed.keepalives.counters().sent.value() == 0);
}

TEST_CASE("a concentrator on the link is sent to directly", "[tunnel][E-10]") {
  Bed bed{kNeighbor};
  bed.pass(kSilence + 1s);
  const auto sent = bed.taken();
  REQUIRE(sent.size() == 1);
  CHECK(wire::EthernetView::parse(sent[0])->destination() == mac_of(kNeighbor));
}

TEST_CASE("there are tunnels that send no keepalives", "[tunnel][E-10]") {
  SECTION("they are not in UDP") {
    Bed bed{"198.18.0.1"_ip, false};
    bed.pass(kSilence * 2);
    CHECK(bed.taken().empty());
  }
  SECTION("they are told so") {
    Bed bed{"198.18.0.1"_ip, true, 0s};
    bed.pass(kSilence * 2);
    CHECK(bed.taken().empty());
    CHECK_FALSE(bed.keepalives.next_deadline());
  }
  SECTION("they are down") {
    Bed bed;
    bed.tunnels.entries().front()->sending = nullptr;
    bed.pass(kSilence * 2);
    CHECK(bed.taken().empty());
  }
}
