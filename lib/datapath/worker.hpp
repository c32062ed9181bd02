// SPDX-License-Identifier: BSD-3-Clause
// All that one worker touches. Built before it is launched; afterwards only its own thread writes
// it, and control speaks to it through `orders`, `punt` and `from_control`.
#pragma once

#include "concentrator/blocks.hpp"
#include "datapath/cipher_batch.hpp"
#include "datapath/lanes.hpp"
#include "datapath/link.hpp"
#include "datapath/next_hops.hpp"
#include "datapath/port.hpp"
#include "datapath/punt.hpp"
#include "datapath/surroundings.hpp"
#include "nappt/bindings.hpp"
#include "nappt/signalling.hpp"
#include "orders/mailbox.hpp"
#include "stats/drops.hpp"
#include "tunnel/cipher.hpp"
#include "tunnel/reassembly.hpp"
#include "tunnel/tunnels.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <vector>

namespace portico::datapath {

/// Of the worker's loop.
struct WorkerCounters {
  stats::Counter turns;
  stats::Counter idle_turns;   ///< those without a packet received
  stats::Counter punted;       ///< packets handed to the control core
  stats::Counter handed_over;  ///< packets handed to the worker that owns their SA
};

/// Packets translated; one from phone to phone is, twice.
struct NapptCounters {
  stats::Counter outbound;
  stats::Counter inbound;
  stats::Counter hairpinned;
};
inline constexpr auto kNapptCounters = stats::group<NapptCounters>(
    "nappt", {
                 {&NapptCounters::outbound, "outbound", "packets translated from the phones"},
                 {&NapptCounters::inbound, "inbound", "packets translated towards the phones"},
                 {&NapptCounters::hairpinned, "hairpinned",
                  "packets from phone to phone, which are in both of these"},
             });

/// Fragments of packets that go through tunnels. Counted as originated and consumed.
struct FragmentCounters {
  stats::Counter made;
  stats::Counter joined;
};
inline constexpr auto kFragmentCounters = stats::group<FragmentCounters>(
    "fragments",
    {
        {&FragmentCounters::made, "made",
         "fragments sent beyond one for each packet that did not fit its tunnel's path"},
        {&FragmentCounters::joined, "joined",
         "fragments received beyond one for each packet that was put together"},
    });

/// A worker's counters, and a copy of them that TakeSnapshot makes between two turns.
struct WorkerStats {
  std::array<PortCounters, kSides> ports;
  stats::DropCounters drops;
  WorkerCounters worker;
  NapptCounters translated;
  FragmentCounters fragments;
};

struct WorkerShape {
  unsigned index = 0;                         ///< 0 is the one that sends for control
  unsigned workers = 1;                       ///< how many there are
  std::array<std::uint16_t, kSides> ports{};  ///< DPDK's port ids; the queue is `index`
  Links links;
  nappt::Shape bindings;
  NextHops::Shape next_hops;
  tunnel::Tunnels::Shape tunnels{};
  nappt::Signalling signalling{};
  concentrator::Shape blocks{};
  tunnel::Reassembly::Shape reassembly{};
  std::size_t orders = 4096;       ///< how many may wait: a power of two
  std::size_t punted = 1023;       ///< how many packets of a kind may wait for control
  std::size_t originated = 1023;   ///< how many packets of control may wait to be sent
  std::size_t handed_over = 1023;  ///< how many of other workers may wait
};

struct alignas(64) Worker {
  explicit Worker(const WorkerShape& shape,
                  std::pmr::memory_resource* memory = std::pmr::get_default_resource());

  const std::uint16_t index;
  const Links links;
  const Surroundings surroundings;
  std::array<Port, kSides> ports;
  nappt::Bindings bindings;
  NextHops next_hops;
  const nappt::Signalling signalling;
  tunnel::Tunnels tunnels;
  concentrator::Blocks blocks;
  std::unique_ptr<tunnel::Cipher> cipher;  // set where there are tunnels
  CipherBatch<tunnel::InboundSa> opening;
  CipherBatch<const tunnel::Path> sealing;
  tunnel::Identifications identifications;
  tunnel::Reassembly reassembly;
  stats::DropCounters drops;
  WorkerCounters counters;
  NapptCounters translated;
  FragmentCounters fragments;

  orders::Mailbox orders;   // from control
  PacketRing from_control;  // whole frames, their note says the side
  Punt punt;                // to control
  PacketRing from_workers;  // what this one owns the SA of, their note says through which tunnel
  std::vector<rte_ring*> to_workers;  // their from_workers, by index; set before launch
  WorkerStats snapshot;               // control reads it once the order is applied

  [[nodiscard]] const Link& link(Side side) const noexcept {
    return links[static_cast<std::size_t>(side)];
  }
  [[nodiscard]] Port& port(Side side) noexcept { return ports[static_cast<std::size_t>(side)]; }
  /// Exact for each counter, not as a set; any thread.
  [[nodiscard]] WorkerStats stats() const noexcept {
    return {{ports[0].counters(), ports[1].counters()}, drops, counters, translated, fragments};
  }
};

/// One turn: what control ordered, then a burst of each port from receive to transmit. Returns how
/// many packets there were.
std::size_t gateway_turn(Worker& w) noexcept;

/// The same of the other role: to and from the gateways, through their tunnels.
std::size_t concentrator_turn(Worker& w) noexcept;

/// Between two turns: what control originated, so that its answers need not wait for the next one.
/// For the thread that turns the worker.
void send_originated(Worker& w) noexcept;

}  // namespace portico::datapath
