// SPDX-License-Identifier: BSD-3-Clause
#include "wire/icmp.hpp"

#include <catch2/catch.hpp>

#include "unit/wire/octets.hpp"

using namespace portico;
using namespace portico::wire;

TEST_CASE("an ICMP message's fields are where RFC 792 puts them", "[wire]") {
  const Octets m{3, 4, 0xbe, 0xef, 0x12, 0x34, 0x05, 0x78, 9};
  const auto icmp = IcmpView::parse(m);
  REQUIRE(icmp);
  CHECK(icmp->type() == kIcmpUnreachable);
  CHECK(icmp->code() == 4);
  CHECK(icmp->checksum() == 0xbeef);
  CHECK(icmp->identifier() == 0x1234);
  CHECK(icmp->next_hop_mtu() == 1400);
  CHECK(icmp->payload().size() == 1);
  CHECK(shortest_accepted<IcmpView>(m) == 8);
}

TEST_CASE("errors are the types that quote a packet (RFC 1122 section 3.2.2)", "[wire]") {
  for (unsigned type = 0; type < 256; ++type) {
    const auto t = static_cast<std::uint8_t>(type);
    CHECK(is_icmp_error(t) == (t == 3 || t == 4 || t == 5 || t == 11 || t == 12));
    CHECK(is_icmp_echo(t) == (t == 0 || t == 8));
  }
}
