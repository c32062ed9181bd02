// SPDX-License-Identifier: BSD-3-Clause
// A phone's ports: a power of two of them, aligned to their number, so that a range is a PSID with
// offset 0 (RFC 7597 section 5.1; RFC 7618 section 9).
#pragma once

#include <bit>
#include <compare>
#include <cstdint>
#include <optional>

namespace portico {

inline constexpr std::uint32_t kMaxRangeSize = 16384;
inline constexpr std::uint16_t kFirstUsablePort = 1024;  ///< below are the system ports, RFC 6335

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t size = 0;  ///< 0: no ports; else a power of two up to kMaxRangeSize

  friend constexpr auto operator<=>(PortRange, PortRange) = default;
  [[nodiscard]] constexpr std::uint16_t last() const noexcept {
    return static_cast<std::uint16_t>(first + size - 1);
  }
  [[nodiscard]] constexpr bool contains(std::uint16_t port) const noexcept {
    return static_cast<std::uint16_t>(port - first) < size;
  }
  [[nodiscard]] constexpr bool overlaps(PortRange other) const noexcept {
    return size > 0 && other.size > 0 && first <= other.last() && other.first <= last();
  }
  /// A power of two of at most kMaxRangeSize ports, aligned to its size.
  [[nodiscard]] constexpr bool is_valid() const noexcept {
    return std::has_single_bit(size) && size <= kMaxRangeSize && first % size == 0;
  }
  /// Number of PSID bits, k: a range of 64 ports has 10.
  [[nodiscard]] constexpr std::uint8_t psid_length() const noexcept {
    return static_cast<std::uint8_t>(16 - std::countr_zero(size));
  }
  /// Its number among the ranges of its size.
  [[nodiscard]] constexpr std::uint16_t psid() const noexcept {
    return static_cast<std::uint16_t>(first / size);
  }
  /// The PSID as option 159 carries it: its k bits first, zeros behind (RFC 7618 section 9).
  [[nodiscard]] constexpr std::uint16_t psid_left_aligned() const noexcept { return first; }

  [[nodiscard]] static constexpr std::optional<PortRange> from_psid(std::uint16_t psid,
                                                                    std::uint8_t length) noexcept {
    if (length < 2 || length > 16 || psid >> length != 0) return std::nullopt;
    const auto size = static_cast<std::uint16_t>(1u << (16 - length));
    return PortRange{static_cast<std::uint16_t>(psid * size), size};
  }
};

}  // namespace portico
