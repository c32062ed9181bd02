// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/next_hops.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <functional>

namespace portico::datapath {

NextHops::NextHops(const Shape& shape, std::pmr::memory_resource* memory)
    : hops_(shape.capacity, memory), on_link_(shape.on_link), towards_(memory) {
  auto routes = shape.routes;
  routes.push_back({.prefix = {}, .hop = kNoRoute});  // found where no route leads
  std::ranges::stable_sort(routes, std::ranges::greater{},
                           [](const Route& r) { return r.prefix.length; });
  auto places = routes.size();
  for (const auto& [network, side] : on_link_) {
    expects(network.length >= kWidestOnLink, "a port's network is at most a /12");
    places += network.size();
  }
  towards_.reserve(places);
  for (const auto& [network, side] : on_link_) {
    ways_.push_back({AddressBlock{network}, static_cast<std::uint32_t>(towards_.size()), ~0u});
    towards_.resize(towards_.size() + network.size(), kNoHop);
  }
  for (const auto& route : routes) {
    ways_.push_back({AddressBlock{route.prefix}, static_cast<std::uint32_t>(towards_.size()), 0});
    towards_.push_back(route.hop);
  }
}

void NextHops::set(HopIndex index, const NextHop& hop) noexcept {
  expects(index != kNoHop && index < hops_.size(), "control gives out hops below the capacity");
  hops_[index] = hop;
}

void NextHops::set_on_link(Ipv4 neighbour, HopIndex index) noexcept {
  expects(index < hops_.size(), "control gives out hops below the capacity");
  for (std::size_t i = 0; i < on_link_.size(); ++i)
    if (on_link_[i].network.contains(neighbour))
      towards_[ways_[i].first + ways_[i].leads_to.place_of(neighbour)] = index;
}

Side NextHops::side_of(Ipv4 neighbour) const noexcept {
  for (const auto& [network, side] : on_link_)
    if (network.contains(neighbour)) return side;
  return Side::Wan;
}

}  // namespace portico::datapath
