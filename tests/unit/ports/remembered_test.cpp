// SPDX-License-Identifier: BSD-3-Clause
#include "ports/remembered.hpp"

#include <catch2/catch.hpp>

using namespace portico::ports;

namespace {

constexpr Sides kDirect{.direct = 0};
constexpr Sides kTunnel{.tunnel = 1};
constexpr Sides kBoth{.direct = 0, .tunnel = 1};

}  // namespace

TEST_CASE("the lease that ended longest ago makes room first", "[ports][C-8]") {
  Remembered remembered;
  remembered.add(1, {0, kDirect, 64});
  remembered.add(2, {0, kDirect, 64});
  remembered.add(3, {7, kDirect, 64});
  remembered.add(4, {0, kTunnel, 64});
  CHECK(remembered.eldest_with_ports(kDirect, 64) == 1u);
  CHECK(remembered.eldest_with_address(7) == 3u);
  CHECK(remembered.eldest_with_address(0) == 1u);
  CHECK(remembered.remove(1));
  CHECK_FALSE(remembered.remove(1));
  CHECK(remembered.eldest_with_ports(kDirect, 64) == 2u);
  CHECK(remembered.eldest_with_address(0) == 2u);
  CHECK(remembered.size() == 3);
}

TEST_CASE("a phone that is back and ends again is the youngest", "[ports]") {
  Remembered remembered;
  remembered.add(1, {0, kDirect, 64});
  remembered.add(2, {0, kDirect, 64});
  remembered.remove(1);
  remembered.add(1, {0, kDirect, 64});
  CHECK(remembered.eldest_with_ports(kDirect, 64) == 2u);
  CHECK(remembered.eldest_with_address(0) == 2u);
}

TEST_CASE("who fits exactly makes room before who fits badly", "[ports]") {
  Remembered remembered;
  remembered.add(1, {0, kDirect, 16});
  remembered.add(2, {0, kDirect, 32});
  remembered.add(3, {0, kDirect, 256});
  remembered.add(4, {0, kDirect, 128});
  remembered.add(5, {0, kDirect, 64});
  for (const Remembered::LeaseId wanted : {5u, 4u, 3u, 2u, 1u}) {
    CHECK(remembered.eldest_with_ports(kDirect, 64) == wanted);
    remembered.remove(wanted);
  }
  CHECK_FALSE(remembered.eldest_with_ports(kDirect, 64));
}

TEST_CASE("only who holds ports where they are needed makes room", "[ports]") {
  Remembered remembered;
  remembered.add(1, {0, kTunnel, 64});
  CHECK_FALSE(remembered.eldest_with_ports(kDirect, 64));
  CHECK_FALSE(remembered.eldest_with_address(1));
  remembered.add(2, {0, kBoth, 64});
  CHECK(remembered.eldest_with_ports(kDirect, 64) == 2u);
  CHECK(remembered.eldest_with_ports(kTunnel, 64) == 1u);
  CHECK(remembered.eldest_with_ports(kBoth, 64) == 2u);
}
