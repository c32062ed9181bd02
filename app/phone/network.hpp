// SPDX-License-Identifier: BSD-3-Clause
// The lease as the kernel sees it: address, default route, local port range. By rtnetlink, not by
// running a program: an embedded telephone may have none, and errors come back as errno.
#pragma once

#include "app/phone/lease.hpp"
#include "base/result.hpp"

#include <string>

namespace portico::phone {

struct Interface {
  std::string name;
  int index = 0;
  Mac mac;
  std::uint16_t mtu = 1500;
};

/// An Ethernet interface of this network namespace; brings it up.
[[nodiscard]] Result<Interface> open_interface(const std::string& name);

/// Enables and disables a lease's settings. One lease at a time.
class Network {
 public:
  explicit Network(Interface interface) : interface_(std::move(interface)) {}

  /// Idempotent. The kernel itself removes the address after `lease.lease_s`, should the telephone
  /// die before it.
  [[nodiscard]] Result<void> enable(const Lease& lease);
  /// What is gone already is no error.
  [[nodiscard]] Result<void> disable(const Lease& lease);

  /// Keeps every program of the namespace inside the telephone's ports.
  [[nodiscard]] Result<void> confine_ports(PortRange ports);
  /// Puts back what confine_ports() found.
  [[nodiscard]] Result<void> release_ports();

 private:
  Interface interface_;
  std::string ports_before_;  ///< empty: not confined
};

}  // namespace portico::phone
