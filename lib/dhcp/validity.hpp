// SPDX-License-Identifier: BSD-3-Clause
// What makes a message that parses still none for us. Such a message is counted and never answered.
#pragma once

#include "dhcp/book.hpp"
#include "dhcp/counters.hpp"
#include "wire/datagram.hpp"
#include "wire/dhcp.hpp"

#include <cstdint>
#include <optional>

namespace portico::dhcp {

/// The counter of what is wrong; null: nothing. Port, op, hardware, message type, lengths of
/// options, relay information. After it, a message has a type that a client sends.
[[nodiscard]] Reason find_fault(const wire::Datagram& datagram, const wire::dhcp::Message& message,
                                std::uint16_t mtu) noexcept;

/// In which state a client sends this REQUEST (RFC 2131 section 4.3.2); none if its fields
/// contradict each other. `by_unicast`: it was sent to our own address.
[[nodiscard]] std::optional<RequestKind> kind_of_request(const wire::dhcp::Message& message,
                                                         bool by_unicast) noexcept;

/// The client identifier is an Ethernet address other than chaddr.
[[nodiscard]] bool has_foreign_identifier(const wire::dhcp::Message& message) noexcept;

}  // namespace portico::dhcp
