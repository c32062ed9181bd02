// SPDX-License-Identifier: BSD-3-Clause
#include "datapath/classify.hpp"

#include "datapath/frame_rules.hpp"
#include "datapath/ordinary.hpp"
#include "nappt/packet.hpp"

namespace portico::datapath {
namespace {

using stats::Drop;
using wire::Ipv4Edit;

constexpr std::uint16_t kDhcpServerPort = 67;
constexpr std::uint16_t kTftpPort = 69;

class Classifier : public FrameRules {
 public:
  Classifier(const Links& links, const nappt::Bindings& bindings, Side side, Note& note) noexcept
      : FrameRules(links, side, note), bindings_(bindings) {}

  [[nodiscard]] Verdict frame(MutableBytes octets) const noexcept {
    return judge(octets, [this](const Ipv4Edit& ip, Cast cast) -> Verdict {
      if (cast == Cast::Broadcast) return broadcast(ip);
      return side() == Side::Lan ? from_lan(ip) : from_wan(ip);
    });
  }

 private:
  [[nodiscard]] Verdict from_lan(const Ipv4Edit& ip) const noexcept {
    const auto to = ip.destination();
    if (to == lan().address() || to == wan().address()) return ours(ip);
    if (is_broadcast_of(lan(), to)) return broadcast(ip);
    if (const auto why = unreachable(to)) return *why;
    if (lan().network().contains(to) || bindings_.is_private(to)) return Drop::PrivateDestination;
    if (const auto why = nappt::untranslatable(ip)) return *why;
    return bindings_.is_public(to) ? Lane::Hairpin : Lane::Outbound;
  }

  [[nodiscard]] Verdict from_wan(const Ipv4Edit& ip) const noexcept {
    const auto to = ip.destination();
    if (to == wan().address()) {
      if (const auto lane = tunnelled(ip)) return *lane;
      return ours(ip);
    }
    if (!bindings_.is_public(to)) {
      if (const auto why = unreachable(to)) return *why;
      return Drop::ForeignDestination;
    }
    if (is_martian(ip.source()) || is_inside(ip.source())) return Drop::MartianSource;
    if (const auto why = nappt::untranslatable(ip)) return *why;
    return Lane::Inbound;
  }

  /// Addresses that cannot come from the network: ours, the phones', and what they are outside.
  [[nodiscard]] bool is_inside(Ipv4 from) const noexcept {
    return from == wan().address() || lan().network().contains(from) || bindings_.is_public(from) ||
           bindings_.is_private(from);
  }

  /// For everybody on the LAN: only a DHCP server answers.
  [[nodiscard]] Verdict broadcast(const Ipv4Edit& ip) const noexcept {
    const auto udp = udp_of(ip);
    if (!udp || udp->destination_port() != kDhcpServerPort) return Drop::MulticastOrBroadcast;
    if (side() == Side::Wan) return Drop::WanServiceRefused;
    if (!is_broadcast_of(lan(), ip.destination()) && ip.destination() != lan().address())
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
    if (side() == Side::Wan) return provisioning ? Drop::WanServiceRefused : Drop::NotAService;
    if (ip.destination() != lan().address()) return Drop::NotAService;
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

  const nappt::Bindings& bindings_;
};

}  // namespace

Verdict classify(const Links& links, const nappt::Bindings& bindings, Side side, MutableBytes frame,
                 Note& note) noexcept {
  return Classifier{links, bindings, side, note}.frame(frame);
}

}  // namespace portico::datapath
