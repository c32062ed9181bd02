// SPDX-License-Identifier: BSD-3-Clause
// What the control core does to the world. app/portico implements it on DPDK and threads, the tests
// with vectors.
#pragma once

#include "base/endian.hpp"
#include "base/next_hop.hpp"
#include "gateway/tunnels.hpp"
#include "lease/lease.hpp"
#include "nappt/binding.hpp"
#include "stats/drops.hpp"

namespace portico::gateway {

/// Of either role.
class Outside : public TunnelWorld {
 public:
  /// Sends head + body as one Ethernet frame without FCS. Counts it as originated, and as dropped
  /// where the port does not take it.
  virtual void send(Side side, Bytes head, Bytes body) = 0;
  /// A packet that was taken in to be sent later is not sent after all.
  virtual void give_up(stats::Drop why) = 0;
};

/// Of a gateway.
class World : public Outside {
 public:
  /// Hands a row to the store thread; its ticket comes back by Gateway::stored when it is durable.
  /// False: the queue is full, try again later.
  [[nodiscard]] virtual bool store(const lease::Change& change) = 0;
  /// What all workers have counted for this phone; exact once its removal is applied.
  [[nodiscard]] virtual Usage usage(Ipv4 private_address) = 0;
};

}  // namespace portico::gateway
