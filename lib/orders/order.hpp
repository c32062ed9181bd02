// SPDX-License-Identifier: BSD-3-Clause
// What the control core tells a worker. Control has chosen slot and index already, so that carrying
// an order out cannot fail.
#pragma once

#include "base/next_hop.hpp"
#include "nappt/binding.hpp"

#include <cstdint>
#include <variant>

namespace portico::orders {

struct AddBinding {
  nappt::Slot slot;
  nappt::Binding binding;
};
/// The slot's counts stay readable until the slot is used again.
struct RemoveBinding {
  nappt::Slot slot;
};
struct SetNextHop {
  HopIndex index;
  NextHop hop;
};
/// Which hop a neighbour on the WAN port's own network is.
struct SetOnLink {
  Ipv4 address;
  HopIndex index;  ///< kNoHop: not known any more
};
/// The worker copies its counters between two turns, for /v1/stats?consistent=1.
struct TakeSnapshot {};

using Order =
    std::variant<std::monostate, AddBinding, RemoveBinding, SetNextHop, SetOnLink, TakeSnapshot>;

}  // namespace portico::orders
