// SPDX-License-Identifier: BSD-3-Clause
#include "base/port_range.hpp"

#include <catch2/catch.hpp>

using portico::PortRange;

TEST_CASE("a range is a power of two of ports, aligned to its size", "[base]") {
  CHECK(PortRange{24000, 64}.is_valid());
  CHECK(PortRange{24001, 1}.is_valid());
  CHECK(PortRange{49152, 16384}.is_valid());
  CHECK_FALSE(PortRange{24001, 64}.is_valid());
  CHECK_FALSE(PortRange{24000, 48}.is_valid());
  CHECK_FALSE(PortRange{0, 32768}.is_valid());
  CHECK_FALSE(PortRange{24000, 0}.is_valid());
}

TEST_CASE("a range holds its first and its last port and no other", "[base]") {
  const PortRange range{24000, 64};
  CHECK(range.contains(24000));
  CHECK(range.contains(24063));
  CHECK_FALSE(range.contains(23999));
  CHECK_FALSE(range.contains(24064));
  CHECK_FALSE(PortRange{}.contains(0));
  const PortRange top{65472, 64};
  CHECK(top.last() == 65535);
  CHECK_FALSE(top.contains(0));
}

TEST_CASE("a range is a PSID with offset 0 (RFC 7597 section 5.1)", "[base][P-5]") {
  const auto range = PortRange::from_psid(0x34, 8);
  REQUIRE(range);
  CHECK(range->first == 0x3400);
  CHECK(range->last() == 0x34ff);
  CHECK(range->psid() == 0x34);
  CHECK(range->psid_length() == 8);
  CHECK(range->psid_left_aligned() == 0x3400);
  CHECK_FALSE(PortRange::from_psid(0x100, 8));
  CHECK_FALSE(PortRange::from_psid(0, 1));
  CHECK(PortRange::from_psid(5060, 16) == PortRange{5060, 1});
}

TEST_CASE("ranges overlap when they share a port", "[base]") {
  CHECK(PortRange{24000, 64}.overlaps({24032, 32}));
  CHECK_FALSE(PortRange{24000, 64}.overlaps({24064, 64}));
  CHECK_FALSE(PortRange{24000, 64}.overlaps({}));
}
