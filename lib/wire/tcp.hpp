// SPDX-License-Identifier: BSD-3-Clause
// The TCP header, as far as an address translator reads it (RFC 9293 section 3.1).
#pragma once

#include "wire/view.hpp"

namespace portico::wire {

template <class Byte>
class BasicTcp : public HeaderView<Byte> {
 public:
  static constexpr std::size_t kMinSize = 20;
  [[nodiscard]] static std::optional<BasicTcp> parse(std::span<Byte> l4) noexcept {
    if (l4.size() < kMinSize) return std::nullopt;
    const std::size_t header = (l4[12] >> 4) * 4u;
    if (header < kMinSize || header > l4.size()) return std::nullopt;
    return BasicTcp{l4};
  }
  [[nodiscard]] std::uint16_t source_port() const noexcept { return get16(0); }
  [[nodiscard]] std::uint16_t destination_port() const noexcept { return get16(2); }
  [[nodiscard]] std::size_t header_size() const noexcept { return (this->bytes_[12] >> 4) * 4u; }
  /// Of a SYN and of a SYN-ACK.
  [[nodiscard]] bool is_syn() const noexcept { return (this->bytes_[13] & 2) != 0; }
  [[nodiscard]] std::uint16_t checksum() const noexcept { return get16(16); }
  [[nodiscard]] std::span<Byte> options() const noexcept {
    return this->bytes_.subspan(kMinSize, header_size() - kMinSize);
  }
  void set_checksum(std::uint16_t v) const noexcept requires Editable<Byte> {
    this->template set<std::uint16_t>(16, v);
  }

 private:
  explicit BasicTcp(std::span<Byte> segment) noexcept : HeaderView<Byte>(segment) {}
  [[nodiscard]] std::uint16_t get16(std::size_t at) const noexcept {
    return this->template get<std::uint16_t>(at);
  }
};
using TcpView = BasicTcp<const std::uint8_t>;
using TcpEdit = BasicTcp<std::uint8_t>;

}  // namespace portico::wire
