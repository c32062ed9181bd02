// SPDX-License-Identifier: BSD-3-Clause
// IPv4 addresses, prefixes and MAC addresses as values in host order.
#pragma once

#include "base/expects.hpp"

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace portico {

struct Ipv4 {
  std::uint32_t bits = 0;  ///< host order: 10.0.0.1 is 0x0a000001

  friend constexpr auto operator<=>(Ipv4, Ipv4) = default;
  [[nodiscard]] constexpr bool is_zero() const noexcept { return bits == 0; }
  /// 224.0.0.0/4 and 255.255.255.255 (RFC 1112 section 4, RFC 919 section 7).
  [[nodiscard]] constexpr bool is_multicast() const noexcept { return bits >> 28 == 0xe; }
  [[nodiscard]] constexpr bool is_limited_broadcast() const noexcept { return bits == 0xffffffff; }
};

inline constexpr Ipv4 kBroadcastIp{0xffffffff};

struct Prefix {
  Ipv4 base;                ///< host bits zero
  std::uint8_t length = 0;  ///< 0 to 32

  friend constexpr auto operator<=>(Prefix, Prefix) = default;
  [[nodiscard]] constexpr std::uint32_t mask() const noexcept {
    return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
  }
  [[nodiscard]] constexpr bool contains(Ipv4 a) const noexcept {
    return (a.bits & mask()) == base.bits;
  }
  [[nodiscard]] constexpr bool overlaps(Prefix other) const noexcept {
    return length <= other.length ? contains(other.base) : other.contains(base);
  }
  /// 1 to 2^32.
  [[nodiscard]] constexpr std::uint64_t size() const noexcept {
    return std::uint64_t{1} << (32 - length);
  }
  [[nodiscard]] constexpr Ipv4 first() const noexcept { return base; }
  [[nodiscard]] constexpr Ipv4 last() const noexcept { return {base.bits | ~mask()}; }

  /// The smallest that holds both.
  [[nodiscard]] static constexpr Prefix covering(Ipv4 a, Ipv4 b) noexcept {
    Prefix p{{}, static_cast<std::uint8_t>(std::countl_zero(a.bits ^ b.bits))};
    p.base = {a.bits & p.mask()};
    return p;
  }
};

/// The addresses of a prefix, for look-ups of every packet: one subtraction, one comparison.
class AddressBlock {
 public:
  constexpr AddressBlock() = default;  ///< 0.0.0.0/32
  explicit constexpr AddressBlock(Prefix p) noexcept : base_(p.base.bits), last_(~p.mask()) {}

  [[nodiscard]] constexpr bool contains(Ipv4 a) const noexcept { return place_of(a) <= last_; }
  /// Of an address that it contains: how many stand before it.
  [[nodiscard]] constexpr std::uint32_t place_of(Ipv4 a) const noexcept { return a.bits - base_; }

 private:
  std::uint32_t base_ = 0;
  std::uint32_t last_ = 0;
};

struct Mac {
  std::array<std::uint8_t, 6> octets{};

  friend constexpr auto operator<=>(const Mac&, const Mac&) = default;
  [[nodiscard]] constexpr bool is_group() const noexcept { return (octets[0] & 1) != 0; }
  [[nodiscard]] constexpr bool is_local() const noexcept { return (octets[0] & 2) != 0; }
  [[nodiscard]] constexpr bool is_zero() const noexcept { return *this == Mac{}; }
  /// True if these are the octets there. As numbers: a compiler may call memcmp() for six octets.
  [[nodiscard]] bool stands_at(std::span<const std::uint8_t, 6> there) const noexcept {
    std::uint32_t a = 0, b = 0;
    std::uint16_t c = 0, d = 0;
    std::memcpy(&a, octets.data(), sizeof a);
    std::memcpy(&b, there.data(), sizeof b);
    std::memcpy(&c, &octets[4], sizeof c);
    std::memcpy(&d, &there[4], sizeof d);
    return ((a ^ b) | (c ^ d)) == 0;
  }
  /// The six octets as one number, the first the most significant.
  [[nodiscard]] constexpr std::uint64_t bits() const noexcept {
    std::uint64_t v = 0;
    for (const auto o : octets) v = v << 8 | o;
    return v;
  }
  [[nodiscard]] static constexpr Mac from_bits(std::uint64_t v) noexcept {
    Mac m;
    for (int i = 5; i >= 0; --i, v >>= 8) m.octets[static_cast<std::size_t>(i)] = v & 0xff;
    return m;
  }
};

inline constexpr Mac kBroadcastMac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/// Dotted decimal, four numbers of 0 to 255 without leading zeros.
[[nodiscard]] std::optional<Ipv4> parse_ipv4(std::string_view text) noexcept;
/// "10.0.0.0/8"; host bits must be zero. parse_interface allows them ("10.20.0.1/16").
[[nodiscard]] std::optional<Prefix> parse_prefix(std::string_view text) noexcept;
/// Six two-digit hexadecimal numbers joined by ':' (or all by '-').
[[nodiscard]] std::optional<Mac> parse_mac(std::string_view text) noexcept;

/// An interface's own address with the length of its network.
struct InterfaceAddress {
  Ipv4 address;
  std::uint8_t length = 0;

  friend constexpr auto operator<=>(InterfaceAddress, InterfaceAddress) = default;
  [[nodiscard]] constexpr Prefix network() const noexcept {
    const Prefix p{{}, length};
    return {{address.bits & p.mask()}, length};
  }
};
[[nodiscard]] std::optional<InterfaceAddress> parse_interface(std::string_view text) noexcept;

[[nodiscard]] std::string to_string(Ipv4 a);
[[nodiscard]] std::string to_string(Prefix p);
[[nodiscard]] std::string to_string(InterfaceAddress a);
[[nodiscard]] std::string to_string(const Mac& m);

inline namespace literals {
inline Ipv4 operator""_ip(const char* text, std::size_t n) {
  const auto a = parse_ipv4({text, n});
  expects(a.has_value(), text);
  return *a;
}
inline Prefix operator""_net(const char* text, std::size_t n) {
  const auto p = parse_prefix({text, n});
  expects(p.has_value(), text);
  return *p;
}
inline Mac operator""_mac(const char* text, std::size_t n) {
  const auto m = parse_mac({text, n});
  expects(m.has_value(), text);
  return *m;
}
}  // namespace literals

}  // namespace portico

template <>
struct std::hash<portico::Ipv4> {
  std::size_t operator()(portico::Ipv4 a) const noexcept {
    return std::hash<std::uint64_t>{}(a.bits * 0x9e3779b97f4a7c15u);
  }
};
template <>
struct std::hash<portico::Mac> {
  std::size_t operator()(const portico::Mac& m) const noexcept {
    const auto v = m.bits() * 0x9e3779b97f4a7c15u;
    return static_cast<std::size_t>(v ^ v >> 32);
  }
};
