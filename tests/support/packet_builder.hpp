// SPDX-License-Identifier: BSD-3-Clause
// Frames for tests, built from nothing but the standards: what a test says, and right checksums.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"
#include "wire/checksum.hpp"
#include "wire/ethernet.hpp"
#include "wire/ipv4.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace portico::support {

using Octets = std::vector<std::uint8_t>;

inline Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

/// A frame with everything at hand; build() fills lengths and checksums in. Copy it and change one
/// thing: `auto expected = packet; expected.ttl = 63;`.
struct Frame {
  Mac to_mac;
  Mac from_mac;
  std::uint16_t vlan = 0;
  Ipv4 from;
  Ipv4 to;
  std::uint8_t protocol = wire::kProtocolUdp;
  std::uint8_t ttl = 64;
  std::uint8_t tos = 0;
  bool dont_fragment = false;
  std::uint16_t fragment = 0;   ///< flags and offset as in the header, besides dont_fragment
  std::uint16_t from_port = 0;  ///< of an echo: the identifier
  std::uint16_t to_port = 0;    ///< of an echo: the sequence number
  std::uint8_t icmp_type = 8;
  std::uint8_t icmp_code = 0;
  Octets ip_options = {};  ///< a multiple of four octets
  Octets payload = octets("hello");
  bool udp_checksum = true;
  std::optional<std::uint16_t> l4_checksum = {};  ///< instead of the right one

  [[nodiscard]] Octets build() const {
    const wire::EthernetHeader ethernet{to_mac, from_mac, vlan, wire::kEtherIpv4};
    Octets frame(ethernet.size());
    ethernet.write(frame);
    const auto packet = ip();
    frame.insert(frame.end(), packet.begin(), packet.end());
    return frame;
  }

  /// Without Ethernet.
  [[nodiscard]] Octets ip() const {
    const auto behind = l4();
    const auto header_size = 20 + ip_options.size();
    Octets packet(header_size);
    packet[0] = static_cast<std::uint8_t>(0x40 | header_size / 4);
    packet[1] = tos;
    store_be(&packet[2], static_cast<std::uint16_t>(header_size + behind.size()));
    store_be<std::uint16_t>(&packet[4], 0x1234);
    store_be(&packet[6], static_cast<std::uint16_t>(fragment | (dont_fragment ? 0x4000 : 0)));
    packet[8] = ttl;
    packet[9] = protocol;
    store_be(&packet[12], from.bits);
    store_be(&packet[16], to.bits);
    std::ranges::copy(ip_options, packet.begin() + 20);
    store_be(&packet[10], wire::checksum_of(packet));
    packet.insert(packet.end(), behind.begin(), behind.end());
    return packet;
  }

 private:
  [[nodiscard]] Octets l4() const {
    const bool tcp = protocol == wire::kProtocolTcp;
    const bool icmp = protocol == wire::kProtocolIcmp;
    const std::size_t checksum_at = tcp ? 16 : icmp ? 2 : 6;
    Octets bytes(tcp ? 20 : 8);
    if (icmp) {
      bytes[0] = icmp_type;
      bytes[1] = icmp_code;
    }
    store_be(&bytes[icmp ? 4 : 0], from_port);
    store_be(&bytes[icmp ? 6 : 2], to_port);
    if (tcp) bytes[12] = 5 << 4;
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    const auto length = static_cast<std::uint16_t>(bytes.size());
    if (!tcp && !icmp) store_be(&bytes[4], length);
    auto sum = icmp ? wire::ChecksumSum{} : wire::pseudo_header(from, to, protocol, length);
    auto checksum = sum.add(Bytes{bytes}).finish();
    if (protocol == wire::kProtocolUdp && checksum == 0) checksum = 0xffff;
    if (protocol == wire::kProtocolUdp && !udp_checksum) checksum = 0;
    store_be(&bytes[checksum_at], l4_checksum.value_or(checksum));
    return bytes;
  }
};

/// An ARP request for `target` (RFC 826).
inline Octets arp_request(Mac to_mac, Mac from_mac, Ipv4 sender, Ipv4 target) {
  const wire::EthernetHeader ethernet{to_mac, from_mac, 0, wire::kEtherArp};
  Octets frame(ethernet.size() + 28);
  ethernet.write(frame);
  auto* arp = &frame[ethernet.size()];
  store_be<std::uint16_t>(arp, 1);
  store_be<std::uint16_t>(arp + 2, wire::kEtherIpv4);
  arp[4] = 6;
  arp[5] = 4;
  store_be<std::uint16_t>(arp + 6, 1);
  std::ranges::copy(from_mac.octets, arp + 8);
  store_be(arp + 14, sender.bits);
  store_be(arp + 24, target.bits);
  return frame;
}

}  // namespace portico::support
