// SPDX-License-Identifier: BSD-3-Clause
// What goes through a tunnel between a phone and a server, and packets of the tunnel as anybody
// could make them: by hand, with or without the keys.
#pragma once

#include "tunnel_ends.hpp"
#include <optional>

namespace portico::site {

/// From the phone to a server of the provider's, as the gateway receives it.
inline support::Frame to_server() {
  auto f = outbound();
  f.to = kSipServer;
  return f;
}
/// The same as the concentrator sends it: both are a hop.
inline support::Frame to_server_arrived() {
  auto f = passed_on(to_server(), {kProviderSideMac, kSipServerMac}, 2);
  f.from = kProvider;
  return f;
}
/// From that server to the phone, as the concentrator receives it.
inline support::Frame to_phone() {
  return udp({kSipServerMac, kProviderSideMac}, {kSipServer, 5060}, {kProvider, kPorts.first});
}
/// The same as the gateway sends it.
inline support::Frame to_phone_arrived() {
  auto f = passed_on(to_phone(), {kLanMac, kPhoneMac}, 2);
  f.to = kPhone;
  return f;
}
/// As the gateway puts it into the tunnel.
inline support::Frame inner_to_server() {
  auto f = to_server();
  f.from = kProvider;
  f.ttl = 63;
  return f;
}
/// As the concentrator does.
inline support::Frame inner_to_phone() {
  auto f = to_phone();
  f.ttl = 63;
  return f;
}

/// The same in an IP packet of so many octets.
inline support::Frame sized(support::Frame frame, std::size_t length, bool dont_fragment) {
  constexpr std::size_t kIpAndUdp = 28;
  frame.payload.resize(length - kIpAndUdp);
  frame.dont_fragment = dont_fragment;
  return frame;
}

inline constexpr std::size_t kOuterIp = wire::EthernetView::kSize;
inline constexpr std::size_t kOuterPayload = kOuterIp + wire::Ipv4Header::kSize;

inline Ipv4 outer_source(const support::Octets& frame) {
  return {load_be<std::uint32_t>(&frame[kOuterIp + 12])};
}
inline Ipv4 outer_destination(const support::Octets& frame) {
  return {load_be<std::uint32_t>(&frame[kOuterIp + 16])};
}
inline std::uint32_t spi_of(const support::Octets& frame) {
  return load_be<std::uint32_t>(&frame[kOuterPayload]);
}

/// From whom an outer packet claims to be, and for whom it is.
struct Way {
  Ipv4 from;
  Ipv4 to;
};
inline const Way kToGateway{kConcentrator, kWan};
inline const Way kToConcentrator{kWan, kConcentrator};

/// A frame around what is in the tunnel's own packet. Who receives it puts its MAC address there.
inline support::Octets outer(const Way& way, std::uint8_t protocol, const support::Octets& payload,
                             std::uint8_t tos = 0) {
  support::Octets frame(kOuterPayload);
  const wire::EthernetHeader ethernet{kWanMac, kRouterMac, 0, wire::kEtherIpv4};
  ethernet.write(frame);
  const wire::Ipv4Header ip{.source = way.from,
                            .destination = way.to,
                            .protocol = protocol,
                            .ttl = 64,
                            .tos = tos,
                            .identification = 0,
                            .dont_fragment = true};
  ip.write(MutableBytes{frame}.subspan(kOuterIp), payload.size());
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}
/// UDP to 4500, by default from there, which says it has `length` octets in all.
inline support::Octets in_udp(const support::Octets& payload, std::uint16_t length,
                              std::uint16_t checksum = 0, std::uint16_t from_port = 4500) {
  support::Octets udp(8);
  store_be(udp.data(), from_port);
  store_be<std::uint16_t>(&udp[2], 4500);
  store_be(&udp[4], length);
  store_be(&udp[6], checksum);
  udp.insert(udp.end(), payload.begin(), payload.end());
  return udp;
}
inline support::Octets in_udp(const support::Octets& payload) {
  return in_udp(payload, static_cast<std::uint16_t>(8 + payload.size()));
}

/// An ESP packet as the far end of site::record() seals it, but for what a test says.
struct EspPacket {
  tunnel::Record record = site::record();
  Way way = kToGateway;
  std::uint64_t number = 1;
  support::Octets inner = inner_to_phone().ip();
  std::uint8_t next_header = tunnel::kNextIpv4;
  std::optional<std::uint8_t> pad_length = {};  ///< what the trailer says; none: the truth
  std::optional<std::uint8_t> pad_octet = {};   ///< instead of 1, 2, 3…
  std::uint8_t tos = 0;                         ///< of the outer header

  /// Header to ICV.
  [[nodiscard]] support::Octets esp() const {
    const bool to_gateway = way.to == record.gateway;
    const auto keys = support::key_set(record);
    const auto room = tunnel::esp_room(tunnel::sizes_of(record.algorithm), inner.size());
    support::Octets packet(room.total());
    const auto spi = to_gateway ? record.spi_in : record.spi_out;
    tunnel::write_esp_header(packet.data(), spi, number);
    std::ranges::copy(inner, packet.data() + room.header);
    auto* trailer = packet.data() + room.header + inner.size();
    tunnel::write_esp_trailer(trailer, room.padding);
    if (pad_octet) std::fill_n(trailer, room.padding, *pad_octet);
    if (pad_length) trailer[room.padding] = *pad_length;
    trailer[room.padding + 1] = next_header;
    const auto key =
        fake::transparent_key(record.algorithm, (to_gateway ? keys.in : keys.out).front().octets());
    tunnel::Job job{.key = key.get(), .packet = packet, .number = number, .esn = record.esn};
    fake::TransparentCipher{}.seal({&job, 1});
    return packet;
  }
  [[nodiscard]] support::Octets frame() const { return outer(way, wire::kProtocolEsp, esp(), tos); }
};

}  // namespace portico::site
