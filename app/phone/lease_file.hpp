// SPDX-License-Identifier: BSD-3-Clause
// The stored lease as text: JSON, one file, read again after a restart (RFC 2131 section 3.2).
#pragma once

#include "app/phone/lease.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <string>
#include <string_view>

namespace portico::phone {

struct StoredLease {
  Lease lease;
  WallTime until;  ///< meaningless where the lease never ends

  friend bool operator==(const StoredLease&, const StoredLease&) = default;
};

[[nodiscard]] std::string to_json(const StoredLease& stored);
/// Fails on anything that to_json() could not have written: a file cut short, a wrong type, an
/// impossible value.
[[nodiscard]] Result<StoredLease> parse_lease_file(std::string_view text);

}  // namespace portico::phone
