// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/classify.hpp"

#include "datapath/ordinary.hpp"
#include "nappt/packet.hpp"
#include "wire/ethernet.hpp"
#include "wire/ipv4.hpp"
#include "wire/udp.hpp"

namespace portico::datapath {
namespace {

using stats::Drop;
using wire::Ipv4Edit;

constexpr std::uint16_t kDhcpServerPort = 67;
constexpr std::uint16_t kTftpPort = 69;

[[nodiscard]] bool is_broadcast_of(const Link& link, Ipv4 a) noexcept {
  return a.is_limited_broadcast() || (a == link.network().last() && link.network().length < 31);
}

class Classifier {
 public:
  Classifier(const Links& links, const nappt::Bindings& bindings, Side side, Note& note) noexcept
      : lan_(links[0]), wan_(links[1]), bindings_(bindings), side_(side), note_(note) {}

  [[nodiscard]] Verdict frame(MutableBytes octets) const noexcept {
    const auto ethernet = wire::EthernetEdit::parse(octets);
    if (!ethernet) return Drop::RuntFrame;
    if (ethernet->header_size() != here().header_size() || ethernet->vlan() != here().vlan())
      return Drop::WrongVlan;
    const bool to_us = ethernet->destination() == here().mac();
    if (!to_us && ethernet->destination() != kBroadcastMac)
      return ethernet->destination().is_group() ? Drop::MulticastOrBroadcast : Drop::NotForUs;
    if (ethernet->type() == wire::kEtherArp) return punt(PuntKind::Arp);
    if (ethernet->type() != wire::kEtherIpv4) return Drop::UnknownEthertype;
    const auto ip = Ipv4Edit::parse(ethernet->payload());
    if (!ip) return drop_of(Ipv4Edit::fault_of(ethernet->payload()));
    if (!to_us) return broadcast(*ip);
    return side_ == Side::Lan ? from_lan(*ip) : from_wan(*ip);
  }

 private:
  [[nodiscard]] const Link& here() const noexcept { return side_ == Side::Lan ? lan_ : wan_; }

  [[nodiscard]] Verdict punt(PuntKind kind) const noexcept {
    note_ = {.kind = kind, .side = side_};
    return Lane::Punt;
  }

  [[nodiscard]] static Drop drop_of(wire::Ipv4Fault fault) noexcept {
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

  [[nodiscard]] Verdict from_lan(const Ipv4Edit& ip) const noexcept {
    const auto to = ip.destination();
    if (to == lan_.address() || to == wan_.address()) return ours(ip);
    if (is_broadcast_of(lan_, to)) return broadcast(ip);
    if (const auto why = unreachable(to)) return *why;
    if (lan_.network().contains(to) || bindings_.is_private(to)) return Drop::PrivateDestination;
    if (const auto why = nappt::untranslatable(ip)) return *why;
    return bindings_.is_public(to) ? Lane::Hairpin : Lane::Outbound;
  }

  [[nodiscard]] Verdict from_wan(const Ipv4Edit& ip) const noexcept {
    const auto to = ip.destination();
    if (to == wan_.address()) return ours(ip);
    if (!bindings_.is_public(to)) {
      if (const auto why = unreachable(to)) return *why;
      return Drop::ForeignDestination;
    }
    if (is_martian(ip.source()) || is_inside(ip.source())) return Drop::MartianSource;
    if (const auto why = nappt::untranslatable(ip)) return *why;
    return Lane::Inbound;
  }

  /// Why no unicast can be sent there (RFC 1812 section 5.3.7; directed broadcasts: RFC 2644).
  [[nodiscard]] std::optional<Drop> unreachable(Ipv4 to) const noexcept {
    if (to.is_multicast() || is_broadcast_of(wan_, to)) return Drop::MulticastOrBroadcast;
    if (is_martian(to)) return Drop::MartianDestination;
    return std::nullopt;
  }

  /// Addresses that cannot come from the network: ours, the phones', and what they are outside.
  [[nodiscard]] bool is_inside(Ipv4 from) const noexcept {
    return from == wan_.address() || lan_.network().contains(from) || bindings_.is_public(from) ||
           bindings_.is_private(from);
  }

  /// For everybody on the LAN: only a DHCP server answers.
  [[nodiscard]] Verdict broadcast(const Ipv4Edit& ip) const noexcept {
    const auto udp = udp_of(ip);
    if (!udp || udp->destination_port() != kDhcpServerPort) return Drop::MulticastOrBroadcast;
    if (side_ == Side::Wan) return Drop::WanServiceRefused;
    if (!is_broadcast_of(lan_, ip.destination()) && ip.destination() != lan_.address())
      return Drop::MulticastOrBroadcast;
    return dhcp(ip);
  }

  [[nodiscard]] Verdict ours(const Ipv4Edit& ip) const noexcept {
    if (ip.has_options()) return Drop::IpOptions;
    if (ip.is_fragment()) return Drop::IpFragment;
    if (const auto udp = udp_of(ip)) return service(ip, udp->destination_port());
    if (ip.protocol() == wire::kProtocolUdp) return Drop::L4Truncated;
    if (is_forged(ip.source())) return Drop::MartianSource;
    return ip.protocol() == wire::kProtocolIcmp ? punt(PuntKind::Icmp) : Drop::NotAService;
  }

  [[nodiscard]] Verdict service(const Ipv4Edit& ip, std::uint16_t port) const noexcept {
    const bool provisioning = port == kDhcpServerPort || port == kTftpPort;
    if (side_ == Side::Wan) return provisioning ? Drop::WanServiceRefused : Drop::NotAService;
    if (ip.destination() != lan_.address()) return Drop::NotAService;
    if (port == kDhcpServerPort) return dhcp(ip);
    if (is_forged(ip.source())) return Drop::MartianSource;
    return punt(PuntKind::Service);
  }

  /// A client that has no address yet sends from 0.0.0.0 (RFC 2131 section 4.1).
  [[nodiscard]] Verdict dhcp(const Ipv4Edit& ip) const noexcept {
    if (ip.has_options()) return Drop::IpOptions;
    if (!ip.source().is_zero() && is_forged(ip.source())) return Drop::MartianSource;
    return punt(PuntKind::Dhcp);
  }

  [[nodiscard]] bool is_forged(Ipv4 from) const noexcept {
    return is_martian(from) || from == lan_.address() || from == wan_.address();
  }

  [[nodiscard]] static std::optional<wire::UdpView> udp_of(const Ipv4Edit& ip) noexcept {
    if (ip.protocol() != wire::kProtocolUdp || ip.is_fragment()) return std::nullopt;
    return wire::UdpView::parse(ip.payload());
  }

  const Link& lan_;
  const Link& wan_;
  const nappt::Bindings& bindings_;
  const Side side_;
  Note& note_;
};

}  // namespace

Verdict classify(const Links& links, const nappt::Bindings& bindings, Side side, MutableBytes frame,
                 Note& note) noexcept {
  return Classifier{links, bindings, side, note}.frame(frame);
}

}  // namespace portico::datapath
