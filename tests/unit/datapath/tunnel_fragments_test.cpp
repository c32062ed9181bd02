// SPDX-License-Identifier: BSD-3-Clause
// Packets too big for a tunnel's path, whose sender allows fragments: the outer packet is cut after
// it is sealed, and put together before it is opened.
#include <catch2/catch.hpp>

#include "refusals.hpp"
#include <algorithm>

using namespace portico;
using namespace portico::site;
using fake::Frames;
using stats::Drop;

namespace {

/// One octet more than goes through in one piece: the gateway's WAN takes 1400.
constexpr std::size_t kTooBig = 1347;

std::uint16_t fragment_field(const support::Octets& frame) {
  return load_be<std::uint16_t>(&frame[kOuterIp + 6]);
}
std::uint64_t joined(TunnelEnd& end) { return end.worker().fragments.joined.value(); }
std::uint64_t made(TunnelEnd& end) { return end.worker().fragments.made.value(); }

/// The two pieces of a phone's packet.
Frames pieces_from_phone(TunnelEnds& ends, std::size_t length = kTooBig) {
  auto pieces = ends.from_phone(sized(to_server(), length, false).build());
  REQUIRE(pieces.size() == 2);
  return pieces;
}

}  // namespace

TEST_CASE("a packet too big for the path goes through in pieces, both ways",
          "[datapath][E-8][N-2]") {
  const auto of = GENERATE(record(), udp_record(), ipip_record());
  CAPTURE(static_cast<int>(of.encapsulation), of.udp);
  TunnelEnds ends{{.records = {of}}};
  const std::size_t length = 1480;
  const auto phones = sized(to_server(), length, false);
  const auto from_phone = ends.from_phone(phones.build());
  REQUIRE(from_phone.size() == 2);
  for (const auto& piece : from_phone) CHECK(piece.size() - kOuterIp <= 1400);
  CHECK(fragment_field(from_phone[0]) == 0x2000);
  CHECK(fragment_field(from_phone[1]) == 1376 / 8);
  CHECK(made(ends.gateway) == 1);
  CHECK(ends.gateway.balanced());
  const bool is_reversed = GENERATE(false, true);
  CHECK(ends.to_concentrator(from_phone[is_reversed ? 1 : 0]).empty());
  const auto arrived = ends.to_concentrator(from_phone[is_reversed ? 0 : 1]);
  CHECK(arrived == Frames{sized(to_server_arrived(), length, false).build()});
  CHECK(joined(ends.concentrator) == 1);
  CHECK(ends.concentrator.balanced());
  if (of.encapsulation == tunnel::Encapsulation::Ipip) return;  // 1500 octets fit the other way
  const auto from_server = ends.from_server(sized(to_phone(), length, false).build());
  REQUIRE(from_server.size() == 2);
  CHECK(ends.to_gateway(from_server[0]).empty());
  CHECK(ends.to_gateway(from_server[1]) ==
        Frames{sized(to_phone_arrived(), length, false).build()});
  CHECK(ends.gateway.balanced());
}

TEST_CASE("what must not be cut inside is cut outside where the operator says so",
          "[datapath][E-8]") {
  TunnelEnds ends{{.dressing = {.dont_fragment = tunnel::DontFragment::Clear}}};
  const auto pieces = ends.from_phone(sized(to_server(), kTooBig, true).build());
  REQUIRE(pieces.size() == 2);
  CHECK(ends.to_concentrator(pieces[0]).empty());
  CHECK(ends.to_concentrator(pieces[1]) ==
        Frames{sized(to_server_arrived(), kTooBig, true).build()});
}

TEST_CASE("the pieces of two packets do not mix", "[datapath][E-8]") {
  TunnelEnds ends;
  const auto first = pieces_from_phone(ends);
  const auto second = pieces_from_phone(ends, kTooBig + 8);
  CHECK(ends.to_concentrator(first[0]).empty());
  CHECK(ends.to_concentrator(second[1]).empty());
  CHECK(ends.to_concentrator(second[0]) ==
        Frames{sized(to_server_arrived(), kTooBig + 8, false).build()});
  CHECK(ends.to_concentrator(first[1]) ==
        Frames{sized(to_server_arrived(), kTooBig, false).build()});
  CHECK(ends.concentrator.balanced());
}

