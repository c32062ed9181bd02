// SPDX-License-Identifier: BSD-3-Clause
// The first octet chooses the side, the rest is a frame, to a gateway and to a concentrator.
// Whatever is accepted must translate into a packet that is still valid; and what is told ordinary
// by a few loads, classify() must let pass.
#include "base/expects.hpp"
#include "datapath/classify.hpp"
#include "datapath/ordinary.hpp"
#include "nappt/translate.hpp"

#include <cstdint>
#include <vector>

using namespace portico;
using datapath::Lane;
using datapath::Link;

namespace {

const datapath::Links kLinks{Link{{"02:00:00:00:00:01"_mac, {"10.20.0.1"_ip, 16}, 0, 1500}},
                             Link{{"02:00:00:00:00:02"_mac, {"198.51.100.2"_ip, 24}, 20, 1500}}};

const nappt::Shape kShape{.private_pools = {"10.20.0.0/16"_net},
                          .strays = {"192.168.0.9"_ip},
                          .public_pools = {{"203.0.113.0/30"_net, 64}}};
const datapath::Surroundings kAround{kLinks, kShape};
constexpr Ipv4 kPhone{0x0a140007};  // 10.20.0.7

nappt::Bindings& bindings() {
  static nappt::Bindings all{kShape};
  if (!all.at(all.slot_of(kPhone))) {
    nappt::Binding phone;
    phone.private_address = kPhone;
    phone.public_address = "203.0.113.1"_ip;
    phone.range = {24000, 64};
    all.add(phone);
  }
  return all;
}

void translate(Lane lane, std::uint8_t* ip) {
  const nappt::Packet packet{ip};
  if (packet.ttl() <= 1) return;
  auto& phone = bindings()[bindings().slot_of(kPhone)];
  if (lane == Lane::Outbound && packet.source() == phone.private_address)
    translate_outbound(phone, packet, nappt::Ttl::Decrement);
  else if (lane == Lane::Inbound && packet.destination() == phone.public_address)
    translate_inbound(phone, packet);
}

/// Of the other role: what is for a block comes by the LAN, what comes by the WAN is in a tunnel.
void as_concentrator(Side side, MutableBytes frame) {
  static const concentrator::Blocks kBlocks{{{{"203.0.113.0/30"_net, 64}}}};
  datapath::Note note;
  const auto verdict = classify(kLinks, kBlocks, side, frame, note);
  expects(verdict != Lane::Outbound && verdict != Lane::Hairpin, "a concentrator has no phones");
  if (verdict == Lane::Outer) expects(side == Side::Wan, "tunnels end at the WAN");
  if (verdict != Lane::Inbound) return;
  const nappt::Packet packet{&frame[kLinks[0].header_size()]};
  expects(
      side == Side::Lan && kBlocks.covers(packet.destination()) && !kBlocks.covers(packet.source()),
      "into a tunnel goes what is for a block and from elsewhere");
  expects(wire::Ipv4View::parse(frame.subspan(kLinks[0].header_size())).has_value(), "it is valid");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto side = data[0] % 2 == 0 ? Side::Lan : Side::Wan;
  std::vector<std::uint8_t> frame(data + 1, data + size);
  as_concentrator(side, frame);
  const auto* ip = plain_packet(kLinks[static_cast<std::size_t>(side)], frame);
  const std::uint64_t ordinary = ip == nullptr       ? kNowhere
                                 : side == Side::Lan ? ordinary_outbound(kAround, bindings(), ip)
                                                     : ordinary_inbound(kAround, bindings(), ip);
  datapath::Note note;
  const auto verdict = classify(kLinks, bindings(), side, frame, note);
  static_assert(nappt::kNobody == kNowhere);
  const bool is_ordinary = ordinary != kNowhere;
  expects(!is_ordinary || verdict == (side == Side::Lan ? Lane::Outbound : Lane::Inbound));
  if (side == Side::Wan && ip != nullptr && is_ordinary_esp(kLinks[1], ip))
    expects(verdict == Lane::Outer);
  if (verdict != Lane::Outbound && verdict != Lane::Inbound) return 0;
  const auto header = kLinks[static_cast<std::size_t>(side)].header_size();
  const nappt::Packet packet{&frame[header]};
  expects(!is_ordinary || ordinary == (side == Side::Lan ? bindings().sender_of(packet)
                                                         : bindings().receiver_of(packet)));
  translate(verdict.lane, &frame[header]);
  expects(wire::Ipv4View::parse(Bytes{frame}.subspan(header)).has_value());
  return 0;
}
