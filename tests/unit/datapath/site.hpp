// SPDX-License-Identifier: BSD-3-Clause
// A small site for tests: the gateway's two links, two phones, a server, and frames between them.
#pragma once

#include "datapath/link.hpp"
#include "nappt/bindings.hpp"
#include "support/packet_builder.hpp"
#include "wire/datagram.hpp"

namespace portico::site {

inline const Mac kLanMac = "02:00:00:00:00:01"_mac;
inline const Mac kWanMac = "02:00:00:00:00:02"_mac;
inline const Mac kPhoneMac = "00:1b:2c:00:00:01"_mac;
inline const Mac kRouterMac = "00:00:5e:00:00:fe"_mac;
inline const Ipv4 kLan = "10.20.0.1"_ip;
inline const Ipv4 kWan = "198.51.100.2"_ip;
inline const Ipv4 kRouter = "198.51.100.1"_ip;
inline const Ipv4 kPhone = "10.20.0.7"_ip;
inline const Ipv4 kRoutedPhone = "10.30.0.9"_ip;
inline const Ipv4 kPublic = "203.0.113.1"_ip;
inline const Ipv4 kServer = "192.0.2.80"_ip;
inline constexpr PortRange kPorts{24000, 64};
inline constexpr PortRange kRoutedPorts{24064, 64};
inline constexpr HopIndex kRouterHop = 1;
inline constexpr HopIndex kLanRouterHop = 2;

inline datapath::Links links(std::uint16_t lan_vlan = 0, std::uint16_t wan_vlan = 0) {
  return {datapath::Link{{kLanMac, {kLan, 16}, lan_vlan, 1500}},
          datapath::Link{{kWanMac, {kWan, 24}, wan_vlan, 1400}}};
}

inline nappt::Shape shape() {
  return {.private_pools = {"10.20.0.0/16"_net, "10.30.0.0/24"_net},
          .strays = {},
          .public_pools = {{"203.0.113.0/30"_net, 64}}};
}

inline nappt::Binding binding() {
  nappt::Binding b;
  b.private_address = kPhone;
  b.public_address = kPublic;
  b.mac = kPhoneMac;
  b.range = kPorts;
  return b;
}
/// A phone behind a router of the LAN.
inline nappt::Binding routed_binding() {
  auto b = binding();
  b.private_address = kRoutedPhone;
  b.next_hop = kLanRouterHop;
  b.range = kRoutedPorts;
  return b;
}

/// Who sends a frame on a link, and who receives it there.
struct Stations {
  Mac from;
  Mac to;
};

inline support::Frame udp(const Stations& stations, const wire::Endpoint& from,
                          const wire::Endpoint& to) {
  support::Frame f;
  f.to_mac = stations.to;
  f.from_mac = stations.from;
  f.from = from.address;
  f.to = to.address;
  f.from_port = from.port;
  f.to_port = to.port;
  return f;
}
/// The same on its next link, or so many later.
inline support::Frame passed_on(support::Frame f, const Stations& stations, std::uint8_t hops = 1) {
  f.to_mac = stations.to;
  f.from_mac = stations.from;
  f.ttl = static_cast<std::uint8_t>(f.ttl - hops);
  return f;
}

/// From the phone to the server, as it is received on the LAN.
inline support::Frame outbound() {
  return udp({kPhoneMac, kLanMac}, {kPhone, kPorts.first}, {kServer, 5060});
}
/// The same as it leaves on the WAN.
inline support::Frame outbound_translated() {
  auto f = passed_on(outbound(), {kWanMac, kRouterMac});
  f.from = kPublic;
  return f;
}
/// From the server to the phone, as it is received on the WAN.
inline support::Frame inbound() {
  return udp({kRouterMac, kWanMac}, {kServer, 5060}, {kPublic, kPorts.first});
}
/// The same as it leaves on the LAN.
inline support::Frame inbound_translated() {
  auto f = passed_on(inbound(), {kLanMac, kPhoneMac});
  f.to = kPhone;
  return f;
}

}  // namespace portico::site
