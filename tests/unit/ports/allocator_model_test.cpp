// SPDX-License-Identifier: BSD-3-Clause
// The allocator against a model that marks every port by itself.
#include "ports/allocator.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

using namespace portico;
using namespace portico::ports;

namespace {

const std::vector<PoolSetup> kPools{
    {.addresses = "203.0.113.0/31"_net, .reserved = {{5060, 5061}, {40000, 41000}}},
    {.addresses = "198.51.100.0/32"_net, .reserved = {{20000, 20003}}, .granule = 4}};

struct Held {
  Grant grant;
  Sides sides;
};

/// For every address, who holds each port: reserved ports are held from the start.
class Model {
 public:
  Model() {
    for (const PoolSetup& pool : kPools)
      for (std::uint64_t i = 0; i < pool.addresses.size(); ++i) {
        auto& ports = held_[{pool.addresses.base.bits + static_cast<std::uint32_t>(i)}];
        ports.resize(kPorts);
        for (std::uint32_t port = 0; port < kPorts; ++port)
          ports[port] = touches_reserved({static_cast<std::uint16_t>(port), 1}, pool.reserved);
      }
  }
  [[nodiscard]] bool is_free(const Held& held) const {
    return (!held.sides.direct || is_free(held.grant.direct, held.grant.range)) &&
           (!held.sides.tunnel || is_free(held.grant.tunnel, held.grant.range));
  }
  void set(const Held& held, bool taken) {
    if (held.sides.direct) set(held.grant.direct, held.grant.range, taken);
    if (held.sides.tunnel) set(held.grant.tunnel, held.grant.range, taken);
  }
  [[nodiscard]] bool has_room(std::uint32_t size, const Sides& sides) const {
    for (std::uint32_t first = 0; first < kPorts; first += size) {
      const PortRange range{static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(size)};
      if ((!sides.direct || is_free_somewhere(*sides.direct, range)) &&
          (!sides.tunnel || is_free_somewhere(*sides.tunnel, range)))
        return true;
    }
    return false;
  }
  [[nodiscard]] std::uint64_t ports_free(std::size_t pool) const {
    std::uint64_t free = 0;
    for (const auto& [address, ports] : held_)
      if (kPools[pool].addresses.contains(address))
        free += static_cast<std::uint64_t>(std::ranges::count(ports, false));
    return free;
  }

 private:
  [[nodiscard]] bool is_free(Ipv4 address, PortRange range) const {
    const auto found = held_.find(address);
    if (found == held_.end()) return false;
    const auto begin = found->second.begin() + range.first;
    return std::none_of(begin, begin + range.size, [](bool taken) { return taken; });
  }
  [[nodiscard]] bool is_free_somewhere(std::size_t pool, PortRange range) const {
    return std::ranges::any_of(held_, [&](const auto& entry) {
      return kPools[pool].addresses.contains(entry.first) && is_free(entry.first, range);
    });
  }
  void set(Ipv4 address, PortRange range, bool taken) {
    const auto begin = held_.at(address).begin() + range.first;
    std::fill(begin, begin + range.size, taken);
  }

  std::map<Ipv4, std::vector<bool>> held_;
};

/// Takes, frees and asks at random, mostly near exhaustion.
class Walk {
 public:
  explicit Walk(std::uint32_t seed) : random_(seed) {}

  void step() {
    const auto dice = random_() % 100;
    if (dice < 50) return take();
    if (dice < 60) return take_exact();
    if (!held_.empty()) free();
  }
  void check_counts() const {
    for (std::size_t pool = 0; pool < kPools.size(); ++pool) {
      const auto ranges = std::ranges::count_if(held_, [pool](const Held& held) {
        return held.sides.direct == pool || held.sides.tunnel == pool;
      });
      CHECK(allocator_.counts(pool).ports_free == model_.ports_free(pool));
      CHECK(allocator_.counts(pool).ranges_used == static_cast<std::uint64_t>(ranges));
    }
  }
  [[nodiscard]] std::size_t wrong() const { return wrong_; }

 private:
  Sides any_sides() {
    switch (random_() % 3) {
      case 0:
        return {.direct = 0};
      case 1:
        return {.tunnel = 1};
      default:
        return {.direct = 0, .tunnel = 1};
    }
  }
  std::uint32_t any_size(const Sides& sides) {
    return std::uint32_t{1} << (sides.tunnel ? 2 + random_() % 13 : random_() % 15);
  }
  void hold(const Held& held) {
    wrong_ += !model_.is_free(held);
    model_.set(held, true);
    held_.push_back(held);
  }
  void take() {
    const Sides sides = any_sides();
    const std::uint32_t size = any_size(sides);
    const auto grant = allocator_.take(size, sides);
    if (grant) return hold({*grant, sides});
    wrong_ += model_.has_room(size, sides) || allocator_.has_room(size, sides);
  }
  void take_exact() {
    const Sides sides = any_sides();
    const std::uint32_t size = any_size(sides);
    const auto first = static_cast<std::uint16_t>(random_() % kPorts & ~(size - 1));
    const Held held{
        {"203.0.113.0"_ip, "198.51.100.0"_ip, {first, static_cast<std::uint16_t>(size)}}, sides};
    const bool is_free = model_.is_free(held);
    wrong_ += allocator_.is_free(held.grant, sides) != is_free;
    wrong_ += allocator_.take_exact(held.grant, sides) != is_free;
    if (is_free) hold(held);
  }
  void free() {
    std::swap(held_[random_() % held_.size()], held_.back());
    allocator_.free(held_.back().grant, held_.back().sides);
    model_.set(held_.back(), false);
    held_.pop_back();
  }

  Allocator allocator_{kPools, 1};
  Model model_;
  std::vector<Held> held_;
  std::mt19937 random_;
  std::size_t wrong_ = 0;
};

}  // namespace

TEST_CASE("whatever is taken and freed, no two grants share a port and the counts are right",
          "[ports][N2][P5]") {
  Walk walk(2024);
  for (int step = 1; step <= 100'000; ++step) {
    walk.step();
    if (step % 10'000 == 0) walk.check_counts();
  }
  CHECK(walk.wrong() == 0);
}
