// SPDX-License-Identifier: BSD-3-Clause
#include "ports/address_pool.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <vector>

using namespace portico;
using portico::ports::AddressPool;

TEST_CASE("a pool gives out each address once, and none but its own", "[ports]") {
  const std::vector<Ipv4> excluded{"10.0.0.12"_ip, "10.0.0.12"_ip, "10.9.9.9"_ip};
  AddressPool pool("10.0.0.10"_ip, "10.0.0.14"_ip, excluded);
  CHECK(pool.free_count() == 4);
  std::set<Ipv4> given;
  while (const auto address = pool.take()) {
    CHECK(pool.contains(*address));
    given.insert(*address);
  }
  CHECK(given.size() == 4);
  CHECK_FALSE(given.contains("10.0.0.12"_ip));
  CHECK(pool.free_count() == 0);
  CHECK(pool.used_count() == 4);
}

TEST_CASE("an address that is asked for is given if it is free", "[ports]") {
  const std::vector<Ipv4> excluded{"10.0.0.12"_ip};
  AddressPool pool("10.0.0.10"_ip, "10.0.0.14"_ip, excluded);
  CHECK(pool.take_exact("10.0.0.11"_ip));
  CHECK_FALSE(pool.take_exact("10.0.0.11"_ip));
  CHECK_FALSE(pool.take_exact("10.0.0.12"_ip));
  CHECK_FALSE(pool.take_exact("10.0.0.15"_ip));
  pool.free("10.0.0.11"_ip);
  CHECK(pool.is_free("10.0.0.11"_ip));
  CHECK(pool.take_exact("10.0.0.11"_ip));
}

TEST_CASE("an address just given up rests longest", "[ports]") {
  AddressPool pool("10.0.0.10"_ip, "10.0.0.12"_ip, {});
  CHECK(pool.take() == "10.0.0.10"_ip);
  pool.free("10.0.0.10"_ip);
  CHECK(pool.take() == "10.0.0.11"_ip);
  CHECK(pool.take() == "10.0.0.12"_ip);
  CHECK(pool.take() == "10.0.0.10"_ip);
  CHECK_FALSE(pool.take());
}

TEST_CASE("a pool of one address, at the very end of all", "[ports]") {
  AddressPool pool(kBroadcastIp, kBroadcastIp, {});
  CHECK(pool.take() == kBroadcastIp);
  CHECK_FALSE(pool.take());
}
