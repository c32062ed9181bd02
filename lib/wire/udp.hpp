// SPDX-License-Identifier: BSD-3-Clause
// UDP (RFC 768).
#pragma once

#include "wire/checksum.hpp"
#include "wire/ipv4.hpp"
#include "wire/view.hpp"

namespace portico::wire {

template <class Byte>
class BasicUdp : public HeaderView<Byte> {
 public:
  static constexpr std::size_t kSize = 8;
  [[nodiscard]] static std::optional<BasicUdp> parse(std::span<Byte> l4) noexcept {
    if (l4.size() < kSize) return std::nullopt;
    const auto length = load_be<std::uint16_t>(&l4[4]);
    if (length < kSize || length > l4.size()) return std::nullopt;
    return BasicUdp{l4.first(length)};
  }
  [[nodiscard]] std::uint16_t source_port() const noexcept { return get16(0); }
  [[nodiscard]] std::uint16_t destination_port() const noexcept { return get16(2); }
  [[nodiscard]] std::uint16_t length() const noexcept { return get16(4); }
  /// 0: the sender computed none.
  [[nodiscard]] std::uint16_t checksum() const noexcept { return get16(6); }
  [[nodiscard]] std::span<Byte> payload() const noexcept { return this->bytes_.subspan(kSize); }
  void set_checksum(std::uint16_t v) const noexcept requires Editable<Byte> {
    this->template set<std::uint16_t>(6, v);
  }

  /// True if there is none, or it is right.
  [[nodiscard]] bool checksum_holds(Ipv4 source, Ipv4 destination) const noexcept {
    return checksum() == 0 || pseudo_header(source, destination, kProtocolUdp, length())
                                      .add(Bytes{this->bytes_})
                                      .finish() == 0;
  }

 private:
  explicit BasicUdp(std::span<Byte> datagram) noexcept : HeaderView<Byte>(datagram) {}
  [[nodiscard]] std::uint16_t get16(std::size_t at) const noexcept {
    return this->template get<std::uint16_t>(at);
  }
};
using UdpView = BasicUdp<const std::uint8_t>;
using UdpEdit = BasicUdp<std::uint8_t>;

struct UdpHeader {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;

  static constexpr std::size_t kSize = UdpView::kSize;
  /// Writes kSize octets with the checksum over `head` and `body`, which follow; `head` has even
  /// length unless `body` is empty. A computed 0 is sent as 0xffff (RFC 768).
  void write(MutableBytes out, Ipv4 source, Ipv4 destination, Bytes head,
             Bytes body = {}) const noexcept {
    const auto length = static_cast<std::uint16_t>(kSize + head.size() + body.size());
    store_be(&out[0], source_port);
    store_be(&out[2], destination_port);
    store_be(&out[4], length);
    const auto sum = pseudo_header(source, destination, kProtocolUdp, length)
                         .add16(source_port)
                         .add16(destination_port)
                         .add16(length)
                         .add(head)
                         .add(body)
                         .finish();
    store_be<std::uint16_t>(&out[6], sum == 0 ? 0xffff : sum);
  }
};

}  // namespace portico::wire
