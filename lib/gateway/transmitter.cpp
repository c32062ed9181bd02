// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/transmitter.hpp"

#include "base/expects.hpp"
#include "wire/dhcp.hpp"
#include "wire/ethernet.hpp"
#include "wire/udp.hpp"

#include <algorithm>

namespace portico::gateway {
namespace {

constexpr std::uint16_t kDhcpServerPort = 67;  // RFC 2131 section 4.1

neighbor::Config neighbor_config(const Plan& plan, const LinkSettingsBySide& links) {
  neighbor::Config config;
  for (std::size_t side = 0; side < kSides; ++side)
    config.interfaces[side] = {links[side].address, links[side].mac, {}};
  config.interfaces[static_cast<std::size_t>(Side::Wan)].also_own = plan.direct_prefixes;
  config.interfaces[static_cast<std::size_t>(Side::Lan)].also_own = plan.announced_blocks;
  return config;
}

}  // namespace

Transmitter::Transmitter(const Plan& plan, const LinkSettingsBySide& links, Publisher& publisher,
                         Outside& outside)
    : plan_(plan),
      links_(links),
      publisher_(publisher),
      outside_(outside),
      neighbors_(neighbor_config(plan, links), *this) {}

void Transmitter::start(Now now) {
  set_now(now);
  neighbors_.announce(now.time);
  for (std::size_t i = 0; i < plan_.routers.size(); ++i) {
    const auto& router = plan_.routers[i];
    const auto index = neighbors_.pin(router.side, router.address, now.time);
    expects(index == plan_.hop_of(router.side, router.address), "routers come first");
  }
}

void Transmitter::turn(Now now) {
  set_now(now);
  neighbors_.tick(now.time);
  const auto applied = publisher_.applied();
  while (!retired_.empty() && retired_.front().order <= applied) {
    neighbors_.recycle(retired_.front().index);
    retired_.pop_front();
  }
}

// ---- datagrams

Transmitter::Way Transmitter::way_to(Ipv4 destination) const {
  const auto* entry = leases_ == nullptr ? nullptr : leases_->by_private(destination);
  if (entry != nullptr && entry->holding) {
    const auto& via = plan_.private_pools[entry->holding->private_pool].via;
    return via ? Way{{}, *via} : Way{entry->lease.mac, {}};
  }
  if (plan_.lan_network.contains(destination)) return {{}, destination};
  const auto router = plan_.router_towards(Side::Lan, destination);
  return {{}, router.value_or(destination)};
}

void Transmitter::send(const dhcp::Reply& reply) {
  const wire::Endpoint from{plan_.lan_address, kDhcpServerPort};
  switch (reply.delivery) {
    case dhcp::Delivery::Broadcast:
      return send_udp({kBroadcastMac, {}}, from, reply.destination, reply.payload, {});
    case dhcp::Delivery::Link:
      return send_udp({reply.mac, {}}, from, reply.destination, reply.payload, {});
    case dhcp::Delivery::Routed:
      return send_udp(way_to(reply.destination.address), from, reply.destination, reply.payload,
                      {});
  }
}

void Transmitter::send(const wire::Endpoint& from, const wire::Endpoint& to, Bytes head,
                       Bytes body) {
  send_udp(way_to(to.address), from, to, head, body);
}

void Transmitter::send_udp(const Way& way, const wire::Endpoint& from, const wire::Endpoint& to,
                           Bytes head, Bytes body) {
  const auto& lan = link(Side::Lan);
  const wire::EthernetHeader ethernet{
      .destination = way.mac, .source = lan.mac, .vlan = lan.vlan, .type = wire::kEtherIpv4};
  std::vector<std::uint8_t> frame(ethernet.size() + wire::Ipv4Header::kSize +
                                  wire::UdpHeader::kSize + head.size());
  auto rest = MutableBytes{frame};
  ethernet.write(rest);
  rest = rest.subspan(ethernet.size());
  wire::Ipv4Header{.source = from.address, .destination = to.address}.write(
      rest, wire::UdpHeader::kSize + head.size() + body.size());
  rest = rest.subspan(wire::Ipv4Header::kSize);
  wire::UdpHeader{from.port, to.port}.write(rest, from.address, to.address, head, body);
  rest = rest.subspan(wire::UdpHeader::kSize);
  std::copy(head.begin(), head.end(), rest.begin());
  if (way.neighbor.is_zero()) return outside_.send(Side::Lan, frame, body);
  frame.insert(frame.end(), body.begin(), body.end());
  send_by_neighbor(Side::Lan, way.neighbor, std::move(frame));
}

void Transmitter::send_packet(Side side, const Mac& to, Bytes packet) {
  const auto& own = link(side);
  const wire::EthernetHeader ethernet{
      .destination = to, .source = own.mac, .vlan = own.vlan, .type = wire::kEtherIpv4};
  std::array<std::uint8_t, wire::EthernetView::kSize + wire::kVlanTagSize> head;
  ethernet.write(head);
  outside_.send(side, Bytes{head}.first(ethernet.size()), packet);
}

void Transmitter::send_packet_by(Side side, Ipv4 neighbor, Bytes packet) {
  const auto& own = link(side);
  const wire::EthernetHeader ethernet{
      .destination = {}, .source = own.mac, .vlan = own.vlan, .type = wire::kEtherIpv4};
  std::vector<std::uint8_t> frame(ethernet.size());
  ethernet.write(frame);
  frame.insert(frame.end(), packet.begin(), packet.end());
  send_by_neighbor(side, neighbor, std::move(frame));
}

void Transmitter::send_packet_towards(Side side, Ipv4 destination, Bytes packet) {
  const auto router = link(side).address.network().contains(destination)
                          ? std::nullopt
                          : plan_.router_towards(side, destination);
  send_packet_by(side, router.value_or(destination), packet);
}

// ---- neighbours

void Transmitter::ask(Side side, Ipv4 address) {
  send_arp(side, kBroadcastMac,
           neighbor::request_for(address, {link(side).address, link(side).mac, {}}));
}

void Transmitter::send_by_neighbor(Side side, Ipv4 neighbor, std::vector<std::uint8_t> frame,
                                   const std::optional<nappt::Original>& original) {
  const auto packet = next_packet_++;
  held_.emplace(packet, Held{std::move(frame), original});
  neighbors_.resolve(side, neighbor, packet, now_.time);
}

void Transmitter::packet_ready(neighbor::PacketId packet, const NextHop& hop) {
  const auto at = held_.find(packet);
  auto& frame = at->second.frame;
  std::copy(hop.mac.octets.begin(), hop.mac.octets.end(), frame.begin());
  outside_.send(hop.side, frame, {});
  held_.erase(at);
}

void Transmitter::packet_dropped(neighbor::PacketId packet, neighbor::Drop why) {
  auto held = std::move(held_.extract(packet).mapped());
  if (why == neighbor::Drop::Unanswered && held.original)
    lost_.push_back({std::move(held.frame), *held.original});
  outside_.give_up(stats::Drop::NeighborUnresolved);
}

void Transmitter::send_arp(Side side, const Mac& destination, const wire::ArpMessage& message) {
  const auto& own = link(side);
  const wire::EthernetHeader ethernet{
      .destination = destination, .source = own.mac, .vlan = own.vlan, .type = wire::kEtherArp};
  std::array<std::uint8_t, wire::EthernetView::kSize + wire::kVlanTagSize> head;
  std::array<std::uint8_t, wire::ArpView::kSize> body;
  ethernet.write(head);
  message.write(body);
  outside_.send(side, Bytes{head}.first(ethernet.size()), body);
}

void Transmitter::tell_on_link(const NextHop& hop, HopIndex index) {
  if (link(hop.side).address.network().contains(hop.address))
    publisher_.post(orders::SetOnLink{hop.address, index}, now_.time);
}

void Transmitter::hop_changed(HopIndex index, const NextHop& hop) {
  publisher_.post(orders::SetNextHop{index, hop}, now_.time);
  tell_on_link(hop, index);
}

void Transmitter::hop_removed(HopIndex index, const NextHop& hop) {
  tell_on_link(hop, kNoHop);
  retired_.push_back({publisher_.post(orders::SetNextHop{index, hop}, now_.time), index});
}

}  // namespace portico::gateway
