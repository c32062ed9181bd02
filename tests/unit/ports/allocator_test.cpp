// SPDX-License-Identifier: BSD-3-Clause
#include "ports/allocator.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <set>
#include <vector>

using namespace portico;
using namespace portico::ports;

namespace {

constexpr Sides kDirect{.direct = 0};
constexpr Sides kTunnel{.tunnel = 1};
constexpr Sides kBoth{.direct = 0, .tunnel = 1};
constexpr std::uint64_t kSeed = 42;

Allocator one_pool(PoolSetup setup, std::uint64_t seed = kSeed) {
  return Allocator{std::vector{std::move(setup)}, seed};
}

/// The first ports that as many seeds choose, where every second range of an address is free.
std::set<std::uint16_t> any_of_many(std::uint64_t seeds) {
  std::set<std::uint16_t> chosen;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    auto allocator = one_pool({.addresses = "203.0.113.7/32"_net, .granule = 64}, seed);
    std::vector<Grant> grants;
    while (const auto grant = allocator.take(64, kDirect)) grants.push_back(*grant);
    for (const auto& grant : grants)
      if (grant.range.psid() % 2 == 1) allocator.free(grant, kDirect);
    chosen.insert(allocator.take(64, kDirect)->range.first);
  }
  return chosen;
}

}  // namespace

TEST_CASE("a phone gets as many ports as its class says, of a public address", "[ports][P4]") {
  auto allocator = one_pool({.addresses = "203.0.113.0/30"_net});
  for (std::uint32_t size = 1; size <= kMaxRangeSize; size *= 2) {
    const auto grant = allocator.take(size, kDirect);
    REQUIRE(grant);
    CHECK(grant->range.size == size);
    CHECK(grant->range.is_valid());
    CHECK("203.0.113.0/30"_net.contains(grant->direct));
    CHECK(grant->tunnel.is_zero());
  }
}

TEST_CASE("a size that is none gets nothing", "[ports]") {
  auto allocator = one_pool({.addresses = "203.0.113.0/30"_net, .granule = 16});
  for (const std::uint32_t size : {0u, 8u, 48u, 32768u, 65536u, 65600u}) {
    CHECK_FALSE(allocator.take(size, kDirect));
    CHECK_FALSE(allocator.has_room(size, kDirect));
  }
}

TEST_CASE("no range holds a reserved port", "[ports][P5][N4]") {
  const std::vector<PortSpan> reserved{{5060, 5061}, {1719, 1720}, {65535, 65535}};
  auto allocator = one_pool({.addresses = "203.0.113.7/32"_net, .reserved = reserved});
  std::uint32_t ranges = 0;
  bool touched = false;
  while (const auto grant = allocator.take(64, kDirect)) {
    ++ranges;
    touched = touched || touches_reserved(grant->range, reserved);
  }
  CHECK_FALSE(touched);
  CHECK(ranges == ranges_per_address(64, reserved));
  while (const auto grant = allocator.take(1, kDirect))
    touched = touched || touches_reserved(grant->range, reserved);
  CHECK_FALSE(touched);
  CHECK(allocator.counts(0).ports_free == 0);
  CHECK(allocator.counts(0).ports_used == 65536 - 1024 - 5);
}

TEST_CASE("every port of a pool is granted once before the pool is exhausted", "[ports][N2]") {
  auto allocator = one_pool({.addresses = "203.0.113.0/31"_net, .granule = 1024});
  std::set<std::pair<Ipv4, std::uint16_t>> held;
  while (const auto grant = allocator.take(1024, kDirect))
    CHECK(held.emplace(grant->direct, grant->range.first).second);
  CHECK(held.size() == 2 * 63);
  CHECK_FALSE(allocator.has_room(1024, kDirect));
  CHECK(allocator.counts(0).ranges_used == 126);
}

