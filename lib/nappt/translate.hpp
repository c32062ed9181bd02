// SPDX-License-Identifier: BSD-3-Clause
// Who may send and receive what, and the translation itself (claims N1 and N3).
#pragma once

#include "base/addresses.hpp"
#include "nappt/bindings.hpp"
#include "nappt/packet.hpp"
#include "nappt/signalling.hpp"
#include "stats/drops.hpp"

#include <cstdint>
#include <span>

namespace portico::nappt {

/// A MAC address where it stands in a frame.
using MacOctets = std::span<const std::uint8_t, sizeof(Mac)>;

/// Frames of an attached phone come from its own MAC address; a routed one's from its router.
[[nodiscard]] inline bool is_from(const Phone& phone, MacOctets source_mac) noexcept {
  return phone.next_hop != kNoHop || phone.mac.stands_at(source_mac);
}

/// True if `packet`, sent by `source_mac`, is this phone's to send.
[[nodiscard]] inline bool may_send(const Phone& phone, MacOctets source_mac,
                                   const Packet& packet) noexcept {
  return is_from(phone, source_mac) && phone.range.contains(packet.source_port());
}
/// Why it may not.
[[nodiscard]] inline stats::Drop refusal_to_send(const Phone& phone, MacOctets source_mac,
                                                 const Packet& packet) noexcept {
  using stats::Drop;
  if (phone.range.size == 0) return Drop::NoBinding;
  if (!is_from(phone, source_mac)) return Drop::WrongMac;
  return packet.is_echo() ? Drop::EchoIdOutOfRange : Drop::PortOutOfRange;
}

/// True if this packet of the phone's is for the tunnel: all are of a phone that is seen by the
/// provider's address only, signalling is of one that is seen by both.
[[nodiscard]] inline bool is_for_tunnel(const Phone& phone, const Packet& packet,
                                        const Signalling& signalling) noexcept {
  if (phone.tunnel_address.is_zero()) [[likely]]
    return false;
  return phone.public_address.is_zero() || signalling.names(packet);
}

/// True if `packet` reaches the phone found by its destination: a range may be smaller than its
/// granule.
[[nodiscard]] inline bool may_receive(const Phone& phone, const Packet& packet) noexcept {
  return phone.range.contains(packet.destination_port());
}
/// Why it does not.
[[nodiscard]] inline stats::Drop refusal_to_receive(const Packet& packet) noexcept {
  return packet.is_echo() ? stats::Drop::EchoIdUnheld : stats::Drop::PortUnheld;
}

/// The source becomes the phone's public address; the port stays. A packet that comes in again in
/// the same turn keeps its TTL until then.
inline void translate_outbound(Phone& phone, const Packet& packet, Ttl ttl) noexcept {
  ++phone.packets_out;
  phone.octets_out += packet.length();
  packet.replace_source(phone.public_address, phone.direct_delta, ttl);
}

/// The same into the tunnel: the source becomes the provider's address.
inline void translate_into_tunnel(Phone& phone, const Packet& packet) noexcept {
  ++phone.packets_out;
  phone.octets_out += packet.length();
  packet.replace_source(phone.tunnel_address, phone.tunnel_delta, Ttl::Decrement);
}

/// The destination, one of the phone's two, becomes the phone's private address; the port stays,
/// the TTL is one less.
inline void translate_inbound(Phone& phone, const Packet& packet) noexcept {
  ++phone.packets_in;
  phone.octets_in += packet.length();
  const bool by_tunnel = packet.destination() == phone.tunnel_address;
  packet.replace_destination(phone.private_address,
                             ~(by_tunnel ? phone.tunnel_delta : phone.direct_delta),
                             Ttl::Decrement);
}

}  // namespace portico::nappt
