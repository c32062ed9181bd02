// SPDX-License-Identifier: BSD-3-Clause
// A phone seen by two addresses: the gateway's own, and one of the provider's through the tunnel.
#include "nappt/translate.hpp"
#include "support/packet_builder.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::nappt;
using support::Frame;

namespace {

const Ipv4 kPrivate = "10.20.0.7"_ip;
const Ipv4 kDirect = "203.0.113.1"_ip;
const Ipv4 kProvider = "10.99.0.3"_ip;
const Ipv4 kServer = "192.0.2.80"_ip;
constexpr PortRange kRange{24000, 64};

struct Bed {
  Bed(Ipv4 direct, Ipv4 tunnel) {
    Binding b;
    b.private_address = kPrivate;
    b.public_address = direct;
    b.tunnel_address = tunnel;
    b.tunnel = tunnel.is_zero() ? kNoTunnel : 3;
    b.range = kRange;
    bindings.add(b);
  }
  Phone& phone() { return bindings[bindings.slot_of(kPrivate)]; }
  Slot by_direct(Ipv4 a) { return bindings.holder(bindings.place_of(a, kRange.first)); }
  Slot by_tunnel(Ipv4 a) { return bindings.holder(bindings.tunnel_place_of(a, kRange.first)); }

  Bindings bindings{{.private_pools = {"10.20.0.0/16"_net},
                     .strays = {},
                     .public_pools = {{"203.0.113.0/30"_net, 64}},
                     .tunnel_pools = {{"10.99.0.0/29"_net, 32}}}};
};

Frame to_server(std::uint16_t port) {
  Frame f;
  f.from = kPrivate;
  f.to = kServer;
  f.from_port = kRange.first;
  f.to_port = port;
  return f;
}

const std::vector<Prefix> kServers{"192.0.2.80/32"_net, "198.51.100.0/24"_net};
const std::vector<std::uint16_t> kPorts{5060, 5061, 2000, 65535};

bool for_tunnel(const Phone& phone, const Frame& f) {
  auto octets = f.ip();
  return is_for_tunnel(phone, Packet{octets.data()}, Signalling{kServers, kPorts});
}

}  // namespace

TEST_CASE("with two identities a range is the phone's own in both address spaces",
          "[nappt][T7][T8]") {
  Bed bed{kDirect, kProvider};
  const auto slot = bed.bindings.slot_of(kPrivate);
  CHECK(bed.by_direct(kDirect) == slot);
  CHECK(bed.by_tunnel(kProvider) == slot);
  SECTION("each address is found on its own side only") {
    CHECK(bed.by_direct(kProvider) == kNobody);
    CHECK(bed.by_tunnel(kDirect) == kNobody);
    CHECK_FALSE(bed.bindings.is_public(kProvider));
  }
  SECTION("both are nobody's when the binding is gone") {
    bed.bindings.remove(kPrivate);
    CHECK(bed.by_direct(kDirect) == kNobody);
    CHECK(bed.by_tunnel(kProvider) == kNobody);
  }
  SECTION("control reads back what it said") {
    const auto binding = bed.bindings.at(slot);
    CHECK(binding->tunnel_address == kProvider);
    CHECK(binding->tunnel == 3);
  }
}

TEST_CASE("into the tunnel the source becomes the provider's address and the port stays",
          "[nappt][T1][T2][T8]") {
  Bed bed{Ipv4{}, kProvider};
  for (const auto protocol : {wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolIcmp}) {
    auto before = to_server(5060);
    before.protocol = protocol;
    auto after = before;
    after.from = kProvider;
    after.ttl = 63;
    auto octets = before.ip();
    translate_into_tunnel(bed.phone(), Packet{octets.data()});
    CHECK(octets == after.ip());
  }
  CHECK(bed.phone().packets_out.value() == 3);
}

TEST_CASE("inbound, whichever address it came for becomes the private one", "[nappt][T6][T7]") {
  Bed bed{kDirect, kProvider};
  for (const auto to : {kDirect, kProvider}) {
    Frame before;
    before.from = kServer;
    before.to = to;
    before.from_port = 5060;
    before.to_port = kRange.first;
    auto after = before;
    after.to = kPrivate;
    after.ttl = 63;
    auto octets = before.ip();
    translate_inbound(bed.phone(), Packet{octets.data()});
    CHECK(octets == after.ip());
  }
}

TEST_CASE("a phone of the provider's address only has everything tunnelled", "[nappt][T3]") {
  Bed bed{Ipv4{}, kProvider};
  CHECK(for_tunnel(bed.phone(), to_server(5060)));
  CHECK(for_tunnel(bed.phone(), to_server(40000)));
}

TEST_CASE("a phone of both has signalling tunnelled, by server and port", "[nappt][T7][V-3]") {
  Bed bed{kDirect, kProvider};
  SECTION("a port of signalling at a server") {
    for (const auto port : kPorts) CHECK(for_tunnel(bed.phone(), to_server(port)));
    auto tcp = to_server(5061);
    tcp.protocol = wire::kProtocolTcp;
    CHECK(for_tunnel(bed.phone(), tcp));
    auto other = to_server(5060);
    other.to = "198.51.100.77"_ip;
    CHECK(for_tunnel(bed.phone(), other));
  }
  SECTION("media, and whatever else goes to another port") {
    for (const int port : {0, 5059, 5062, 1999, 2001, 20000, 65534})
      CHECK_FALSE(for_tunnel(bed.phone(), to_server(static_cast<std::uint16_t>(port))));
  }
  SECTION("a signalling port of somebody who is no server") {
    auto f = to_server(5060);
    f.to = "192.0.2.81"_ip;
    CHECK_FALSE(for_tunnel(bed.phone(), f));
  }
  SECTION("an echo has no port, whatever stands in its place") {
    auto f = to_server(5060);
    f.protocol = wire::kProtocolIcmp;
    CHECK_FALSE(for_tunnel(bed.phone(), f));
  }
}

TEST_CASE("a phone of the gateway's address only has nothing tunnelled", "[nappt][T7]") {
  Bed bed{kDirect, Ipv4{}};
  CHECK_FALSE(for_tunnel(bed.phone(), to_server(5060)));
}
