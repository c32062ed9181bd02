// SPDX-License-Identifier: BSD-3-Clause
// What the operator's tools ask of the running appliance. Called on management's threads, never on
// a worker; the implementation puts each question to the control core and waits a bounded time, so
// every answer may be an Error instead ("the control core does not answer").
#pragma once

#include "base/addresses.hpp"
#include "base/next_hop.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "lease/lease.hpp"
#include "lease/store.hpp"
#include "management/audit.hpp"
#include "management/tunnel_row.hpp"
#include "nappt/binding.hpp"
#include "neighbor/table.hpp"
#include "stats/registry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portico::management {

/// Leases were lost with a damaged file: unknown phones are granted nothing yet.
struct Recovery {
  std::optional<std::uint64_t> left_s;  ///< none: until the operator accepts the loss
};

struct Health {
  std::vector<std::string> reasons;  ///< sentences; none: every worker turns, the store writes
  std::vector<std::string> warnings = {};  ///< what the operator should mend while all goes on
  std::optional<Recovery> recovery = {};   ///< its reason is among the reasons
  [[nodiscard]] bool ok() const noexcept { return reasons.empty(); }
};

struct PortStats {
  std::uint64_t packets_in = 0;
  std::uint64_t octets_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t octets_out = 0;
  std::uint64_t missed = 0;     ///< arrived while the receive queues were full
  std::uint64_t no_buffer = 0;  ///< arrived while there was no packet buffer
  // Neither is part of the balance: what arrived damaged was no packet, what the device did not
  // send after all it had taken, and so it is sent as far as we can tell.
  std::uint64_t errors_in = 0;   ///< frames that arrived damaged
  std::uint64_t errors_out = 0;  ///< taken by the device, and not sent
  friend bool operator==(const PortStats&, const PortStats&) = default;
};

struct PortRow {
  std::string name;    ///< ports[].name
  std::string device;  ///< ports[].device
  std::string driver;  ///< DPDK's name of it
  Side side = Side::Lan;
  Mac mac;
  std::uint16_t vlan = 0;  ///< 0: untagged
  std::uint16_t mtu = 0;
  bool link_up = false;
  std::uint32_t speed_mbps = 0;  ///< 0: unknown
  std::uint16_t receive_queues = 0;
  std::uint16_t transmit_queues = 0;
  PortStats stats;
};

struct WorkerRow {
  std::uint32_t index = 0;
  std::uint32_t cpu = 0;
  std::uint64_t turns = 0;
  std::uint64_t idle_turns = 0;  ///< turns without a packet
  std::uint64_t packets = 0;
  std::uint64_t punted = 0;       ///< packets handed to the control core
  std::uint64_t handed_over = 0;  ///< packets handed to the worker that owns their SA
  std::uint64_t orders_posted = 0;
  std::uint64_t orders_applied = 0;
  bool turning = false;  ///< false: silent for longer than a second
};

/// Packet buffers of one pool.
struct PoolRow {
  std::string name;
  std::uint32_t size = 0;
  std::uint32_t in_use = 0;  ///< held by a port, by a worker or by control
};

/// Where every packet went: received + originated = sent + dropped + consumed.
struct Balance {
  std::uint64_t received = 0;
  std::uint64_t originated = 0;
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;
  std::uint64_t consumed = 0;  ///< taken in by the gateway itself
  [[nodiscard]] bool holds() const noexcept {
    return received + originated == sent + dropped + consumed;
  }
};

/// Running: each number is exact but they were not read at one moment. TurnBoundary: every worker
/// has copied its counters between two turns, so that the balance holds.
enum class Moment : std::uint8_t { Running, TurnBoundary };

struct Statistics {
  std::vector<PortRow> ports;
  std::vector<WorkerRow> workers;
  std::vector<PoolRow> packet_pools;
  std::vector<stats::GroupReading> groups;  ///< "drops" is one of them
  Balance balance;
};

/// Rows from number `offset` on, at most `limit` of them.
struct PageRequest {
  std::size_t offset = 0;
  std::size_t limit = 100;
};

template <class Row>
struct Page {
  std::size_t total = 0;  ///< rows there are in all
  std::vector<Row> rows;
};

/// What is set must hold for a row.
struct BindingFilter {
  std::optional<Mac> mac;
  std::optional<Ipv4> private_address;
  std::optional<Ipv4> public_address;  ///< either identity's
  std::optional<std::uint16_t> port;   ///< lies in its range
};
[[nodiscard]] bool matches(const BindingFilter& filter, const nappt::Binding& binding) noexcept;

struct BindingRow {
  nappt::Binding binding;
  std::string class_name;   ///< "static" for phones.static
  std::optional<Ipv4> via;  ///< the router it is reached through; none: attached
  Usage usage;              ///< over all workers
};

struct NeighborRow {
  neighbor::Row neighbor;
  std::optional<std::uint64_t> age_s;  ///< since it was last heard; none: it never was
};

class Control {
 public:
  virtual ~Control() = default;
  [[nodiscard]] virtual Result<Health> health() = 0;
  [[nodiscard]] virtual Result<Statistics> statistics(Moment moment) = 0;
  [[nodiscard]] virtual Result<Page<BindingRow>> bindings(const BindingFilter& filter,
                                                          const PageRequest& page) = 0;
  [[nodiscard]] virtual Result<Page<lease::Lease>> leases(const PageRequest& page) = 0;
  /// Those that are asked for by ARP, by side and address; attached phones are not among them.
  [[nodiscard]] virtual Result<Page<NeighborRow>> neighbors(const PageRequest& page) = 0;
  [[nodiscard]] virtual Result<Page<TunnelRow>> tunnels(const PageRequest& page) = 0;
  [[nodiscard]] virtual Result<std::vector<lease::HistoryRecord>> history(
      const lease::HistoryQuery& query) = 0;
  [[nodiscard]] virtual Result<std::vector<Difference>> audit() = 0;
  /// Ends every lease of this MAC; how many they were.
  [[nodiscard]] virtual Result<std::size_t> revoke(const Mac& mac) = 0;
  /// Ends the recovery from lost leases; false if there was none.
  [[nodiscard]] virtual Result<bool> accept_loss() = 0;
  /// Reads the tunnels' files again. Every problem with its place; if there is one, nothing
  /// changes.
  [[nodiscard]] virtual Result<std::vector<Error>> reload_tunnels() = 0;
  /// Sends by this tunnel's newest keys at once; the error says why not.
  [[nodiscard]] virtual Result<void> switch_keys(const std::string& tunnel) = 0;
  /// The configuration that runs, as JSON.
  [[nodiscard]] virtual std::string configuration() = 0;
};

}  // namespace portico::management
