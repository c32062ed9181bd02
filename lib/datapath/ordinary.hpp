// SPDX-License-Identifier: BSD-3-Clause
// Most packets, told by a few loads. What is not ordinary goes through classify(), which decides
// the same for what is (the fuzz target compares the two) and knows the reason for everything else.
#pragma once

#include "base/endian.hpp"
#include "datapath/link.hpp"
#include "nappt/bindings.hpp"
#include "wire/ethernet.hpp"
#include "wire/ipv4.hpp"

#include <cstdint>
#include <cstring>

namespace portico::datapath {

/// Nobody's address: this network, loopback, groups, reserved (RFC 1812 section 5.3.7, RFC 6890).
[[nodiscard]] inline bool is_martian(Ipv4 a) noexcept {
  const auto first_octet = a.bits >> 24;
  return first_octet == 0 || first_octet == 127 || first_octet >= 224;
}

/// An IPv4 frame for this link's MAC address, with its tag.
[[nodiscard]] inline bool is_ordinary_frame(const Link& link, const std::uint8_t* frame) noexcept {
  if (std::memcmp(frame, link.mac().octets.data(), sizeof(Mac)) != 0) return false;
  if (load_be<std::uint16_t>(frame + link.header_size() - 2) != wire::kEtherIpv4) return false;
  return link.vlan() == 0 ||
         (load_be<std::uint16_t>(frame + 12) == wire::kEtherVlan &&
          (load_be<std::uint16_t>(frame + 14) & wire::kVlanIdMask) == link.vlan());
}

/// Valid by F-1, no options, no fragment, UDP or TCP with a whole header, within `room` octets.
[[nodiscard]] inline bool is_ordinary_packet(const std::uint8_t* ip, std::size_t room) noexcept {
  const auto first_word = load_be<std::uint32_t>(ip);
  const std::size_t length = first_word & 0xffff;
  const auto fragment_word = load_be<std::uint32_t>(ip + 4);
  const auto ttl_word = load_be<std::uint32_t>(ip + 8);
  const auto protocol = ttl_word >> 16 & 0xff;
  if (first_word >> 24 != 0x45 || length > room || (fragment_word & 0x3fff) != 0) return false;
  if (protocol == wire::kProtocolUdp) {
    const auto udp_length = load_be<std::uint16_t>(ip + 24);
    if (udp_length < 8 || udp_length + 20u > length) return false;
  } else if (protocol != wire::kProtocolTcp || length < 40 || ip[32] >> 4 < 5 ||
             (ip[32] >> 4) * 4u + 20u > length) {
    return false;
  }
  auto sum = std::uint64_t{first_word} + fragment_word + ttl_word +
             load_be<std::uint32_t>(ip + 12) + load_be<std::uint32_t>(ip + 16);
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  return (sum & 0xffff) + (sum >> 16) == 0xffff;
}

/// From a phone to somewhere in the network: Lane::Outbound. `frame` holds `size` octets.
[[nodiscard]] inline bool is_ordinary_outbound(const Links& links, const nappt::Bindings& bindings,
                                               const std::uint8_t* frame,
                                               std::size_t size) noexcept {
  const auto& [lan, wan] = links;
  if (size < lan.header_size() + 28 || !is_ordinary_frame(lan, frame)) return false;
  const auto* ip = frame + lan.header_size();
  if (!is_ordinary_packet(ip, size - lan.header_size())) return false;
  const Ipv4 to{load_be<std::uint32_t>(ip + 16)};
  return !is_martian(to) && !wan.network().contains(to) && !lan.network().contains(to) &&
         !bindings.is_private(to);
}

/// From somewhere in the network to a public address of ours: Lane::Inbound.
[[nodiscard]] inline bool is_ordinary_inbound(const Links& links, const nappt::Bindings& bindings,
                                              const std::uint8_t* frame,
                                              std::size_t size) noexcept {
  const auto& [lan, wan] = links;
  if (size < wan.header_size() + 28 || !is_ordinary_frame(wan, frame)) return false;
  const auto* ip = frame + wan.header_size();
  if (!is_ordinary_packet(ip, size - wan.header_size())) return false;
  const Ipv4 from{load_be<std::uint32_t>(ip + 12)};
  const Ipv4 to{load_be<std::uint32_t>(ip + 16)};
  return to != wan.address() && bindings.is_public(to) && !is_martian(from) &&
         from != wan.address() && !lan.network().contains(from) && !bindings.is_public(from) &&
         !bindings.is_private(from);
}

}  // namespace portico::datapath