TEST_CASE("an excluded address is not given out", "[ports]") {
  auto allocator = one_pool({.addresses = "203.0.113.0/31"_net, .excluded = {"203.0.113.0"_ip}});
  CHECK(allocator.room(0, 16384) == 3);
  while (const auto grant = allocator.take(16384, kDirect))
    CHECK(grant->direct == "203.0.113.1"_ip);
  CHECK_FALSE(allocator.take_exact({"203.0.113.0"_ip, {}, {24000, 64}}, kDirect));
}

TEST_CASE("a stored range is taken exactly, or not at all", "[ports][P7]") {
  auto allocator =
      one_pool({.addresses = "203.0.113.0/30"_net, .reserved = {{5060, 5061}}, .granule = 16});
  const Grant grant{"203.0.113.1"_ip, {}, {24000, 64}};
  CHECK(allocator.is_free(grant, kDirect));
  CHECK(allocator.take_exact(grant, kDirect));
  CHECK_FALSE(allocator.is_free(grant, kDirect));
  SECTION("not twice, nor what overlaps it") {
    CHECK_FALSE(allocator.take_exact(grant, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.1"_ip, {}, {24032, 32}}, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.1"_ip, {}, {23552, 512}}, kDirect));
  }
  SECTION("its neighbours are free") {
    CHECK(allocator.take_exact({"203.0.113.1"_ip, {}, {24064, 64}}, kDirect));
    CHECK(allocator.take_exact({"203.0.113.2"_ip, {}, {24000, 64}}, kDirect));
  }
  SECTION("nothing that cannot be a range of this pool") {
    CHECK_FALSE(allocator.take_exact({"203.0.113.4"_ip, {}, {24000, 64}}, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.2"_ip, {}, {5056, 16}}, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.2"_ip, {}, {0, 64}}, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.2"_ip, {}, {24001, 64}}, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.2"_ip, {}, {24000, 48}}, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.2"_ip, {}, {24000, 8}}, kDirect));
    CHECK_FALSE(allocator.take_exact({"203.0.113.2"_ip, {}, {}}, kDirect));
  }
  SECTION("once given back it is free again") {
    allocator.free(grant, kDirect);
    CHECK(allocator.take_exact(grant, kDirect));
  }
}

TEST_CASE("small ranges given back make room for a large one", "[ports]") {
  auto allocator = one_pool({.addresses = "203.0.113.7/32"_net});
  std::vector<Grant> grants;
  while (const auto grant = allocator.take(64, kDirect)) grants.push_back(*grant);
  CHECK_FALSE(allocator.take(16384, kDirect));
  for (const Grant& grant : grants) allocator.free(grant, kDirect);
  CHECK(allocator.room(0, 16384) == 3);
  CHECK(allocator.counts(0).ports_used == 0);
}

TEST_CASE("small ranges are cut from small remains, so that large ones still fit",
          "[ports][C-13]") {
  auto allocator = one_pool({.addresses = "203.0.113.7/32"_net});
  // Below 16384 nothing as large is left: 240 ranges of 64 fit there.
  for (int i = 0; i < 240; ++i) REQUIRE(allocator.take(64, kDirect));
  CHECK(allocator.room(0, 16384) == 3);
}

TEST_CASE("the range to come is hard to guess, but the seed decides it", "[ports][C-15]") {
  std::set<std::pair<Ipv4, std::uint16_t>> first_grants;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto allocator = one_pool({.addresses = "203.0.113.0/24"_net, .granule = 64}, seed);
    const auto grant = allocator.take(64, kDirect).value();
    first_grants.emplace(grant.direct, grant.range.first);
  }
  CHECK(first_grants.size() > 90);
  CHECK(any_of_many(50).size() > 30);
  auto once = one_pool({.addresses = "203.0.113.0/24"_net, .granule = 64}, 7);
  auto again = one_pool({.addresses = "203.0.113.0/24"_net, .granule = 64}, 7);
  CHECK(once.take(64, kDirect) == again.take(64, kDirect));
}

