// SPDX-License-Identifier: BSD-3-Clause
// One side of the gateway as the workers see it: its addresses, its tag, and the Ethernet header of
// what leaves by it.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"
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
    header_size_ = header.size();
    header.write(header_);
    beginning_ = swap_bytes(shape.mac.bits() << 16);
    end_mask_ = swap_bytes(shape.vlan == 0 ? kType : kTagAndType);
    end_ = end_of(header_.data()) & end_mask_;
  }

  [[nodiscard]] const Mac& mac() const noexcept { return shape_.mac; }
  [[nodiscard]] Ipv4 address() const noexcept { return shape_.address.address; }
  [[nodiscard]] Prefix network() const noexcept { return shape_.address.network(); }
  [[nodiscard]] std::uint16_t vlan() const noexcept { return shape_.vlan; }
  [[nodiscard]] std::uint16_t mtu() const noexcept { return shape_.mtu; }
  [[nodiscard]] std::size_t header_size() const noexcept { return header_size_; }

  /// True if a frame of header_size() octets or more is IPv4 for this link's MAC address, with its
  /// tag.
  [[nodiscard]] bool takes(const std::uint8_t* frame) const noexcept {
    constexpr auto kMac = swap_bytes<std::uint64_t>(0xffff'ffff'ffff'0000);
    return (load_unswapped<std::uint64_t>(frame) & kMac) == beginning_ &&
           (end_of(frame) & end_mask_) == end_;
  }

  /// Writes the Ethernet header in front of `ip`, where header_size() octets are ours.
  void write_header(std::uint8_t* ip, const Mac& destination) const noexcept {
    std::memcpy(ip - header_size_, destination.octets.data(), sizeof(Mac));
    if (header_size_ == wire::EthernetView::kSize)
      std::memcpy(ip - kUntaggedRest, &header_[sizeof(Mac)], kUntaggedRest);
    else
      std::memcpy(ip - kTaggedRest, &header_[sizeof(Mac)], kTaggedRest);
  }

 private:
  static constexpr std::size_t kUntaggedRest = wire::EthernetView::kSize - sizeof(Mac);
  static constexpr std::size_t kTaggedRest = kUntaggedRest + wire::kVlanTagSize;

  static constexpr std::uint64_t kType = 0xffff;
  static constexpr std::uint64_t kTagAndType = 0xffff'0fff'ffff;  // whatever the tag's priority

  /// The last eight octets of a header, in which the tag and the type are.
  [[nodiscard]] std::uint64_t end_of(const std::uint8_t* frame) const noexcept {
    return load_unswapped<std::uint64_t>(frame + header_size_ - 8);
  }

  Shape shape_;
  std::size_t header_size_ = 0;
  std::array<std::uint8_t, sizeof(Mac) + kTaggedRest> header_{};
  std::uint64_t beginning_ = 0;  // the MAC address; all three as they stand in a frame
  std::uint64_t end_mask_ = 0;   // what of end_of() must be as in end_
  std::uint64_t end_ = 0;
};

/// Indexed by Side.
using Links = std::array<Link, kSides>;

}  // namespace portico::datapath
