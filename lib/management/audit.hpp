// SPDX-License-Identifier: BSD-3-Clause
// The same leases are kept four times over: in the store, in the allocator, as the bindings control
// published, and in every worker's table. The audit compares them and names each difference.
#pragma once

#include "base/addresses.hpp"
#include "base/port_range.hpp"
#include "lease/lease.hpp"
#include "nappt/binding.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portico::management {

/// What the allocator holds back from others.
struct Allocation {
  enum class Kind : std::uint8_t { Held, Quarantined };
  Kind kind = Kind::Held;
  Ipv4 private_address;
  Ipv4 public_address;  ///< zero: no direct identity
  Ipv4 tunnel_address;  ///< zero: no tunnel identity
  PortRange range;
};

struct PublishedBinding {
  enum class Origin : std::uint8_t { Lease, Static };
  Origin origin = Origin::Lease;
  nappt::Binding binding;
};

/// One moment's view of everything, with no transaction in flight.
struct AuditInput {
  std::span<const lease::Lease> store;
  std::span<const Allocation> allocator;
  std::span<const PublishedBinding> published;
  std::span<const std::span<const nappt::Binding>> workers;  ///< one table a worker
};

enum class DifferenceKind : std::uint8_t {
  StoredNotAllocated,
  AllocatedNotStored,
  AllocationDiffers,
  QuarantineNotAllocated,
  QuarantineNotStored,
  LeaseNotPublished,
  PublishedWithoutLease,
  PublishedDiffers,
  MissingInWorker,
  UnknownInWorker,
  DiffersInWorker,
  PrivateAddressShared,
  PortsShared,
  TunnelDiffersInWorker,
  ReceiverDiffersInWorker,
  BlockDiffersInWorker,
};

struct Difference {
  DifferenceKind kind;
  std::string what;  ///< one sentence with the addresses, ports and tunnels concerned
};

/// snake_case, as in JSON.
[[nodiscard]] std::string_view name_of(DifferenceKind kind) noexcept;

/// Empty: all four agree, and no two phones share an address or a port.
[[nodiscard]] std::vector<Difference> audit(const AuditInput& input);

}  // namespace portico::management