TEST_CASE("a piece whose others do not come is given up, and nothing is held for it",
          "[datapath][E-8][E-11]") {
  TunnelEnds ends;
  const auto pieces = pieces_from_phone(ends);
  const auto buffers = rte_mempool_in_use_count(Hardware::get().pool);
  CHECK(ends.to_concentrator(pieces[0]).empty());
  CHECK(rte_mempool_in_use_count(Hardware::get().pool) == buffers);
  for (int i = 0; i < 2; ++i) ends.concentrator.order(orders::AgeFragments{});
  ends.turn();
  CHECK(ends.concentrator.dropped(Drop::FragmentIncomplete) == 1);
  CHECK(ends.concentrator.dropped() == 1);
  CHECK(ends.concentrator.balanced());
  CHECK(ends.to_concentrator(pieces[1]).empty());  // too late
}

TEST_CASE("a forged piece spoils its own packet only", "[datapath][E-8][E-11]") {
  TunnelEnds ends;
  const auto pieces = pieces_from_phone(ends);
  SECTION("that overlaps") {
    CHECK(ends.to_concentrator(pieces[0]).empty());
    CHECK(ends.to_concentrator(pieces[0]).empty());
    CHECK(ends.concentrator.dropped(Drop::FragmentMalformed) == 2);
  }
  SECTION("that takes another's place") {
    auto forged = pieces[1];
    forged.back() ^= 1;
    CHECK(ends.to_concentrator(pieces[0]).empty());
    CHECK(ends.to_concentrator(forged).empty());
    CHECK(ends.concentrator.dropped(Drop::TunnelIntegrity) == 1);
  }
  CHECK(ends.concentrator.balanced());
  CHECK(ends.to_concentrator(ends.from_phone(to_server().build()).at(0)).size() == 1);
}

TEST_CASE("what was put together and is no tunnel's goes nowhere", "[datapath][E-8][E-11]") {
  auto stranger = in_udp({1, 2, 3, 4, 5, 6, 7, 8});
  store_be<std::uint16_t>(&stranger[2], 5060);
  auto frame = outer(kToGateway, wire::kProtocolUdp, stranger);
  const auto cut = [&](std::size_t first, std::size_t last, bool more) {
    auto piece = outer(kToGateway, wire::kProtocolUdp,
                       {frame.begin() + static_cast<long>(kOuterPayload + first),
                        frame.begin() + static_cast<long>(kOuterPayload + last)});
    store_be(&piece[kOuterIp + 6], static_cast<std::uint16_t>((more ? 0x2000 : 0) | first / 8));
    store_be<std::uint16_t>(&piece[kOuterIp + 10], 0);
    store_be(&piece[kOuterIp + 10], wire::checksum_of(Bytes{piece}.subspan(kOuterIp, 20)));
    piece.resize(60);  // Ethernet pads it
    return piece;
  };
  TunnelEnds ends;
  CHECK(ends.to_gateway(cut(0, 8, true)).empty());
  CHECK(ends.to_gateway(cut(8, 16, false)).empty());
  CHECK(ends.gateway.dropped(Drop::NotAService) == 1);
  CHECK(ends.gateway.dropped() == 1);
  CHECK(ends.gateway.balanced());
}

TEST_CASE("pieces wait for their neighbour, each", "[datapath][E-8][T3]") {
  TunnelEnds ends;
  ends.gateway.order(orders::SetNextHop{kRouterHop, {kRouter, {}, Side::Wan, false}});
  ends.turn();
  CHECK(ends.from_phone(sized(to_server(), kTooBig, false).build()).empty());
  const auto punted = ends.gateway.punted();
  REQUIRE(punted.size() == 2);
  CHECK(ends.to_concentrator(punted[0].frame).empty());
  CHECK(ends.to_concentrator(punted[1].frame).size() == 1);
  CHECK(ends.gateway.balanced());
}

TEST_CASE("a turn makes so many pieces and no more", "[datapath][E-8][E-11]") {
  TunnelEnds ends;
  const auto big = sized(to_server(), kTooBig, false).build();
  for (unsigned i = 0; i < datapath::kMaxBurst; ++i) Hardware::get().lan.receive(big);
  ends.gateway.turn([](auto& w) { gateway_turn(w); });
  CHECK(ends.sent_by_wan().size() == 2 * datapath::kMostMade);
  CHECK(ends.gateway.balanced());
  datapath::Lanes lanes;
  CHECK(lanes.make(datapath::kMostMade));
  CHECK_FALSE(lanes.make(1));
}
