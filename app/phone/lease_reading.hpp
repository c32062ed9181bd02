// SPDX-License-Identifier: BSD-3-Clause
// From a server's OFFER or ACK to a lease.
#pragma once

#include "app/phone/lease.hpp"
#include "base/result.hpp"
#include "wire/dhcp.hpp"

namespace portico::phone {

/// `enterprise`: the number under which option 125 is the gateway's (RFC 3925 section 4). Fails,
/// with the reason, where an address is impossible, the lease time is missing, or the telephone is
/// given no ports: a lease that it could not use is not worth asking for.
[[nodiscard]] Result<Lease> read_lease(const wire::dhcp::Message& message,
                                       std::uint32_t enterprise);

}  // namespace portico::phone
