// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/next_hops.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <functional>

namespace portico::datapath {

NextHops::NextHops(const Shape& shape, std::pmr::memory_resource* memory)
    : hops_(shape.capacity, memory), neighbours_(memory) {
  std::size_t neighbours = 0;
  for (const auto& [network, side] : shape.on_link) {
    expects(network.length >= kWidestOnLink, "a port's network is at most a /12");
    on_link_.push_back({AddressBlock{network}, side, neighbours});
    neighbours += network.size();
  }
  neighbours_.resize(neighbours, kNoHop);
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
  for (const auto& link : on_link_)
    if (link.addresses.contains(neighbour))
      neighbours_[link.first + link.addresses.place_of(neighbour)] = index;
}

}  // namespace portico::datapath
