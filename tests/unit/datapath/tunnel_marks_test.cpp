// SPDX-License-Identifier: BSD-3-Clause
// What a tunnel tells of its packets on the outside, and what they hear of their way: class,
// congestion, and the size of TCP's segments.
#include <catch2/catch.hpp>

#include "refusals.hpp"

using namespace portico;
using namespace portico::site;
using stats::Drop;
using support::Octets;

namespace {

constexpr std::uint8_t kVoice = 46 << 2;  // EF, RFC 3246
constexpr std::uint8_t kEct0 = 2, kCe = 3;
constexpr std::size_t kTos = kOuterIp + 1;

/// TCP with the flag SYN and an MSS of `most`, in the frame of a phone's or a server's.
Octets opening(support::Frame frame, std::uint16_t most) {
  frame.protocol = wire::kProtocolTcp;
  frame.payload = {2, 4, static_cast<std::uint8_t>(most >> 8), static_cast<std::uint8_t>(most)};
  auto octets = frame.build();
  auto* tcp = &octets[kOuterPayload];
  tcp[12] = 6 << 4;
  tcp[13] = 2;
  store_be<std::uint16_t>(tcp + 16, 0);
  auto sum = wire::pseudo_header(frame.from, frame.to, wire::kProtocolTcp, 24);
  store_be(tcp + 16, sum.add(Bytes{tcp, 24}).finish());
  return octets;
}
std::uint16_t mss_of(const Octets& frame) {
  return load_be<std::uint16_t>(&frame[kOuterPayload + 22]);
}
bool checksum_holds(const Octets& frame) {
  auto sum = wire::pseudo_header(outer_source(frame), outer_destination(frame), wire::kProtocolTcp,
                                 static_cast<std::uint16_t>(frame.size() - kOuterPayload));
  return sum.add(Bytes{frame}.subspan(kOuterPayload)).finish() == 0;
}

}  // namespace

TEST_CASE("the class of a packet is seen on the outside, and comes out as it went in",
          "[datapath][N-3]") {
  TunnelEnds ends;
  auto voice = to_server(), arrived = to_server_arrived();
  voice.tos = arrived.tos = kVoice | kEct0;
  const auto outer = ends.from_phone(voice.build());
  REQUIRE(outer.size() == 1);
  CHECK(outer[0][kTos] == (kVoice | kEct0));
  CHECK(ends.to_concentrator(outer[0]) == fake::Frames{arrived.build()});
}

TEST_CASE("congestion on the way comes out of the tunnel, or is a loss", "[datapath][N-3][E-8]") {
  TunnelEnds ends;
  auto inner = inner_to_phone(), arrived = to_phone_arrived();
  SECTION("who understands it is told") {
    inner.tos = kVoice | kEct0;
    arrived.tos = kVoice | kCe;  // the class on the way is not taken over
    const auto frame = EspPacket{.inner = inner.ip(), .tos = kCe}.frame();
    CHECK(ends.to_gateway(frame) == fake::Frames{arrived.build()});
  }
  SECTION("who does not loses the packet") {
    check_refused_at_gateway(
        ends,
        {"not ECN-capable", EspPacket{.inner = inner.ip(), .tos = kCe}.frame(), Drop::TunnelEcn});
  }
  SECTION("in IP in IP as well") {
    TunnelEnds plain{{.records = {ipip_record()}}};
    check_refused_at_gateway(
        plain, {"not ECN-capable", outer(kToGateway, wire::kProtocolIpip, inner.ip(), kCe),
                Drop::TunnelEcn});
  }
}

TEST_CASE("TCP through a tunnel is told segments that fit, both ways", "[datapath][T-9]") {
  // What fits, less the headers of IP and TCP.
  constexpr std::uint16_t kByGateway = 1346 - 40, kByConcentrator = 1446 - 40;
  TunnelEnds ends;
  SECTION("the smaller of both ends' holds") {
    const auto outward = ends.from_phone(opening(to_server(), 1460));
    REQUIRE(outward.size() == 1);
    const auto arrived = ends.to_concentrator(outward[0]);
    REQUIRE(arrived.size() == 1);
    CHECK(mss_of(arrived[0]) == kByGateway);
    CHECK(checksum_holds(arrived[0]));

    const auto inward = ends.from_server(opening(to_phone(), 1460));
    REQUIRE(inward.size() == 1);
    const auto heard = ends.to_gateway(inward[0]);
    REQUIRE(heard.size() == 1);
    CHECK(mss_of(heard[0]) == kByGateway);  // it lowers what comes out as well
    CHECK(checksum_holds(heard[0]));
  }
  SECTION("the concentrator lowers by itself what another end did not") {
    auto syn = opening(inner_to_server(), 1460);
    syn.erase(syn.begin(), syn.begin() + kOuterIp);
    const auto arrived =
        ends.to_concentrator(EspPacket{.way = kToConcentrator, .inner = syn}.frame());
    REQUIRE(arrived.size() == 1);
    CHECK(mss_of(arrived[0]) == kByConcentrator);
    CHECK(checksum_holds(arrived[0]));
  }
}
