// SPDX-License-Identifier: BSD-3-Clause
// What every header view shares. A view is made only by its parse(), which has checked that all its
// accessors stay inside; with Byte = const octets it reads, with Byte = octets it edits as well.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

namespace portico::wire {

template <class Byte>
concept Editable = !std::is_const_v<Byte>;

template <class Byte>
class HeaderView {
 public:
  [[nodiscard]] std::span<Byte> bytes() const noexcept { return bytes_; }

 protected:
  explicit HeaderView(std::span<Byte> bytes) noexcept : bytes_(bytes) {}

  template <std::unsigned_integral T>
  [[nodiscard]] T get(std::size_t at) const noexcept {
    return load_be<T>(&bytes_[at]);
  }
  template <std::unsigned_integral T>
  void set(std::size_t at, T v) const noexcept {
    store_be(&bytes_[at], v);
  }
  [[nodiscard]] Ipv4 get_ipv4(std::size_t at) const noexcept { return {get<std::uint32_t>(at)}; }
  [[nodiscard]] Mac get_mac(std::size_t at) const noexcept {
    Mac m;
    std::memcpy(m.octets.data(), &bytes_[at], m.octets.size());
    return m;
  }
  void set_mac(std::size_t at, const Mac& m) const noexcept {
    std::memcpy(&bytes_[at], m.octets.data(), m.octets.size());
  }

  std::span<Byte> bytes_;
};

}  // namespace portico::wire
