// SPDX-License-Identifier: BSD-3-Clause
// ARP for IPv4 on Ethernet (RFC 826).
#pragma once

#include "wire/view.hpp"

namespace portico::wire {

enum class ArpOperation : std::uint16_t { Request = 1, Reply = 2 };

class ArpView : public HeaderView<const std::uint8_t> {
 public:
  static constexpr std::size_t kSize = 28;
  /// Hardware type Ethernet, protocol IPv4, request or reply; nothing else is ARP to us.
  [[nodiscard]] static std::optional<ArpView> parse(Bytes payload) noexcept {
    if (payload.size() < kSize) return std::nullopt;
    const ArpView arp{payload.first(kSize)};
    const auto op = arp.get<std::uint16_t>(6);
    if (arp.get<std::uint16_t>(0) != 1 || arp.get<std::uint16_t>(2) != 0x0800 || payload[4] != 6 ||
        payload[5] != 4 || op < 1 || op > 2)
      return std::nullopt;
    return arp;
  }
  [[nodiscard]] ArpOperation operation() const noexcept {
    return static_cast<ArpOperation>(get<std::uint16_t>(6));
  }
  [[nodiscard]] Mac sender_mac() const noexcept { return get_mac(8); }
  [[nodiscard]] Ipv4 sender() const noexcept { return get_ipv4(14); }
  [[nodiscard]] Mac target_mac() const noexcept { return get_mac(18); }
  [[nodiscard]] Ipv4 target() const noexcept { return get_ipv4(24); }

 private:
  explicit ArpView(Bytes bytes) noexcept : HeaderView(bytes) {}
};

struct ArpMessage {
  ArpOperation operation = ArpOperation::Request;
  Mac sender_mac;
  Ipv4 sender;
  Mac target_mac;
  Ipv4 target;

  /// Writes ArpView::kSize octets.
  void write(MutableBytes out) const noexcept {
    store_be<std::uint16_t>(&out[0], 1);
    store_be<std::uint16_t>(&out[2], 0x0800);
    out[4] = 6;
    out[5] = 4;
    store_be(&out[6], static_cast<std::uint16_t>(operation));
    std::memcpy(&out[8], sender_mac.octets.data(), 6);
    store_be(&out[14], sender.bits);
    std::memcpy(&out[18], target_mac.octets.data(), 6);
    store_be(&out[24], target.bits);
  }
};

}  // namespace portico::wire
