// SPDX-License-Identifier: BSD-3-Clause
// A million operations at random, each answer held against a map of the blocks that are there.
#include "concentrator/blocks.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

using namespace portico;
using namespace portico::concentrator;

namespace {

constexpr int kOperations = 1'000'000;

const Shape kShape{.pools = {{"198.51.100.0/30"_net, 1024},
                             {"198.51.100.8/31"_net, kPortsOfAddress},
                             {"203.0.113.128/29"_net, 64},
                             {"192.0.2.1/32"_net, 1}}};

/// The blocks that are there, in the order of their first ports.
class Model {
 public:
  [[nodiscard]] bool is_free(const PortBlock& block) const {
    const auto behind = blocks_.upper_bound({block.address, block.last, 65535});
    if (behind == blocks_.begin()) return true;
    const auto& before = std::prev(behind)->first;
    return before.address != block.address || before.last < block.first;
  }
  [[nodiscard]] TunnelIndex tunnel_of(Ipv4 address, std::uint16_t port) const {
    const auto behind = blocks_.upper_bound({address, port, 65535});
    if (behind == blocks_.begin()) return kNoTunnel;
    const auto& [block, tunnel] = *std::prev(behind);
    return block.contains(address, port) ? tunnel : kNoTunnel;
  }
  void add(const PortBlock& block, TunnelIndex tunnel) { blocks_.emplace(block, tunnel); }
  /// Any one of them.
  [[nodiscard]] std::optional<PortBlock> take(std::uint32_t chance) {
    if (blocks_.empty()) return std::nullopt;
    auto found = blocks_.lower_bound({any_address(chance), static_cast<std::uint16_t>(chance), 0});
    if (found == blocks_.end()) found = blocks_.begin();
    const auto block = found->first;
    blocks_.erase(found);
    return block;
  }
  [[nodiscard]] static Ipv4 any_address(std::uint32_t chance) {
    const auto& addresses = kShape.pools[chance % kShape.pools.size()].addresses;
    return {addresses.base.bits + chance / 16 % static_cast<std::uint32_t>(addresses.size())};
  }

 private:
  std::map<PortBlock, TunnelIndex> blocks_;
};

/// Whole granules of an address in one of the pools, few of them mostly.
PortBlock any_block(std::mt19937& random) {
  const auto& pool = kShape.pools[random() % kShape.pools.size()];
  const auto address = static_cast<std::uint32_t>(random() % pool.addresses.size());
  const auto granules = kPortsOfAddress / pool.granule;
  const auto first = static_cast<std::uint32_t>(random() % granules);
  const auto most = random() % 64 == 0 ? granules : std::min(granules, 8u);
  const auto last = std::min(first + static_cast<std::uint32_t>(random() % most), granules - 1);
  return {{pool.addresses.base.bits + address},
          static_cast<std::uint16_t>(first * pool.granule),
          static_cast<std::uint16_t>((last + 1) * pool.granule - 1)};
}

/// A port at an end of a block, or beyond it, or anywhere, and at times of an address of nobody's.
PortBlock any_question(std::mt19937& random) {
  auto block = any_block(random);
  if (random() % 8 == 0) block.address.bits += 8;
  const auto ports = {block.first, block.last, static_cast<std::uint16_t>(block.first - 1),
                      static_cast<std::uint16_t>(block.last + 1),
                      static_cast<std::uint16_t>(random())};
  block.first = *(ports.begin() + random() % ports.size());
  return block;
}

}  // namespace

TEST_CASE("whatever is added and removed, each port leads where a map of blocks says",
          "[concentrator][T5][T8]") {
  std::mt19937 random{1};
  Blocks blocks{kShape};
  Model model;
  int wrong = 0, added = 0, removed = 0, found = 0;
  for (int i = 0; i < kOperations; ++i) {
    const auto chance = random() % 8;
    if (chance < 2) {
      const auto block = any_block(random);
      wrong += !fits(kShape, block);
      if (!model.is_free(block)) continue;
      const auto tunnel = static_cast<TunnelIndex>(1 + random() % 1000);
      blocks.add(block, tunnel);
      model.add(block, tunnel);
      ++added;
    } else if (chance == 2) {
      const auto block = model.take(static_cast<std::uint32_t>(random()));
      if (!block) continue;
      blocks.remove(*block);
      ++removed;
    } else {
      const auto asked = any_question(random);
      const auto tunnel = blocks.tunnel_at(blocks.place_of(asked.address, asked.first));
      wrong += tunnel != model.tunnel_of(asked.address, asked.first);
      found += tunnel != kNoTunnel;
    }
  }
  CHECK(wrong == 0);
  CHECK(added > 100'000);
  CHECK(removed > 100'000);
  CHECK(found > 100'000);
}
