// SPDX-License-Identifier: BSD-3-Clause
// One side of the gateway as the workers see it: its addresses, its tag, and the Ethernet header of
// what leaves by it.
#pragma once

#include "base/addresses.hpp"
#include "base/next_hop.hpp"
#include "wire/ethernet.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace portico::datapath {

class Link {
 public:
  struct Shape {
    Mac mac;
    InterfaceAddress address;
    std::uint16_t vlan = 0;    ///< on every frame both ways; 0: untagged
    std::uint16_t mtu = 1500;  ///< of IP packets
  };
  explicit Link(const Shape& shape) noexcept : shape_(shape) {
    const wire::EthernetHeader header{.destination = {}, .source = shape.mac, .vlan = shape.vlan};
    header_size_ = static_cast<std::uint8_t>(header.size());
    header.write(header_);
  }

  [[nodiscard]] const Mac& mac() const noexcept { return shape_.mac; }
  [[nodiscard]] Ipv4 address() const noexcept { return shape_.address.address; }
  [[nodiscard]] Prefix network() const noexcept { return shape_.address.network(); }
  [[nodiscard]] std::uint16_t vlan() const noexcept { return shape_.vlan; }
  [[nodiscard]] std::uint16_t mtu() const noexcept { return shape_.mtu; }
  [[nodiscard]] std::size_t header_size() const noexcept { return header_size_; }

  /// Writes the Ethernet header in front of `ip`, where header_size() octets are ours.
  void write_header(std::uint8_t* ip, const Mac& destination) const noexcept {
    if (header_size_ == wire::EthernetView::kSize)
      std::memcpy(ip - wire::EthernetView::kSize, header_.data(), wire::EthernetView::kSize);
    else
      std::memcpy(ip - kTaggedSize, header_.data(), kTaggedSize);
    std::memcpy(ip - header_size_, destination.octets.data(), destination.octets.size());
  }

 private:
  static constexpr std::size_t kTaggedSize = wire::EthernetView::kSize + wire::kVlanTagSize;

  Shape shape_;
  std::uint8_t header_size_ = 0;
  std::array<std::uint8_t, kTaggedSize> header_{};
};

/// Indexed by Side.
using Links = std::array<Link, kSides>;

}  // namespace portico::datapath
