// SPDX-License-Identifier: BSD-3-Clause
// A gateway behind a NAT: the concentrator sends to where its newest packet came from, and nobody
// else says where that is.
#include "gateway/tunnel_peers.hpp"

#include <catch2/catch.hpp>

#include "refusals.hpp"

using namespace portico;
using namespace portico::site;
using support::Octets;

namespace {

const wire::Endpoint kRecorded{kWan, 4500};
const wire::Endpoint kMapped{"198.51.100.200"_ip, 1024};
const wire::Endpoint kMappedAnew{"198.51.100.201"_ip, 1025};

struct Ends : TunnelEnds {
  explicit Ends(const tunnel::Record& record = udp_record()) : TunnelEnds({.records = {record}}) {}

  /// What a gateway sends under this number, as it looks behind a NAT.
  [[nodiscard]] static Octets packet(const wire::Endpoint& from, std::uint64_t number) {
    EspPacket p{.way = kToConcentrator, .number = number, .inner = inner_to_server().ip()};
    const auto esp = p.esp();
    const auto length = static_cast<std::uint16_t>(8 + esp.size());
    return outer({from.address, kConcentrator}, wire::kProtocolUdp,
                 in_udp(esp, length, 0, from.port));
  }
  /// How many reached the server.
  std::size_t hear(const Octets& frame) { return to_concentrator(frame).size(); }
  /// Where the concentrator sends to, when control has looked.
  wire::Endpoint far_end() {
    concentrator.now = concentrator.now + 1s;
    peers.turn({concentrator.now, {1000}});
    turn();
    const auto sent = from_server(to_phone().build());
    REQUIRE(sent.size() == 1);
    CHECK(load_be<std::uint16_t>(&sent[0][kOuterPayload]) == 4500);
    return {outer_destination(sent[0]), load_be<std::uint16_t>(&sent[0][kOuterPayload + 2])};
  }

  gateway::TunnelPeers peers{concentrator.tunnels()};
};

}  // namespace

TEST_CASE("the concentrator follows a gateway to where a NAT puts it", "[datapath][E-10]") {
  Ends ends;
  CHECK(ends.far_end() == kRecorded);
  CHECK(ends.hear(Ends::packet(kMapped, 1)) == 1);
  CHECK(ends.far_end() == kMapped);
  CHECK(ends.hear(Ends::packet(kMappedAnew, 9)) == 1);
  CHECK(ends.far_end() == kMappedAnew);
}

TEST_CASE("what was not sealed by the gateway just now moves nothing", "[datapath][E-10]") {
  Ends ends;
  CHECK(ends.hear(Ends::packet(kMapped, 9)) == 1);
  CHECK(ends.far_end() == kMapped);
  SECTION("forged") {
    auto forged = Ends::packet(kMappedAnew, 10);
    forged.back() ^= 1;
    CHECK(ends.hear(forged) == 0);
  }
  SECTION("replayed") { CHECK(ends.hear(Ends::packet(kMappedAnew, 9)) == 0); }
  SECTION("late, though it is taken") { CHECK(ends.hear(Ends::packet(kMappedAnew, 8)) == 1); }
  SECTION("a keepalive") {
    CHECK(ends.hear(outer({kMappedAnew.address, kConcentrator}, wire::kProtocolUdp,
                          in_udp({0xff}, 9, 0, kMappedAnew.port))) == 0);
  }
  SECTION("ESP on IP, which has no port") {
    EspPacket p{.way = {kMappedAnew.address, kConcentrator}, .number = 10};
    p.inner = inner_to_server().ip();
    CHECK(ends.hear(p.frame()) == 1);
  }
  CHECK(ends.far_end() == kMapped);
}

TEST_CASE("a tunnel that is not in UDP leads where its record says", "[datapath][E-10]") {
  Ends ends{record()};
  CHECK(ends.hear(Ends::packet(kMapped, 1)) == 1);
  ends.concentrator.now = ends.concentrator.now + 1s;
  ends.peers.turn({ends.concentrator.now, {1000}});
  ends.turn();
  const auto sent = ends.from_server(to_phone().build());
  REQUIRE(sent.size() == 1);
  CHECK(outer_destination(sent[0]) == kWan);
}
