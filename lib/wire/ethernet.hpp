// SPDX-License-Identifier: BSD-3-Clause
// Ethernet II with at most one 802.1Q tag (IEEE 802.3 section 3, 802.1Q section 9).
#pragma once

#include "wire/view.hpp"

namespace portico::wire {

inline constexpr std::uint16_t kEtherIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherArp = 0x0806;
inline constexpr std::uint16_t kEtherVlan = 0x8100;
inline constexpr std::size_t kVlanTagSize = 4;
inline constexpr std::uint16_t kVlanIdMask = 0x0fff;

template <class Byte>
class BasicEthernet : public HeaderView<Byte> {
 public:
  static constexpr std::size_t kSize = 14;
  [[nodiscard]] static std::optional<BasicEthernet> parse(std::span<Byte> frame) noexcept {
    if (frame.size() < kSize) return std::nullopt;
    BasicEthernet e{frame};
    if (e.outer_type() == kEtherVlan && frame.size() < kSize + kVlanTagSize) return std::nullopt;
    return e;
  }
  [[nodiscard]] Mac destination() const noexcept { return this->get_mac(0); }
  [[nodiscard]] Mac source() const noexcept { return this->get_mac(6); }
  [[nodiscard]] bool tagged() const noexcept { return outer_type() == kEtherVlan; }
  /// 0: untagged, or a tag that carries a priority only.
  [[nodiscard]] std::uint16_t vlan() const noexcept {
    return tagged() ? this->template get<std::uint16_t>(14) & kVlanIdMask : 0;
  }
  /// The type behind the tag, if there is one.
  [[nodiscard]] std::uint16_t type() const noexcept {
    return tagged() ? this->template get<std::uint16_t>(16) : outer_type();
  }
  [[nodiscard]] std::size_t header_size() const noexcept {
    return tagged() ? kSize + kVlanTagSize : kSize;
  }
  [[nodiscard]] std::span<Byte> payload() const noexcept {
    return this->bytes_.subspan(header_size());
  }
  void set_destination(const Mac& m) const noexcept requires Editable<Byte> { this->set_mac(0, m); }
  void set_source(const Mac& m) const noexcept requires Editable<Byte> { this->set_mac(6, m); }

 private:
  explicit BasicEthernet(std::span<Byte> frame) noexcept : HeaderView<Byte>(frame) {}
  [[nodiscard]] std::uint16_t outer_type() const noexcept {
    return this->template get<std::uint16_t>(12);
  }
};
using EthernetView = BasicEthernet<const std::uint8_t>;
using EthernetEdit = BasicEthernet<std::uint8_t>;

struct EthernetHeader {
  Mac destination;
  Mac source;
  std::uint16_t vlan = 0;  ///< 0: no tag
  std::uint16_t type = kEtherIpv4;

  [[nodiscard]] std::size_t size() const noexcept {
    return vlan == 0 ? EthernetView::kSize : EthernetView::kSize + kVlanTagSize;
  }
  /// Writes size() octets to the front of `out`, which must hold them.
  void write(MutableBytes out) const noexcept {
    std::memcpy(&out[0], destination.octets.data(), 6);
    std::memcpy(&out[6], source.octets.data(), 6);
    std::size_t at = 12;
    if (vlan != 0) {
      store_be<std::uint16_t>(&out[12], kEtherVlan);
      store_be<std::uint16_t>(&out[14], vlan);
      at = 16;
    }
    store_be<std::uint16_t>(&out[at], type);
  }
};

}  // namespace portico::wire
