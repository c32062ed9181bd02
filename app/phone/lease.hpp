// SPDX-License-Identifier: BSD-3-Clause
// What a lease tells the telephone: its address, the ports that are its alone, and its software.
#pragma once

#include "base/addresses.hpp"
#include "base/digest.hpp"
#include "base/port_range.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portico::phone {

/// RFC 2131 section 3.3: a time of 0xffffffff never ends.
inline constexpr std::uint32_t kInfinite = 0xffffffff;

/// Who the telephone is to the network outside: option 125, sub-options 1 to 3.
struct Identity {
  Ipv4 public_address;  ///< zero: it has none of the gateway's
  Ipv4 tunnel_address;  ///< zero: it has none of the provider's
  PortRange ports;

  friend bool operator==(const Identity&, const Identity&) = default;
};

struct Firmware {
  Ipv4 server;                   ///< of TFTP; zero: none was named
  std::string file;              ///< empty: none was named
  std::optional<Sha256> digest;  ///< option 125 sub-option 4
  std::string version;           ///< option 125 sub-option 5

  friend bool operator==(const Firmware&, const Firmware&) = default;
};

struct Lease {
  Ipv4 address;
  std::uint8_t prefix_length = 32;
  Ipv4 router;  ///< zero: none
  Ipv4 server;  ///< DHCP server identifier
  Identity identity;
  Firmware firmware;
  std::vector<Ipv4> dns;
  std::vector<Ipv4> ntp;
  std::vector<Ipv4> sip_servers;
  std::uint32_t lease_s = 0;   ///< kInfinite: never ends
  std::uint32_t renew_s = 0;   ///< T1 < T2 < lease_s
  std::uint32_t rebind_s = 0;  ///< T2

  friend bool operator==(const Lease&, const Lease&) = default;
};

}  // namespace portico::phone
