// SPDX-License-Identifier: BSD-3-Clause
// A lease: a private address, a range of ports and the addresses that are the phone's outside, for
// a time. It is also the phone's NAT entry.
#pragma once

#include "base/addresses.hpp"
#include "base/port_range.hpp"
#include "base/time.hpp"
#include "base/usage.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portico::lease {

/// Who holds a lease: option 61's octets if the client sent it, else htype and chaddr
/// (RFC 2131 section 4.2). Opaque. The first octet tells the two apart: 1 = option 61, 0 = chaddr.
using ClientKey = std::string;

enum class State : std::uint8_t {
  Bound,        ///< a phone's; its binding is in every worker
  Quarantined,  ///< ended; its range is nobody's until `until`, but the same client's at once
  Declined,     ///< the address was found in use by another: nobody's until `until`
  Remembered,   ///< ended and free: the client gets it back while nobody else needed it
};

/// RFC 2131 section 3.3: a lease time of 0xffffffff never ends.
inline constexpr std::uint32_t kInfinite = 0xffffffff;

struct Lease {
  std::uint64_t id = 0;  ///< the store's key: never used twice
  ClientKey client;
  Mac mac;                   ///< chaddr
  std::string class_name;    ///< the class that the identifier chose (phones.classes[].name)
  std::string vendor_class;  ///< option 60 as received, trailing NUL removed
  Ipv4 private_address;
  Ipv4 public_address;  ///< direct identity; zero: none
  Ipv4 tunnel_address;  ///< the provider's address; zero: none
  PortRange range;
  Ipv4 relay;  ///< giaddr of the request that granted it; zero: attached
  State state = State::Bound;
  WallTime granted;           ///< when this client got it
  WallTime until;             ///< end of the lease, of the quarantine, or of the decline's block
  std::uint32_t lease_s = 0;  ///< the time granted last; kInfinite: `until` means nothing
  std::uint64_t epoch = 0;    ///< counts this row's writes; a later write always wins

  friend bool operator==(const Lease&, const Lease&) = default;
};

/// Why a row was written. The history keeps a record of the first six but Renewed. It keeps none of
/// the end of a quarantine: from the end of a lease to the next grant nobody holds the range.
enum class Event : std::uint8_t {
  Granted,
  Renewed,
  Released,  ///< by the client
  Expired,
  Declined,     ///< by the client, or never offered: somebody else uses the address
  Revoked,      ///< by the operator or by policy
  Forgotten,    ///< what it held is another's, or nobody's: the row is deleted
  Superseded,   ///< its client gets another lease: this one is about to end
  RecoverySet,  ///< no lease's: when the recovery from lost leases ends, or that it has
};

/// Does the history keep a record of it?
[[nodiscard]] bool is_history(Event event) noexcept;

[[nodiscard]] std::string_view to_string(State state) noexcept;
[[nodiscard]] std::string_view to_string(Event event) noexcept;

/// One row to write. `lease.state` says what it is from now on.
struct Change {
  std::uint64_t ticket = 0;  ///< the control core's own number for it, returned when it is durable
  Event event = Event::Granted;
  WallTime at;
  Lease lease;
  Usage usage;                   ///< of its whole life, for events that end a binding
  WallTime recovery_until = {};  ///< for RecoverySet, as in Loaded
};

/// One line of the history: who held (address, port) when.
struct HistoryRecord {
  Event event = Event::Granted;
  WallTime at;
  Lease lease;
  Usage usage;
};

}  // namespace portico::lease
