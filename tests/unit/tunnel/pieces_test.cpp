// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/pieces.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace portico;
using tunnel::Pieces;

TEST_CASE("the pieces of a packet fit, and hold it all once", "[tunnel][E-8]") {
  for (const std::size_t mtu : {28u, 36u, 552u, 576u, 1280u, 1399u, 1499u, 1500u})
    for (const std::size_t length : {mtu + 1, mtu + 8, 2 * mtu, std::size_t{1557}}) {
      if (length <= mtu) continue;
      const Pieces pieces{length, mtu};
      CAPTURE(mtu, length);
      std::size_t covered = 0;
      for (std::size_t i = 0; i < pieces.count(); ++i) {
        CHECK(pieces.length(i) <= mtu);
        CHECK(pieces.length(i) > Pieces::kHeader);
        CHECK(pieces.offset(i) == covered);
        CHECK(pieces.offset(i) % 8 == 0);
        covered += pieces.length(i) - Pieces::kHeader;
      }
      CHECK(covered == length - Pieces::kHeader);
    }
}

TEST_CASE("a piece's header is the packet's but for its place and length", "[tunnel][E-8]") {
  const wire::Ipv4Header header{.source = {0x0a000001},
                                .destination = {0x0a000002},
                                .protocol = wire::kProtocolEsp,
                                .ttl = 64,
                                .tos = 0xb8,
                                .identification = 0x1234,
                                .dont_fragment = false};
  std::vector<std::uint8_t> packet(1557);
  header.write(packet, packet.size() - Pieces::kHeader);
  const Pieces pieces{packet.size(), 1500};
  REQUIRE(pieces.count() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    std::vector<std::uint8_t> piece(pieces.length(i));
    pieces.write_header(piece.data(), packet.data(), i);
    const auto view = wire::Ipv4View::parse(piece);
    REQUIRE(view);  // its checksum too
    CHECK(view->source() == header.source);
    CHECK(view->destination() == header.destination);
    CHECK(view->protocol() == header.protocol);
    CHECK(view->tos() == header.tos);
    CHECK(view->ttl() == header.ttl);
    CHECK(view->identification() == header.identification);
    CHECK(view->total_length() == pieces.length(i));
    CHECK(view->fragment_offset() == pieces.offset(i));
    CHECK(view->more_fragments() == (i == 0));
  }
}
