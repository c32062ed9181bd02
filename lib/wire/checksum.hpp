// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum: computed whole (RFC 1071), and changed by a delta (RFC 1624).
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"

#include <cstdint>
#include <cstring>

namespace portico::wire {

[[nodiscard]] constexpr std::uint16_t high16(Ipv4 a) noexcept {
  return static_cast<std::uint16_t>(a.bits >> 16);
}
[[nodiscard]] constexpr std::uint16_t low16(Ipv4 a) noexcept {
  return static_cast<std::uint16_t>(a.bits);
}

/// A one's complement sum in 16 bits.
[[nodiscard]] constexpr std::uint16_t folded(std::uint32_t sum) noexcept {
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
}

/// A one's complement sum not yet folded. The pieces but the last must have even length.
class ChecksumSum {
 public:
  constexpr ChecksumSum& add16(std::uint16_t word) noexcept {
    sum_ += word;
    return *this;
  }
  constexpr ChecksumSum& add(Ipv4 a) noexcept { return add16(high16(a)).add16(low16(a)); }
  ChecksumSum& add(Bytes bytes) noexcept {
    std::size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) sum_ += load_be<std::uint32_t>(&bytes[i]);
    for (; i + 2 <= bytes.size(); i += 2) sum_ += load_be<std::uint16_t>(&bytes[i]);
    if (i < bytes.size()) sum_ += std::uint64_t{bytes[i]} << 8;
    return *this;
  }
  /// Zero when the bytes summed held a correct checksum.
  [[nodiscard]] constexpr std::uint16_t finish() const noexcept {
    std::uint64_t s = sum_;
    while (s >> 16 != 0) s = (s & 0xffff) + (s >> 16);
    return static_cast<std::uint16_t>(~s);
  }

 private:
  std::uint64_t sum_ = 0;
};

/// True if the checksum of an IPv4 header of 20 octets is right. Summed in the machine's own byte
/// order, which changes nothing (RFC 1071 section 2(B)), and not folded: 2^16 is 1 modulo 0xffff.
[[nodiscard]] inline bool is_right_header(const std::uint8_t* ip) noexcept {
  std::uint64_t first = 0, second = 0;
  std::uint32_t third = 0;
  std::memcpy(&first, ip, sizeof first);
  std::memcpy(&second, ip + 8, sizeof second);
  std::memcpy(&third, ip + 16, sizeof third);
  std::uint64_t sum = 0;
  const bool carry = __builtin_add_overflow(first, second, &sum);
  sum = (sum >> 32) + (sum & 0xffffffff) + carry + third;
  return sum % 0xffff == 0;
}

[[nodiscard]] inline std::uint16_t checksum_of(Bytes bytes) noexcept {
  return ChecksumSum{}.add(bytes).finish();
}

/// The change of everything a checksum covers, collected once and applied to each checksum that
/// covers it (RFC 1624, equation 3).
class ChecksumDelta {
 public:
  constexpr ChecksumDelta& replace16(std::uint16_t was, std::uint16_t now) noexcept {
    sum_ += static_cast<std::uint16_t>(~was);
    sum_ += now;
    return *this;
  }
  constexpr ChecksumDelta& replace(Ipv4 was, Ipv4 now) noexcept {
    return replace16(high16(was), high16(now)).replace16(low16(was), low16(now));
  }
  constexpr ChecksumDelta& operator+=(ChecksumDelta other) noexcept {
    sum_ += other.sum_;
    return *this;
  }
  [[nodiscard]] constexpr std::uint16_t apply(std::uint16_t checksum) const noexcept {
    auto sum = *this;
    sum.sum_ += static_cast<std::uint16_t>(~checksum);
    return static_cast<std::uint16_t>(~sum.folded());
  }
  /// The whole change in 16 bits.
  [[nodiscard]] constexpr std::uint16_t folded() const noexcept { return wire::folded(sum_); }

 private:
  std::uint32_t sum_ = 0;
};

// The worked example of RFC 1624, section 4.
static_assert(ChecksumDelta{}.replace16(0x5555, 0x3285).apply(0xdd2f) == 0);

/// A delta as a table keeps it: in the byte order of a packet, so that applying it swaps nothing
/// (RFC 1071 section 2(B)).
class StoredDelta {
 public:
  constexpr StoredDelta() = default;
  explicit constexpr StoredDelta(ChecksumDelta delta) noexcept
      : bits_(swap_bytes(delta.folded())) {}

  /// The way back: what this one replaced by what, replaced again.
  [[nodiscard]] constexpr StoredDelta operator~() const noexcept {
    StoredDelta back;
    back.bits_ = static_cast<std::uint16_t>(~bits_);
    return back;
  }
  /// The checksum that stood there, as it stands in the packet, changed. ~(~c + d) is c - d, in
  /// one's complement: what is borrowed at the one end is taken at the other.
  [[nodiscard]] constexpr std::uint16_t apply(std::uint16_t stored) const noexcept {
    std::uint16_t now = 0;
    const bool borrow = __builtin_sub_overflow(stored, bits_, &now);
    return static_cast<std::uint16_t>(now - borrow);
  }

 private:
  std::uint16_t bits_ = 0;
};

/// The sum of a pseudo header (RFC 768, RFC 793 section 3.1).
[[nodiscard]] constexpr ChecksumSum pseudo_header(Ipv4 source, Ipv4 destination,
                                                  std::uint8_t protocol,
                                                  std::uint16_t length) noexcept {
  return ChecksumSum{}.add(source).add(destination).add16(protocol).add16(length);
}

}  // namespace portico::wire
