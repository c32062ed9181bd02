// SPDX-License-Identifier: BSD-3-Clause
// The same as classify.cpp in the other role: the LAN is the provider's network, and behind the WAN
// are the gateways.
#include "datapath/classify.hpp"
#include "datapath/frame_rules.hpp"
#include "nappt/packet.hpp"

namespace portico::datapath {
namespace {

using stats::Drop;
using wire::Ipv4Edit;

class Classifier : public FrameRules {
 public:
  Classifier(const Links& links, const concentrator::Blocks& blocks, Side side, Note& note) noexcept
      : FrameRules(links, side, note), blocks_(blocks) {}

  [[nodiscard]] Verdict frame(MutableBytes octets) const noexcept {
    return judge(octets, [this](const Ipv4Edit& ip, Cast cast) -> Verdict {
      if (cast == Cast::Broadcast) return Drop::MulticastOrBroadcast;
      return side() == Side::Lan ? from_provider(ip) : from_gateways(ip);
    });
  }

 private:
  [[nodiscard]] Verdict from_provider(const Ipv4Edit& ip) const noexcept {
    const auto to = ip.destination();
    if (to == lan().address() || to == wan().address()) return ours(ip);
    if (is_broadcast_of(lan(), to)) return Drop::MulticastOrBroadcast;
    if (!blocks_.covers(to)) {
      if (const auto why = unreachable(to)) return *why;
      return Drop::ForeignDestination;
    }
    // What is behind the tunnels comes out of them only.
    if (is_forged(ip.source()) || blocks_.covers(ip.source())) return Drop::MartianSource;
    if (const auto why = nappt::untranslatable(ip)) return *why;
    return Lane::Inbound;
  }

  [[nodiscard]] Verdict from_gateways(const Ipv4Edit& ip) const noexcept {
    const auto to = ip.destination();
    if (to == wan().address()) {
      if (const auto lane = tunnelled(ip)) return *lane;
      return ours(ip);
    }
    if (const auto why = unreachable(to)) return *why;
    return Drop::ForeignDestination;
  }

  [[nodiscard]] Verdict ours(const Ipv4Edit& ip) const noexcept {
    if (ip.has_options()) return Drop::IpOptions;
    if (ip.is_fragment()) return Drop::IpFragment;
    if (is_forged(ip.source())) return Drop::MartianSource;
    return ip.protocol() == wire::kProtocolIcmp ? punt(PuntKind::Icmp) : Drop::NotAService;
  }

  const concentrator::Blocks& blocks_;
};

}  // namespace

Verdict classify(const Links& links, const concentrator::Blocks& blocks, Side side,
                 MutableBytes frame, Note& note) noexcept {
  return Classifier{links, blocks, side, note}.frame(frame);
}

}  // namespace portico::datapath
