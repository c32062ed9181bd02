// SPDX-License-Identifier: BSD-3-Clause
// What is kept of a client's message until it is answered.
#pragma once

#include "base/addresses.hpp"
#include "base/time.hpp"
#include "wire/dhcp.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace portico::dhcp {

struct Request {
  Time received;              ///< of a REQUEST that waits for its lease to be stored
  wire::dhcp::Header header;  ///< sname and file empty
  Ipv4 server;                ///< option 54 of the answer: ours, or what the relay puts instead
  std::size_t max_size = 0;   ///< octets of DHCP message that the client takes
  std::vector<std::uint8_t> parameters;         ///< option 55; empty: the client sent none
  std::vector<std::uint8_t> client_identifier;  ///< option 61; empty: none
  std::vector<std::uint8_t> relay_information;  ///< option 82; empty: none

  /// Reads a valid message into the memory this request has already. `server` is our address, `mtu`
  /// what an IP datagram of ours may have.
  void read(const wire::dhcp::Message& message, Ipv4 server, std::uint16_t mtu);
};

}  // namespace portico::dhcp
