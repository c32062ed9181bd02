// SPDX-License-Identifier: BSD-3-Clause
// Most packets, told by a few loads. What is not ordinary goes through classify(), which decides
// the same for what is (the fuzz target compares the two) and knows the reason for everything else.
#pragma once

#include "base/endian.hpp"
#include "datapath/surroundings.hpp"
#include "nappt/bindings.hpp"
#include "nappt/packet.hpp"

#include <cstdint>

namespace portico::datapath {

/// What is read of a packet before its length is believed: the headers of IPv4 and UDP.
inline constexpr std::size_t kLeastRead = 28;

/// IPv4 without options, and no fragment.
[[nodiscard]] inline bool is_plain(const std::uint8_t* ip) noexcept {
  constexpr auto kVersionAndFragment = swap_bytes<std::uint64_t>(0xff00'0000'0000'3fff);
  constexpr auto kPlain = swap_bytes<std::uint64_t>(0x4500'0000'0000'0000);
  return (load_unswapped<std::uint64_t>(ip) & kVersionAndFragment) == kPlain;
}

/// A plain one that ends within `room` octets, and whose header is right.
[[nodiscard]] inline bool is_plain_within(const std::uint8_t* ip, std::size_t room) noexcept {
  return is_plain(ip) && load_be<std::uint16_t>(ip + 2) <= room && wire::is_right_header(ip);
}

/// Of a plain one: UDP or TCP, with a whole header.
[[nodiscard]] inline bool has_ports(const std::uint8_t* ip) noexcept {
  const auto length = load_be<std::uint16_t>(ip + 2);
  if (ip[9] == wire::kProtocolUdp) {
    const auto udp_length = load_be<std::uint16_t>(ip + 24);
    return udp_length >= 8 && udp_length + 20u <= length;
  }
  return ip[9] == wire::kProtocolTcp && length >= 40 && ip[32] >> 4 >= 5 &&
         (ip[32] >> 4) * 4u + 20u <= length;
}

/// Valid by F-1, no options, no fragment, UDP or TCP with a whole header, within `room` octets.
[[nodiscard]] inline bool is_ordinary_packet(const std::uint8_t* ip, std::size_t room) noexcept {
  return is_plain_within(ip, room) && has_ports(ip);
}

/// Of a frame received by this link: the packet, if it is a plain one for the link.
[[nodiscard]] inline const std::uint8_t* plain_packet(const Link& link, Bytes frame) noexcept {
  const auto header = link.header_size();
  if (frame.size() < header + kLeastRead || !link.takes(frame.data())) return nullptr;
  const auto* ip = frame.data() + header;
  return is_plain_within(ip, frame.size() - header) ? ip : nullptr;
}

// What a plain packet is, which plain_packet() found.

/// From a phone to somewhere in the network, Lane::Outbound: the phone's slot. kNobody: not
/// ordinary.
[[nodiscard]] inline nappt::Slot ordinary_outbound(const Surroundings& around,
                                                   const nappt::Bindings& bindings,
                                                   const std::uint8_t* ip) noexcept {
  if (!has_ports(ip) || !around.is_elsewhere({load_be<std::uint32_t>(ip + 16)}))
    return nappt::kNobody;
  return bindings.slot_of({load_be<std::uint32_t>(ip + 12)});
}

/// From somewhere in the network to a phone, Lane::Inbound: where it stands who the phone is.
/// kNowhere: not ordinary.
[[nodiscard]] inline Place ordinary_inbound(const Surroundings& around,
                                            const nappt::Bindings& bindings,
                                            const std::uint8_t* ip) noexcept {
  if (!has_ports(ip) || !around.is_elsewhere({load_be<std::uint32_t>(ip + 12)})) return kNowhere;
  return bindings.place_of({load_be<std::uint32_t>(ip + 16)}, load_be<std::uint16_t>(ip + 22));
}

/// ESP for our WAN address, Lane::Outer, with its header, which is as long as UDP's.
[[nodiscard]] inline bool is_ordinary_esp(const Link& wan, const std::uint8_t* ip) noexcept {
  return ip[9] == wire::kProtocolEsp && load_be<std::uint16_t>(ip + 2) >= kLeastRead &&
         load_be<std::uint32_t>(ip + 16) == wan.address().bits;
}

}  // namespace portico::datapath
