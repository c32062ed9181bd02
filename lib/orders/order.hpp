// SPDX-License-Identifier: BSD-3-Clause
// What the control core tells a worker. Control has chosen addresses and index already, so that
// carrying an order out cannot fail.
#pragma once

#include "base/next_hop.hpp"
#include "base/port_block.hpp"
#include "base/tunnel_index.hpp"
#include "nappt/binding.hpp"
#include "tunnel/tunnels.hpp"

#include <cstdint>
#include <span>
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
/// How packets are dressed for the far end. Control keeps what it points to until a later order
/// for this tunnel, of this kind or ForgetTunnel, is applied.
struct SetPath {
  TunnelIndex tunnel;
  const tunnel::Path* path;
};
/// The SAs that it sends by, each its owner's from now on; control has back those that were. None:
/// it is down.
struct SetSenders {
  TunnelIndex tunnel;
  std::span<tunnel::OutboundSa> sas;
};
/// The SA may use more numbers: all below `reserved`.
struct ExtendSa {
  TunnelIndex tunnel;
  std::uint32_t spi;
  std::uint64_t reserved;
};
struct AddReceiver {
  tunnel::Receiver receiver;
};
struct RemoveReceiver {
  std::uint32_t spi;
};
/// Of the concentrator's: what is for this block goes through this tunnel.
struct AddBlock {
  PortBlock block;
  TunnelIndex tunnel;
};
struct RemoveBlock {
  PortBlock block;
};
/// The tunnel is no more, and its index may be another's.
struct ForgetTunnel {
  TunnelIndex tunnel;
};
/// Time has gone by: what is incomplete since the last such order is given up.
struct AgeFragments {};
/// The worker copies its counters between two turns, for /v1/stats?consistent=1.
struct TakeSnapshot {};

using Order = std::variant<std::monostate, AddBinding, RemoveBinding, SetNextHop, SetOnLink,
                           SetPath, SetSenders, ExtendSa, AddReceiver, RemoveReceiver, AddBlock,
                           RemoveBlock, ForgetTunnel, AgeFragments, TakeSnapshot>;

}  // namespace portico::orders
