// SPDX-License-Identifier: BSD-3-Clause
// What any number of phones say to lease an address each, as frames: written over one template, so
// that a generator on the gateway's own CPU costs little.
#pragma once

#include "support/packet_builder.hpp"
#include "wire/checksum.hpp"
#include "wire/dhcp.hpp"

#include <cstdint>

namespace portico::bench {

class PhoneFrames {
 public:
  PhoneFrames(Ipv4 server, std::string_view vendor_class)
      : discover_(template_of(wire::dhcp::Type::Discover, server, vendor_class)),
        request_(template_of(wire::dhcp::Type::Request, server, vendor_class)) {}

  /// Phone `number`'s; valid until the next call of the same.
  [[nodiscard]] Bytes discover(std::uint32_t number) { return of(discover_, number, {}); }
  [[nodiscard]] Bytes request(std::uint32_t number, Ipv4 address) {
    return of(request_, number, address);
  }

  /// Of an answer: which phone's it is, what it says, and to which address.
  struct Answer {
    std::uint32_t phone;
    wire::dhcp::Type type;
    Ipv4 address;
  };
  /// As far as a phone must look that knows what it asked for: option 53 comes first. None: not
  /// IPv4.
  [[nodiscard]] static std::optional<Answer> read(Bytes frame) noexcept {
    if (load_be<std::uint16_t>(&frame[kTypeAt]) != wire::kEtherIpv4) return std::nullopt;
    return Answer{.phone = load_be<std::uint32_t>(&frame[kXidAt]),
                  .type = static_cast<wire::dhcp::Type>(frame[kOptionsAt + 2]),
                  .address = {load_be<std::uint32_t>(&frame[kDhcpAt + 16])}};
  }

 private:
  static constexpr std::size_t kSourceMacAt = 6;
  static constexpr std::size_t kTypeAt = 12;
  static constexpr std::size_t kUdpAt = 34;
  static constexpr std::size_t kDhcpAt = 42;
  static constexpr std::size_t kXidAt = kDhcpAt + 4;
  static constexpr std::size_t kMacAt = kDhcpAt + 28;
  static constexpr std::size_t kOptionsAt = kDhcpAt + wire::dhcp::kHeaderSize;
  static constexpr std::size_t kRequestedAt = kOptionsAt + 3 + 2;  // behind option 53

  static support::Octets template_of(wire::dhcp::Type type, Ipv4 server,
                                     std::string_view vendor_class) {
    namespace code = wire::dhcp::code;
    wire::dhcp::Builder builder;
    wire::dhcp::Header header;
    header.set_mac(Mac::from_bits(0x001b2c000000));
    builder.start(header);
    builder.add_number8(code::kMessageType, static_cast<std::uint8_t>(type));
    if (type == wire::dhcp::Type::Request) {
      builder.add_address(code::kRequestedAddress, {});
      builder.add_address(code::kServerIdentifier, server);
    }
    builder.add_text(code::kVendorClass, vendor_class);
    const std::uint8_t wanted[] = {1, 3, 6, 43, 51, 66, 67, 125};
    builder.add(code::kParameterRequestList, wanted);
    const auto payload = *builder.finish(576);
    return support::Frame{.to_mac = kBroadcastMac,
                          .from_mac = header.mac(),
                          .from = {},
                          .to = kBroadcastIp,
                          .from_port = wire::dhcp::kClientPort,
                          .to_port = wire::dhcp::kServerPort,
                          .payload = {payload.begin(), payload.end()}}
        .build();
  }

  static Bytes of(support::Octets& frame, std::uint32_t number, Ipv4 requested) noexcept {
    wire::ChecksumDelta changed;
    const auto put = [&](std::size_t at, std::uint32_t value) {
      changed.replace({load_be<std::uint32_t>(&frame[at])}, {value});
      store_be(&frame[at], value);
    };
    const std::uint32_t low_mac = 0x2c000000 | number;
    store_be(&frame[kSourceMacAt + 2], low_mac);
    put(kMacAt + 2, low_mac);
    put(kXidAt, number);
    if (!requested.is_zero()) put_unaligned(frame, requested, changed);
    store_be(&frame[kUdpAt + 6], changed.apply(load_be<std::uint16_t>(&frame[kUdpAt + 6])));
    return frame;
  }

  /// At an odd place of the datagram its octets change the checksum's other halves.
  static void put_unaligned(support::Octets& frame, Ipv4 requested,
                            wire::ChecksumDelta& changed) noexcept {
    static_assert((kRequestedAt - kUdpAt) % 2 == 1);
    const auto was = load_be<std::uint32_t>(&frame[kRequestedAt]);
    changed.replace({swapped(was)}, {swapped(requested.bits)});
    store_be(&frame[kRequestedAt], requested.bits);
  }
  /// The octets of each half the other way round.
  static std::uint32_t swapped(std::uint32_t v) noexcept {
    return (v & 0x00ff00ff) << 8 | (v & 0xff00ff00) >> 8;
  }

  support::Octets discover_;
  support::Octets request_;
};

}  // namespace portico::bench
