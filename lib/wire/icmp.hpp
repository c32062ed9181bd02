// SPDX-License-Identifier: BSD-3-Clause
// ICMP (RFC 792): eight octets, then what the type says.
#pragma once

#include "wire/checksum.hpp"
#include "wire/view.hpp"

namespace portico::wire {

inline constexpr std::uint8_t kIcmpEchoReply = 0;
inline constexpr std::uint8_t kIcmpUnreachable = 3;
inline constexpr std::uint8_t kIcmpSourceQuench = 4;
inline constexpr std::uint8_t kIcmpRedirect = 5;
inline constexpr std::uint8_t kIcmpEchoRequest = 8;
inline constexpr std::uint8_t kIcmpTimeExceeded = 11;
inline constexpr std::uint8_t kIcmpParameterProblem = 12;

/// Types that quote the packet they are about (RFC 1122 section 3.2.2).
[[nodiscard]] constexpr bool is_icmp_error(std::uint8_t type) noexcept {
  return type == kIcmpUnreachable || type == kIcmpSourceQuench || type == kIcmpRedirect ||
         type == kIcmpTimeExceeded || type == kIcmpParameterProblem;
}
[[nodiscard]] constexpr bool is_icmp_echo(std::uint8_t type) noexcept {
  return type == kIcmpEchoRequest || type == kIcmpEchoReply;
}

template <class Byte>
class BasicIcmp : public HeaderView<Byte> {
 public:
  static constexpr std::size_t kSize = 8;
  [[nodiscard]] static std::optional<BasicIcmp> parse(std::span<Byte> l4) noexcept {
    if (l4.size() < kSize) return std::nullopt;
    return BasicIcmp{l4};
  }
  [[nodiscard]] std::uint8_t type() const noexcept { return this->bytes_[0]; }
  [[nodiscard]] std::uint8_t code() const noexcept { return this->bytes_[1]; }
  [[nodiscard]] std::uint16_t checksum() const noexcept { return get16(2); }
  // Of an echo request or reply.
  [[nodiscard]] std::uint16_t identifier() const noexcept { return get16(4); }
  [[nodiscard]] std::uint16_t sequence() const noexcept { return get16(6); }
  /// Second word, low half: of a "fragmentation needed" (RFC 1191 section 4).
  [[nodiscard]] std::uint16_t next_hop_mtu() const noexcept { return get16(6); }
  [[nodiscard]] std::span<Byte> payload() const noexcept { return this->bytes_.subspan(kSize); }

 private:
  explicit BasicIcmp(std::span<Byte> message) noexcept : HeaderView<Byte>(message) {}
  [[nodiscard]] std::uint16_t get16(std::size_t at) const noexcept {
    return this->template get<std::uint16_t>(at);
  }
};
using IcmpView = BasicIcmp<const std::uint8_t>;
using IcmpEdit = BasicIcmp<std::uint8_t>;

struct IcmpHeader {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t word = 0;  ///< the second one; what it means is the type's

  static constexpr std::size_t kSize = IcmpView::kSize;
  /// Writes kSize octets with the checksum over `body`, which follows.
  void write(MutableBytes out, Bytes body) const noexcept {
    out[0] = type;
    out[1] = code;
    store_be<std::uint16_t>(&out[2], 0);
    store_be(&out[4], word);
    store_be(&out[2], ChecksumSum{}.add(Bytes{out.first(kSize)}).add(body).finish());
  }
};

}  // namespace portico::wire
