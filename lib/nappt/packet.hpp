// SPDX-License-Identifier: BSD-3-Clause
// An IPv4 packet that can be translated, and the one function that translates its address, for both
// directions (RFC 3022 section 4; checksums by RFC 1624).
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"
#include "stats/drops.hpp"
#include "wire/checksum.hpp"
#include "wire/icmp.hpp"
#include "wire/ipv4.hpp"
#include "wire/tcp.hpp"
#include "wire/udp.hpp"

#include <cstdint>
#include <cstring>
#include <optional>

namespace portico::nappt {

/// Why a packet cannot be translated: Packet may be made of it if there is no reason.
[[nodiscard]] inline std::optional<stats::Drop> untranslatable(const wire::Ipv4Edit& ip) noexcept {
  using stats::Drop;
  if (ip.has_options()) return Drop::IpOptions;
  if (ip.is_fragment()) return Drop::IpFragment;
  switch (ip.protocol()) {
    case wire::kProtocolUdp:
      if (!wire::UdpView::parse(ip.payload())) return Drop::L4Truncated;
      return std::nullopt;
    case wire::kProtocolTcp:
      if (!wire::TcpView::parse(ip.payload())) return Drop::L4Truncated;
      return std::nullopt;
    case wire::kProtocolIcmp: {
      const auto icmp = wire::IcmpView::parse(ip.payload());
      if (!icmp) return Drop::L4Truncated;
      if (wire::is_icmp_error(icmp->type())) return Drop::IcmpError;
      if (!wire::is_icmp_echo(icmp->type())) return Drop::IcmpType;
      return std::nullopt;
    }
    default:
      return Drop::UnsupportedProtocol;
  }
}

enum class Ttl : std::uint8_t { Keep, Decrement };

/// A UDP, TCP or ICMP echo packet that is not untranslatable(): a header of 20 octets, then that of
/// its protocol, both whole. It costs nothing to make again in each stage.
class Packet {
 public:
  /// `first`: the version octet of such a packet.
  explicit Packet(std::uint8_t* first) noexcept
      : ip_(first), length_(load_be<std::uint16_t>(first + 2)) {}

  [[nodiscard]] std::uint8_t* first_octet() const noexcept { return ip_; }
  [[nodiscard]] Ipv4 source() const noexcept { return {load_be<std::uint32_t>(ip_ + kSource)}; }
  [[nodiscard]] Ipv4 destination() const noexcept {
    return {load_be<std::uint32_t>(ip_ + kDestination)};
  }
  [[nodiscard]] std::uint16_t length() const noexcept { return length_; }
  [[nodiscard]] bool dont_fragment() const noexcept { return (ip_[6] & 0x40) != 0; }
  [[nodiscard]] std::uint8_t ttl() const noexcept { return ip_[8]; }
  [[nodiscard]] bool is_echo() const noexcept { return ip_[9] == wire::kProtocolIcmp; }

  /// What stays unchanged: the port, or the identifier of an echo (RFC 5508 REQ-1), which stands in
  /// the same place for both directions.
  [[nodiscard]] std::uint16_t source_port() const noexcept {
    return load_be<std::uint16_t>(ip_ + kL4 + (is_echo() ? 4 : 0));
  }
  [[nodiscard]] std::uint16_t destination_port() const noexcept {
    return load_be<std::uint16_t>(ip_ + kL4 + (is_echo() ? 4 : 2));
  }

  /// `change`: what the old address and the new differ by. Ttl::Decrement: of a TTL above 0.
  void replace_source(Ipv4 now, wire::StoredDelta change, Ttl ttl) const noexcept {
    replace(kSource, now, change, ttl);
  }
  void replace_destination(Ipv4 now, wire::StoredDelta change, Ttl ttl) const noexcept {
    replace(kDestination, now, change, ttl);
  }
  /// Of a TTL above 0.
  void decrement_ttl() const noexcept {
    --ip_[8];
    update(kIpChecksum, kTtlDelta);
  }
  /// What was taken.
  void restore_ttl() const noexcept {
    ++ip_[8];
    update(kIpChecksum, ~kTtlDelta);
  }

 private:
  static constexpr std::size_t kIpChecksum = 10;
  static constexpr std::size_t kSource = 12;
  static constexpr std::size_t kDestination = 16;
  static constexpr std::size_t kL4 = wire::Ipv4Header::kSize;
  static constexpr std::size_t kUdpChecksum = kL4 + 6;
  static constexpr std::size_t kTcpChecksum = kL4 + 16;

  void replace(std::size_t at, Ipv4 now, wire::StoredDelta change, Ttl ttl) const noexcept {
    store_be(ip_ + at, now.bits);
    update(kIpChecksum, change);
    if (ttl == Ttl::Decrement) decrement_ttl();
    if (ip_[9] == wire::kProtocolUdp) [[likely]]
      update_udp(change);
    else if (ip_[9] == wire::kProtocolTcp)
      update(kTcpChecksum, change);  // ICMP has no pseudo header: nothing to do
  }
  void update(std::size_t at, wire::StoredDelta change) const noexcept {
    write(at, change.apply(read(at)));
  }
  /// 0 says that there is no checksum, so a computed 0 is sent as 0xffff (RFC 768).
  void update_udp(wire::StoredDelta change) const noexcept {
    const auto was = read(kUdpChecksum);
    if (was == 0) return;
    const auto now = change.apply(was);
    write(kUdpChecksum, now == 0 ? 0xffff : now);
  }
  /// A checksum as it stands there.
  [[nodiscard]] std::uint16_t read(std::size_t at) const noexcept {
    std::uint16_t stored = 0;
    std::memcpy(&stored, ip_ + at, sizeof stored);
    return stored;
  }
  void write(std::size_t at, std::uint16_t stored) const noexcept {
    std::memcpy(ip_ + at, &stored, sizeof stored);
  }

  /// The TTL is the high octet of its word.
  static constexpr wire::StoredDelta kTtlDelta{wire::ChecksumDelta{}.replace16(0x0100, 0)};

  std::uint8_t* ip_;
  std::uint16_t length_;  // read once: what is written elsewhere in a packet does not change it
};

}  // namespace portico::nappt
