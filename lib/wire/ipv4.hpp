// SPDX-License-Identifier: BSD-3-Clause
// The IPv4 header (RFC 791 section 3.1).
#pragma once

#include "wire/checksum.hpp"
#include "wire/view.hpp"

namespace portico::wire {

inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolIpip = 4;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kProtocolEsp = 50;

/// What F-1 (RFC 1812 section 5.2.2) asks of a packet, in the order asked.
enum class Ipv4Fault : std::uint8_t {
  None,
  Truncated,
  Version,
  HeaderLength,
  TotalLength,
  Checksum,
};

template <class Byte>
class BasicIpv4 : public HeaderView<Byte> {
 public:
  static constexpr std::size_t kMinSize = 20;

  /// None if parse() will accept `l3`.
  [[nodiscard]] static Ipv4Fault fault_of(std::span<Byte> l3) noexcept {
    if (l3.size() < kMinSize) return Ipv4Fault::Truncated;
    if (l3[0] >> 4 != 4) return Ipv4Fault::Version;
    const std::size_t header = (l3[0] & 15u) * 4u;
    if (header < kMinSize || header > l3.size()) return Ipv4Fault::HeaderLength;
    const std::size_t total = load_be<std::uint16_t>(&l3[2]);
    if (total < header || total > l3.size()) return Ipv4Fault::TotalLength;
    if (checksum_of(l3.first(header)) != 0) return Ipv4Fault::Checksum;
    return Ipv4Fault::None;
  }
  /// The packet without what Ethernet padded behind it; nothing unless it is valid by F-1.
  [[nodiscard]] static std::optional<BasicIpv4> parse(std::span<Byte> l3) noexcept {
    if (fault_of(l3) != Ipv4Fault::None) return std::nullopt;
    return BasicIpv4{l3.first(load_be<std::uint16_t>(&l3[2]))};
  }
  /// For a header quoted in an ICMP error (RFC 792): the packet behind it may be cut short.
  [[nodiscard]] static std::optional<BasicIpv4> parse_quoted(std::span<Byte> quote) noexcept {
    if (quote.size() < kMinSize || quote[0] >> 4 != 4) return std::nullopt;
    const std::size_t header = (quote[0] & 15u) * 4u;
    if (header < kMinSize || header > quote.size()) return std::nullopt;
    return BasicIpv4{quote};
  }

  [[nodiscard]] std::size_t header_size() const noexcept { return (this->bytes_[0] & 15u) * 4u; }
  [[nodiscard]] bool has_options() const noexcept { return header_size() > kMinSize; }
  [[nodiscard]] std::uint8_t tos() const noexcept { return this->bytes_[1]; }
  [[nodiscard]] std::uint16_t total_length() const noexcept { return get16(2); }
  [[nodiscard]] std::uint16_t identification() const noexcept { return get16(4); }
  [[nodiscard]] bool dont_fragment() const noexcept { return (get16(6) & 0x4000) != 0; }
  [[nodiscard]] bool more_fragments() const noexcept { return (get16(6) & 0x2000) != 0; }
  /// In octets.
  [[nodiscard]] std::uint32_t fragment_offset() const noexcept { return (get16(6) & 0x1fffu) * 8u; }
  [[nodiscard]] bool is_fragment() const noexcept { return (get16(6) & 0x3fff) != 0; }
  [[nodiscard]] std::uint8_t ttl() const noexcept { return this->bytes_[8]; }
  [[nodiscard]] std::uint8_t protocol() const noexcept { return this->bytes_[9]; }
  [[nodiscard]] std::uint16_t checksum() const noexcept { return get16(10); }
  [[nodiscard]] Ipv4 source() const noexcept { return this->get_ipv4(12); }
  [[nodiscard]] Ipv4 destination() const noexcept { return this->get_ipv4(16); }
  [[nodiscard]] std::span<Byte> payload() const noexcept {
    return this->bytes_.subspan(header_size());
  }

  void set_ttl(std::uint8_t v) const noexcept requires Editable<Byte> { this->bytes_[8] = v; }
  void set_checksum(std::uint16_t v) const noexcept requires Editable<Byte> {
    this->template set<std::uint16_t>(10, v);
  }
  void set_source(Ipv4 a) const noexcept requires Editable<Byte> {
    this->template set<std::uint32_t>(12, a.bits);
  }
  void set_destination(Ipv4 a) const noexcept requires Editable<Byte> {
    this->template set<std::uint32_t>(16, a.bits);
  }

 private:
  explicit BasicIpv4(std::span<Byte> packet) noexcept : HeaderView<Byte>(packet) {}
  [[nodiscard]] std::uint16_t get16(std::size_t at) const noexcept {
    return this->template get<std::uint16_t>(at);
  }
};
using Ipv4View = BasicIpv4<const std::uint8_t>;
using Ipv4Edit = BasicIpv4<std::uint8_t>;

/// A header of ours: no options.
struct Ipv4Header {
  Ipv4 source;
  Ipv4 destination;
  std::uint8_t protocol = kProtocolUdp;
  std::uint8_t ttl = 64;
  std::uint8_t tos = 0;
  std::uint16_t identification = 0;
  bool dont_fragment = true;

  static constexpr std::size_t kSize = 20;
  /// Writes kSize octets, checksum included; `payload` octets follow.
  void write(MutableBytes out, std::size_t payload) const noexcept {
    out[0] = 0x45;
    out[1] = tos;
    store_be(&out[2], static_cast<std::uint16_t>(kSize + payload));
    store_be(&out[4], identification);
    store_be<std::uint16_t>(&out[6], dont_fragment ? 0x4000 : 0);
    out[8] = ttl;
    out[9] = protocol;
    store_be<std::uint16_t>(&out[10], 0);
    store_be(&out[12], source.bits);
    store_be(&out[16], destination.bits);
    store_be(&out[10], checksum_of(out.first(kSize)));
  }
};

}  // namespace portico::wire
