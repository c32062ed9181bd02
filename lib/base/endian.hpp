// SPDX-License-Identifier: BSD-3-Clause
// Loads and stores of network byte order at any alignment.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace portico {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

template <std::unsigned_integral T>
[[nodiscard]] constexpr T swap_bytes(T v) noexcept {
  if constexpr (sizeof(T) == 1) return v;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(v));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(v));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(v));
}

/// As it stands there: to be compared with what was swapped once for all.
template <std::unsigned_integral T>
[[nodiscard]] inline T load_unswapped(const std::uint8_t* from) noexcept {
  T v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <std::unsigned_integral T>
[[nodiscard]] inline T load_be(const std::uint8_t* from) noexcept {
  static_assert(std::endian::native == std::endian::little);
  return swap_bytes(load_unswapped<T>(from));
}

template <std::unsigned_integral T>
inline void store_be(std::uint8_t* to, T v) noexcept {
  v = swap_bytes(v);
  std::memcpy(to, &v, sizeof v);
}

}  // namespace portico
