// SPDX-License-Identifier: BSD-3-Clause
// One queue pair of a port, used by one thread, and what went through it.
#pragma once

#include "datapath/lanes.hpp"
#include "stats/counter.hpp"

#include <rte_ethdev.h>

#include <array>
#include <cstdint>

namespace portico::datapath {

struct PortCounters {
  stats::Counter rx_packets;
  stats::Counter rx_octets;
  stats::Counter tx_packets;
  stats::Counter tx_octets;
};
inline constexpr auto kPortCounters = stats::group<PortCounters>(
    "ports", {
                 {&PortCounters::rx_packets, "rx_packets", "frames received"},
                 {&PortCounters::rx_octets, "rx_octets", "octets received, Ethernet included"},
                 {&PortCounters::tx_packets, "tx_packets", "frames sent"},
                 {&PortCounters::tx_octets, "tx_octets", "octets sent, Ethernet included"},
             });

class Port {
 public:
  /// `id`: a started port of DPDK; `queue`: of its rx and tx queues, this thread's alone.
  Port(std::uint16_t id, std::uint16_t queue) noexcept : id_(id), queue_(queue) {}

  [[nodiscard]] Burst receive(std::array<rte_mbuf*, kMaxBurst>& room) noexcept {
    const auto n = rte_eth_rx_burst(id_, queue_, room.data(), kMaxBurst);
    return Burst{room}.first(n);
  }
  void count_received(std::uint64_t packets, std::uint64_t octets) noexcept {
    counters_.rx_packets += packets;
    counters_.rx_octets += octets;
  }
  /// What the port did not take: still the caller's.
  [[nodiscard]] Burst send(Burst packets) noexcept;

  [[nodiscard]] const PortCounters& counters() const noexcept { return counters_; }

 private:
  std::uint16_t id_;
  std::uint16_t queue_;
  PortCounters counters_;
};

}  // namespace portico::datapath
