// SPDX-License-Identifier: BSD-3-Clause
// The header that a packet wears through a tunnel: IPv4, and UDP where ESP goes in that (RFC 2003
// section 3.1, RFC 4301 section 5.1.2, RFC 3948). Most of it is the same for every packet.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"
#include "tunnel/ecn.hpp"
#include "wire/checksum.hpp"
#include "wire/ipv4.hpp"
#include "wire/udp.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace portico::tunnel {

inline constexpr std::uint16_t kEspUdpPort = 4500;  ///< RFC 3948 section 2.1

enum class DontFragment : std::uint8_t { Copy, Set, Clear };

struct OuterRules {
  Ipv4 source;
  Ipv4 destination;
  std::uint8_t protocol = wire::kProtocolEsp;  ///< or IPIP's, or UDP's: ESP within UDP
  std::optional<std::uint8_t> dscp = {};       ///< none: the inner packet's (RFC 2983)
  DontFragment dont_fragment = DontFragment::Copy;
  std::uint16_t port = kEspUdpPort;  ///< the far end's, of UDP
};

/// Identifications of one worker's packets. No two workers give the same one: each has its residue
/// modulo a power of two.
class Identifications {
 public:
  constexpr Identifications(std::size_t worker, std::size_t workers) noexcept
      : next_(static_cast<std::uint16_t>(worker)),
        step_(static_cast<std::uint16_t>(std::bit_ceil(workers))) {}

  [[nodiscard]] constexpr std::uint16_t next() noexcept {
    return std::exchange(next_, static_cast<std::uint16_t>(next_ + step_));
  }

 private:
  std::uint16_t next_;
  std::uint16_t step_;
};

class Outer {
 public:
  static constexpr std::uint8_t kTtl = 64;  ///< its own: RFC 2003 section 3.1
  static constexpr std::size_t kMostSize = wire::Ipv4Header::kSize + wire::UdpHeader::kSize;

  explicit Outer(const OuterRules& rules) noexcept
      : port_(rules.port),
        size_(static_cast<std::uint16_t>(wire::Ipv4Header::kSize +
                                         (is_udp(rules) ? wire::UdpHeader::kSize : 0))),
        own_dscp_(static_cast<std::uint8_t>(rules.dscp.value_or(0) << 2)),
        inner_tos_mask_(rules.dscp ? kEcnMask : 0xff),
        own_flags_(rules.dont_fragment == DontFragment::Set ? kDontFragment : 0),
        inner_flags_mask_(copies_flag(rules) ? kDontFragment : 0) {
    const wire::Ipv4Header header{.source = rules.source,
                                  .destination = rules.destination,
                                  .protocol = rules.protocol,
                                  .ttl = kTtl,
                                  .dont_fragment = false};
    header.write(header_, 0);
    store_be<std::uint16_t>(&header_[2], 0);
    store_be<std::uint16_t>(&header_[10], 0);
    sum_ = static_cast<std::uint16_t>(~wire::checksum_of(header_));
  }

  /// In octets, in front of ESP or of the inner packet.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// May what carries this inner packet go in pieces (RFC 4301 section 8.1)?
  [[nodiscard]] bool may_be_cut(const std::uint8_t* inner) const noexcept {
    return flags_for(inner) == 0;
  }

  /// Writes size() octets; `payload` octets follow. `inner` is the inner IPv4 header, not yet
  /// encrypted. An identification is used up only where the packet may be fragmented: others have 0
  /// (RFC 6864 section 4.1).
  void write(std::uint8_t* at, std::size_t payload, const std::uint8_t* inner,
             Identifications& identifications) const noexcept {
    const auto length = static_cast<std::uint16_t>(size() + payload);
    const auto tos = static_cast<std::uint8_t>(own_dscp_ | (inner[1] & inner_tos_mask_));
    const auto flags = flags_for(inner);
    const std::uint16_t identification = flags == 0 ? identifications.next() : 0;
    std::memcpy(at, header_.data(), header_.size());
    at[1] = tos;
    store_be(at + 2, length);
    store_be(at + 4, identification);
    store_be(at + 6, flags);
    const std::uint32_t sum = std::uint32_t{sum_} + tos + length + identification + flags;
    store_be(at + 10, static_cast<std::uint16_t>(~wire::folded(sum)));
    if (size_ > wire::Ipv4Header::kSize) write_udp(at + wire::Ipv4Header::kSize, payload);
  }

 private:
  static constexpr std::uint16_t kDontFragment = 0x4000;

  [[nodiscard]] static constexpr bool is_udp(const OuterRules& rules) noexcept {
    return rules.protocol == wire::kProtocolUdp;
  }
  /// An inner packet that must not be fragmented is not in IP in IP either, whatever else is said
  /// (RFC 2003 section 3.1).
  [[nodiscard]] static constexpr bool copies_flag(const OuterRules& rules) noexcept {
    return rules.dont_fragment == DontFragment::Copy || rules.protocol == wire::kProtocolIpip;
  }
  [[nodiscard]] std::uint16_t flags_for(const std::uint8_t* inner) const noexcept {
    const auto inner_flags = load_be<std::uint16_t>(inner + 6);
    return static_cast<std::uint16_t>(own_flags_ | (inner_flags & inner_flags_mask_));
  }
  /// Without a checksum (RFC 3948 section 2.1): ESP has a better one.
  void write_udp(std::uint8_t* at, std::size_t payload) const noexcept {
    store_be(at, kEspUdpPort);
    store_be(at + 2, port_);
    store_be(at + 4, static_cast<std::uint16_t>(wire::UdpHeader::kSize + payload));
    store_be<std::uint16_t>(at + 6, 0);
  }

  std::array<std::uint8_t, wire::Ipv4Header::kSize> header_{};
  std::uint16_t port_;
  std::uint16_t size_;
  std::uint16_t sum_;  ///< of what no packet changes
  std::uint8_t own_dscp_;
  std::uint8_t inner_tos_mask_;
  std::uint16_t own_flags_;
  std::uint16_t inner_flags_mask_;
};

}  // namespace portico::tunnel
