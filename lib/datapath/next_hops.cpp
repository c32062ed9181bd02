// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/next_hops.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <functional>

namespace portico::datapath {

NextHops::NextHops(const Shape& shape, std::pmr::memory_resource* memory)
    : hops_(shape.capacity, memory),
      on_link_(shape.on_link),
      neighbours_(shape.on_link.size(), kNoHop, memory) {
  expects(shape.on_link.length >= kWidestOnLink, "the WAN's network is at most a /12");
  auto routes = shape.routes;
  std::ranges::stable_sort(routes, std::ranges::greater{},
                           [](const Route& r) { return r.prefix.length; });
  for (const auto& route : routes) ways_.push_back({AddressBlock{route.prefix}, route.hop});
}

void NextHops::set(HopIndex index, const NextHop& hop) noexcept {
  expects(index != kNoHop && index < hops_.size(), "control gives out hops below the capacity");
  hops_[index] = hop;
}

void NextHops::set_on_link(Ipv4 neighbour, HopIndex index) noexcept {
  expects(index < hops_.size(), "control gives out hops below the capacity");
  if (on_link_.contains(neighbour)) neighbours_[on_link_.place_of(neighbour)] = index;
}

}  // namespace portico::datapath
