// SPDX-License-Identifier: BSD-3-Clause
// What the control core tells a worker. Control has chosen addresses and index already, so that
// carrying an order out cannot fail.
#pragma once

#include "base/next_hop.hpp"
#include "nappt/binding.hpp"

#include <cstdint>
#include <variant>

namespace portico::orders {

struct AddBinding {
  nappt::Binding binding;
};
/// Its counts stay readable until the private address is added again.
struct RemoveBinding {
  Ipv4 private_address;
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
