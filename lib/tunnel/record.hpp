// SPDX-License-Identifier: BSD-3-Clause
// What both ends of a tunnel know of it: a line of the tunnels' file, which both read, and a line
// of the keys'. Each end knows its side by its outer address.
#pragma once

#include "base/addresses.hpp"
#include "base/port_block.hpp"
#include "base/secret.hpp"
#include "tunnel/algorithm.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace portico::tunnel {

enum class Encapsulation : std::uint8_t {
  Esp,   ///< RFC 4303, tunnel mode
  Ipip,  ///< RFC 2003: no protection, for a path that is trusted
};

using portico::PortBlock;

struct Record {
  std::string name;
  Ipv4 gateway;       ///< outer address of the end at the phones
  Ipv4 concentrator;  ///< outer address of the end at the provider
  Encapsulation encapsulation = Encapsulation::Esp;
  std::vector<PortBlock> blocks;  ///< what is behind the gateway; at least one
  std::vector<Prefix> remote;     ///< what is behind the concentrator; at least one
  std::uint16_t mtu = 1500;       ///< of the path between them, outer headers included
  // The rest is ESP's.
  Algorithm algorithm = Algorithm::AesGcm128;
  bool udp = false;           ///< in UDP 4500 (RFC 3948)
  bool esn = true;            ///< 64-bit sequence numbers
  std::uint32_t sas = 1;      ///< SAs in each direction, a power of two up to kMostSas
  std::uint32_t spi_out = 0;  ///< first of the SPIs from gateway to concentrator, 256 or above
  std::uint32_t spi_in = 0;   ///< first of those from concentrator to gateway
  std::string key;            ///< names a KeySet

  friend bool operator==(const Record&, const Record&) = default;
};
inline constexpr std::uint32_t kMostSas = 64;
/// Inbound SAs that the workers' tables hold for each tunnel there can be, whichever has them: two
/// key sets of eight.
inline constexpr std::size_t kSasATunnel = 16;

/// The keys of a record's SAs, one each: key_material() octets, no two of them alike. A name stands
/// for these octets for ever: other keys have another name.
struct KeySet {
  std::string name;
  std::vector<Secret> out;  ///< gateway to concentrator, by index
  std::vector<Secret> in;
};

}  // namespace portico::tunnel
