// SPDX-License-Identifier: BSD-3-Clause
// What the control core says about one phone; lib/nappt/bindings.hpp keeps it in 64 bytes.
#pragma once

#include "base/addresses.hpp"
#include "base/next_hop.hpp"
#include "base/port_range.hpp"
#include "base/tunnel_index.hpp"

#include <cstdint>

namespace portico::nappt {

struct Binding {
  Ipv4 private_address;
  Ipv4 public_address;  ///< direct identity; zero: none
  Ipv4 tunnel_address;  ///< tunnel identity, the provider's; zero: none
  Mac mac;              ///< the phone's
  /// kNoHop: attached; frames go to `mac`, and frames from it must come from `mac`.
  /// Else the router it is reached through; source MACs are not checked.
  HopIndex next_hop = kNoHop;
  PortRange range;
  std::uint16_t phone_class = 0;  ///< index in phones.classes
  /// Through which `tunnel_address` is reached. kNoTunnel: through none, what is for it is dropped.
  TunnelIndex tunnel = kNoTunnel;
  friend bool operator==(const Binding&, const Binding&) = default;
};

}  // namespace portico::nappt
