// SPDX-License-Identifier: BSD-3-Clause
#include "ports/port_span.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace portico;
using namespace portico::ports;

TEST_CASE("a range with a reserved port is not to be had", "[ports][P5]") {
  const std::vector<PortSpan> reserved{{5060, 5061}};
  CHECK(touches_reserved({5056, 8}, reserved));
  CHECK_FALSE(touches_reserved({5048, 8}, reserved));
  CHECK_FALSE(touches_reserved({5064, 8}, reserved));
  CHECK_FALSE(touches_reserved({5059, 1}, reserved));
  CHECK(touches_reserved({5060, 1}, reserved));
  CHECK(touches_reserved({5061, 1}, reserved));
  CHECK_FALSE(touches_reserved({5062, 1}, reserved));
  CHECK(touches_reserved({1023, 1}, {}));
  CHECK_FALSE(touches_reserved({1024, 1}, {}));
}

TEST_CASE("the room of an address is what the reserved ports leave", "[ports][P5]") {
  CHECK(ranges_per_address(1, {}) == 64512);
  CHECK(ranges_per_address(64, {}) == 1008);
  CHECK(ranges_per_address(16384, {}) == 3);
  const std::vector<PortSpan> sip{{5060, 5061}};
  CHECK(ranges_per_address(64, sip) == 1007);
}

TEST_CASE("a size that no aligned block can hold does not fit", "[ports][P5]") {
  const std::vector<PortSpan> every_16384th{{16384, 16384}, {32768, 32768}, {65535, 65535}};
  CHECK_FALSE(fits(16384, every_16384th));
  CHECK(fits(8192, every_16384th));
  const std::vector<PortSpan> all{{1024, 65535}};
  CHECK_FALSE(fits(1, all));
}

TEST_CASE("a size that is no power of two, or too large, fits nowhere", "[ports]") {
  CHECK_FALSE(fits(0, {}));
  CHECK_FALSE(fits(48, {}));
  CHECK_FALSE(fits(32768, {}));
}
