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

/// IPv4 without options, and no fragment.
[[nodiscard]] inline bool is_plain(const std::uint8_t* ip) noexcept {
  constexpr auto kVersionAndFragment = swap_bytes<std::uint64_t>(0xff00'0000'0000'3fff);
  constexpr auto kPlain = swap_bytes<std::uint64_t>(0x4500'0000'0000'0000);
  return (load_unswapped<std::uint64_t>(ip) & kVersionAndFragment) == kPlain;
}

/// Valid by F-1, no options, no fragment, UDP or TCP with a whole header, within `room` octets.
[[nodiscard]] inline bool is_ordinary_packet(const std::uint8_t* ip, std::size_t room) noexcept {
  const auto length = load_be<std::uint16_t>(ip + 2);
  if (!is_plain(ip) || length > room) return false;
  if (ip[9] == wire::kProtocolUdp) {
    const auto udp_length = load_be<std::uint16_t>(ip + 24);
    if (udp_length < 8 || udp_length + 20u > length) return false;
  } else if (ip[9] != wire::kProtocolTcp || length < 40 || ip[32] >> 4 < 5 ||
             (ip[32] >> 4) * 4u + 20u > length) {
    return false;
  }
  return wire::is_right_header(ip);
}

/// Of a frame received by this link, which is ordinary if it is IPv4 for the link: the packet.
[[nodiscard]] inline const std::uint8_t* ordinary_packet(const Link& link, Bytes frame) noexcept {
  const auto header = link.header_size();
  if (frame.size() < header + 28 || !link.takes(frame.data())) return nullptr;
  const auto* ip = frame.data() + header;
  return is_ordinary_packet(ip, frame.size() - header) ? ip : nullptr;
}

/// From a phone to somewhere in the network, Lane::Outbound: the phone's slot. kNobody: not
/// ordinary.
[[nodiscard]] inline nappt::Slot ordinary_outbound(const Link& lan, const Surroundings& around,
                                                   const nappt::Bindings& bindings,
                                                   Bytes frame) noexcept {
  const auto* ip = ordinary_packet(lan, frame);
  if (ip == nullptr || !around.is_elsewhere({load_be<std::uint32_t>(ip + 16)}))
    return nappt::kNobody;
  return bindings.slot_of({load_be<std::uint32_t>(ip + 12)});
}

/// From somewhere in the network to a phone, Lane::Inbound: where it stands who the phone is.
/// kNowhere: not ordinary.
[[nodiscard]] inline Place ordinary_inbound(const Link& wan, const Surroundings& around,
                                            const nappt::Bindings& bindings, Bytes frame) noexcept {
  const auto* ip = ordinary_packet(wan, frame);
  if (ip == nullptr || !around.is_elsewhere({load_be<std::uint32_t>(ip + 12)})) return kNowhere;
  return bindings.place_of({load_be<std::uint32_t>(ip + 16)}, load_be<std::uint16_t>(ip + 22));
}

/// ESP for our WAN address, Lane::Outer.
[[nodiscard]] inline bool is_ordinary_esp(const Link& wan, Bytes frame) noexcept {
  const auto header = wan.header_size();
  if (frame.size() < header + 20 || !wan.takes(frame.data())) return false;
  const auto* ip = frame.data() + header;
  const auto length = load_be<std::uint16_t>(ip + 2);
  return is_plain(ip) && length >= 20 && length <= frame.size() - header &&
         ip[9] == wire::kProtocolEsp && load_be<std::uint32_t>(ip + 16) == wan.address().bits &&
         wire::is_right_header(ip);
}

}  // namespace portico::datapath