TEST_CASE("a signalling grant has the same ports on both sides", "[ports][P4][N2]") {
  const std::vector<PoolSetup> pools{
      {.addresses = "203.0.113.0/31"_net, .granule = 64},
      {.addresses = "198.51.100.9/32"_net, .reserved = {{30000, 39999}}, .granule = 16}};
  Allocator allocator{pools, kSeed};
  std::size_t grants = 0;
  while (const auto grant = allocator.take(64, kBoth)) {
    ++grants;
    CHECK(pools[0].addresses.contains(grant->direct));
    CHECK(grant->tunnel == "198.51.100.9"_ip);
    CHECK_FALSE(touches_reserved(grant->range, pools[1].reserved));
  }
  CHECK(grants == ranges_per_address(64, pools[1].reserved));
  CHECK(allocator.has_room(64, kDirect));
  CHECK_FALSE(allocator.has_room(64, kTunnel));
  CHECK_FALSE(allocator.has_room(64, kBoth));
}

TEST_CASE("a signalling grant finds the one block that is free on both sides", "[ports][P4]") {
  const std::vector<PoolSetup> pools{{.addresses = "203.0.113.0/31"_net, .granule = 64},
                                     {.addresses = "198.51.100.9/32"_net, .granule = 64}};
  Allocator allocator{pools, kSeed};
  // Each side is full but for two blocks; they have one in common.
  while (allocator.take(64, kDirect)) {
  }
  while (allocator.take(64, kTunnel)) {
  }
  allocator.free({"203.0.113.0"_ip, {}, {24000, 64}}, kDirect);
  allocator.free({"203.0.113.1"_ip, {}, {32000, 64}}, kDirect);
  allocator.free({{}, "198.51.100.9"_ip, {32000, 64}}, kTunnel);
  allocator.free({{}, "198.51.100.9"_ip, {48000, 64}}, kTunnel);
  CHECK(allocator.take(64, kBoth) == Grant{"203.0.113.1"_ip, "198.51.100.9"_ip, {32000, 64}});
  CHECK(allocator.has_room(64, kDirect));
  CHECK(allocator.has_room(64, kTunnel));
  CHECK_FALSE(allocator.take(64, kBoth));
}

TEST_CASE("both sides of a grant are taken, and released, together", "[ports]") {
  const std::vector<PoolSetup> pools{{.addresses = "203.0.113.0/31"_net},
                                     {.addresses = "198.51.100.8/31"_net}};
  Allocator allocator{pools, kSeed};
  const Grant grant{"203.0.113.1"_ip, "198.51.100.9"_ip, {24000, 64}};
  const Grant clash{"203.0.113.0"_ip, "198.51.100.9"_ip, {24000, 64}};
  CHECK(allocator.take_exact(grant, kBoth));
  CHECK_FALSE(allocator.take_exact(clash, kBoth));
  CHECK(allocator.is_free(clash, kDirect));
  allocator.free(grant, kBoth);
  CHECK(allocator.take_exact(clash, kBoth));
}

TEST_CASE("an address names its pool", "[ports]") {
  const std::vector<PoolSetup> pools{{.addresses = "203.0.113.0/31"_net},
                                     {.addresses = "198.51.100.8/31"_net}};
  const Allocator allocator{pools, kSeed};
  CHECK(allocator.pool_of("203.0.113.1"_ip) == 0u);
  CHECK(allocator.pool_of("198.51.100.9"_ip) == 1u);
  CHECK_FALSE(allocator.pool_of("198.51.100.10"_ip));
}

TEST_CASE("a million ranges cost little memory, and the last as little time as the first",
          "[ports][C-4]") {
  auto allocator = one_pool({.addresses = "203.0.112.0/22"_net, .granule = 64});
  const auto started = std::chrono::steady_clock::now();
  std::size_t ranges = 0;
  while (allocator.take(64, kDirect)) ++ranges;
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - started;
  CHECK(ranges == 1024 * 1008);
  const double octets = static_cast<double>(allocator.memory()) / static_cast<double>(ranges);
  CHECK(octets < 1.0);
  WARN(ranges << " ranges of 64 ports: " << octets << " octets and "
              << spent.count() / static_cast<double>(ranges) << " ns each");
}
