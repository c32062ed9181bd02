// SPDX-License-Identifier: BSD-3-Clause
// One worker's way to the network: a few routes, and the neighbours on our own networks by
// arithmetic. Control resolves and gives out the indexes; the worker only reads.
#pragma once

#include "base/addresses.hpp"
#include "base/next_hop.hpp"

#include <cstdint>
#include <memory_resource>
#include <vector>

namespace portico::datapath {

/// No route leads there. kNoHop, in contrast, is a neighbour that control has not met yet.
inline constexpr HopIndex kNoRoute = 0xffffffff;

/// Widest network whose neighbours are indexed by address: 2^20 of them, 4 MiB a worker.
inline constexpr std::uint8_t kWidestOnLink = 12;

struct Route {
  Prefix prefix;
  HopIndex hop = kNoHop;
};

/// A network of ours.
struct OnLink {
  Prefix network;
  Side side = Side::Wan;
};

class NextHops {
 public:
  struct Shape {
    HopIndex capacity = 1024;  ///< indexes below it exist; kNoHop is one of them
    /// Our own networks whose neighbours are indexed, kWidestOnLink or longer: the WAN's, and a
    /// concentrator's LAN. Phones on a gateway's LAN are found by their bindings.
    std::vector<OnLink> on_link;
    std::vector<Route> routes;  ///< a default route has length 0
  };
  explicit NextHops(const Shape& shape,
                    std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  void set(HopIndex index, const NextHop& hop) noexcept;
  /// Addresses that are not on the link are ignored.
  void set_on_link(Ipv4 neighbour, HopIndex index) noexcept;

  [[nodiscard]] HopIndex towards(Ipv4 destination) const noexcept {
    const auto* way = ways_.data();
    while (!way->leads_to.contains(destination)) ++way;  // the last leads everywhere
    return towards_[way->first + (way->leads_to.place_of(destination) & way->each)];
  }
  /// Where a neighbour is that control has not met yet: what towards() is kNoHop for.
  [[nodiscard]] Side side_of(Ipv4 neighbour) const noexcept;
  [[nodiscard]] const NextHop& operator[](HopIndex index) const noexcept { return hops_[index]; }

 private:
  /// A network of ours, each of whose addresses has a place of its own in `towards_`, or a route,
  /// whose addresses share one.
  struct Way {
    AddressBlock leads_to;
    std::uint32_t first = 0;  // of its places
    std::uint32_t each = 0;   // all ones; a route's: 0
  };

  std::pmr::vector<NextHop> hops_;  // [kNoHop] stays unresolved
  std::vector<OnLink> on_link_;
  std::vector<Way> ways_;  // on_link_'s, then routes, longest prefix first, then kNoRoute's
  std::pmr::vector<HopIndex> towards_;
};

}  // namespace portico::datapath
