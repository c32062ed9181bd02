// SPDX-License-Identifier: BSD-3-Clause
// What holds for a frame whatever our role is: Ethernet, 802.1Q and IPv4 validated, ARP for
// control, what no host sends or receives.
#pragma once

#include "datapath/lanes.hpp"
#include "datapath/link.hpp"
#include "datapath/note.hpp"
#include "datapath/surroundings.hpp"
#include "wire/ethernet.hpp"
#include "wire/ipv4.hpp"
#include "wire/udp.hpp"

#include <optional>

namespace portico::datapath {

inline constexpr std::uint16_t kEspInUdpPort = 4500;  // RFC 3948

[[nodiscard]] inline bool is_broadcast_of(const Link& link, Ipv4 a) noexcept {
  return a.is_limited_broadcast() || (a == link.network().last() && link.network().length < 31);
}

[[nodiscard]] inline std::optional<wire::UdpView> udp_of(const wire::Ipv4Edit& ip) noexcept {
  if (ip.protocol() != wire::kProtocolUdp || ip.is_fragment()) return std::nullopt;
  return wire::UdpView::parse(ip.payload());
}

/// Of a packet for our WAN address: has it another inside?
[[nodiscard]] inline bool is_tunnelled(const wire::Ipv4Edit& ip) noexcept {
  if (ip.has_options() || ip.is_fragment()) return false;
  if (ip.protocol() == wire::kProtocolEsp || ip.protocol() == wire::kProtocolIpip) return true;
  const auto udp = udp_of(ip);
  return udp && udp->destination_port() == kEspInUdpPort;
}

/// Is it a part of one that may have, as far as can be seen of a part?
[[nodiscard]] inline bool is_fragment_of_tunnelled(const wire::Ipv4Edit& ip) noexcept {
  return ip.is_fragment() && !ip.has_options() &&
         (ip.protocol() == wire::kProtocolEsp || ip.protocol() == wire::kProtocolIpip ||
          ip.protocol() == wire::kProtocolUdp);
}

class FrameRules {
 public:
  FrameRules(const Links& links, Side side, Note& note) noexcept
      : links_(links), side_(side), note_(note) {}

 protected:
  /// How a frame was sent: to our MAC address, or to everybody's.
  enum class Cast : std::uint8_t { Unicast, Broadcast };

  /// `packet(ip, cast)` decides about a valid IPv4 packet.
  template <class Packet>
  [[nodiscard]] Verdict judge(MutableBytes octets, const Packet& packet) const noexcept {
    using stats::Drop;
    const auto ethernet = wire::EthernetEdit::parse(octets);
    if (!ethernet) return Drop::RuntFrame;
    const auto& here = links_[static_cast<std::size_t>(side_)];
    if (ethernet->header_size() != here.header_size() || ethernet->vlan() != here.vlan())
      return Drop::WrongVlan;
    const bool to_us = ethernet->destination() == here.mac();
    if (!to_us && ethernet->destination() != kBroadcastMac)
      return ethernet->destination().is_group() ? Drop::MulticastOrBroadcast : Drop::NotForUs;
    if (ethernet->type() == wire::kEtherArp) return punt(PuntKind::Arp);
    if (ethernet->type() != wire::kEtherIpv4) return Drop::UnknownEthertype;
    const auto ip = wire::Ipv4Edit::parse(ethernet->payload());
    if (!ip) return drop_of(wire::Ipv4Edit::fault_of(ethernet->payload()));
    return packet(*ip, to_us ? Cast::Unicast : Cast::Broadcast);
  }

  [[nodiscard]] const Link& lan() const noexcept { return links_[0]; }
  [[nodiscard]] const Link& wan() const noexcept { return links_[1]; }
  [[nodiscard]] Side side() const noexcept { return side_; }

  [[nodiscard]] Verdict punt(PuntKind kind) const noexcept {
    note_ = {.kind = kind, .side = side_};
    return Lane::Punt;
  }

  /// Where a packet for our WAN address goes if it has, or may have, another inside.
  [[nodiscard]] static std::optional<Lane> tunnelled(const wire::Ipv4Edit& ip) noexcept {
    if (is_tunnelled(ip)) return Lane::Outer;
    if (is_fragment_of_tunnelled(ip)) return Lane::Fragment;
    return std::nullopt;
  }

  /// Why no unicast can be sent there (RFC 1812 section 5.3.7; directed broadcasts: RFC 2644).
  [[nodiscard]] std::optional<stats::Drop> unreachable(Ipv4 to) const noexcept {
    if (to.is_multicast() || is_broadcast_of(wan(), to)) return stats::Drop::MulticastOrBroadcast;
    if (is_martian(to)) return stats::Drop::MartianDestination;
    return std::nullopt;
  }

  [[nodiscard]] bool is_forged(Ipv4 from) const noexcept {
    return is_martian(from) || from == lan().address() || from == wan().address();
  }

 private:
  [[nodiscard]] static stats::Drop drop_of(wire::Ipv4Fault fault) noexcept {
    using stats::Drop;
    switch (fault) {
      case wire::Ipv4Fault::Version:
        return Drop::IpVersion;
      case wire::Ipv4Fault::HeaderLength:
        return Drop::IpHeaderLength;
      case wire::Ipv4Fault::TotalLength:
        return Drop::IpTotalLength;
      case wire::Ipv4Fault::Checksum:
        return Drop::IpChecksum;
      default:
        return Drop::IpTruncated;
    }
  }

  const Links& links_;
  const Side side_;
  Note& note_;
};

}  // namespace portico::datapath
