// SPDX-License-Identifier: BSD-3-Clause
// Who holds which ports: nobody may hold what another holds already.
#pragma once

#include "lease/lease.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace portico::support {

class PortHolders {
 public:
  /// False: a part of it is held already.
  [[nodiscard]] bool hold(Ipv4 address, PortRange range) {
    if (address.is_zero()) return true;
    auto& held = held_[address];
    const bool is_free =
        std::none_of(held.begin(), held.end(), [&](PortRange r) { return r.overlaps(range); });
    held.push_back(range);
    return is_free;
  }
  /// Both its identities.
  [[nodiscard]] bool hold(const lease::Lease& lease) {
    const bool direct = hold(lease.public_address, lease.range);
    return hold(lease.tunnel_address, lease.range) && direct;
  }

 private:
  std::map<Ipv4, std::vector<PortRange>> held_;
};

}  // namespace portico::support
