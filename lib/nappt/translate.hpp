// SPDX-License-Identifier: BSD-3-Clause
// Who may send and receive what, and the translation itself (claims N1 and N3).
#pragma once

#include "base/addresses.hpp"
#include "nappt/bindings.hpp"
#include "nappt/packet.hpp"
#include "stats/drops.hpp"

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace portico::nappt {

/// A MAC address where it stands in a frame.
using MacOctets = std::span<const std::uint8_t, sizeof(Mac)>;

/// Why `packet`, sent by `source_mac`, is not this phone's to send; nothing if it may leave.
[[nodiscard]] inline std::optional<stats::Drop> refuse_outbound(const Phone& phone,
                                                                MacOctets source_mac,
                                                                const Packet& packet) noexcept {
  using stats::Drop;
  if (phone.range.size == 0) [[unlikely]]
    return Drop::NoBinding;
  if (phone.next_hop == kNoHop &&
      std::memcmp(phone.mac.octets.data(), source_mac.data(), sizeof(Mac)) != 0) [[unlikely]]
    return Drop::WrongMac;
  if (!phone.range.contains(packet.source_port())) [[unlikely]]
    return packet.is_echo() ? Drop::EchoIdOutOfRange : Drop::PortOutOfRange;
  if (phone.public_address.is_zero()) [[unlikely]]
    return Drop::NoIdentity;
  return std::nullopt;
}

/// Why `packet` does not reach the phone found by its destination; nothing if it does.
[[nodiscard]] inline std::optional<stats::Drop> refuse_inbound(const Phone& phone,
                                                               const Packet& packet) noexcept {
  using stats::Drop;
  if (!phone.range.contains(packet.destination_port())) [[unlikely]]
    return packet.is_echo() ? Drop::EchoIdUnheld : Drop::PortUnheld;
  return std::nullopt;
}

/// The source becomes the phone's public address; the port stays. A packet that comes in again in
/// the same turn keeps its TTL until then.
inline void translate_outbound(Phone& phone, const Packet& packet, Ttl ttl) noexcept {
  packet.replace_source(phone.public_address, wire::ChecksumDelta::from_folded(phone.direct_delta),
                        ttl);
  ++phone.packets_out;
  phone.octets_out += packet.length();
}

/// The destination becomes the phone's private address; the port stays, the TTL is one less.
inline void translate_inbound(Phone& phone, const Packet& packet) noexcept {
  const auto back = static_cast<std::uint16_t>(~phone.direct_delta);
  packet.replace_destination(phone.private_address, wire::ChecksumDelta::from_folded(back),
                             Ttl::Decrement);
  ++phone.packets_in;
  phone.octets_in += packet.length();
}

}  // namespace portico::nappt
