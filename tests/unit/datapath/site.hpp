// SPDX-License-Identifier: BSD-3-Clause
// A small site for tests: the gateway's two links, two phones, a server, and frames between them.
#pragma once

#include "datapath/link.hpp"
#include "nappt/bindings.hpp"
#include "support/packet_builder.hpp"

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

/// From the phone to the server, as it is received on the LAN.
inline support::Frame outbound() {
  support::Frame f;
  f.to_mac = kLanMac;
  f.from_mac = kPhoneMac;
  f.from = kPhone;
  f.to = kServer;
  f.from_port = kPorts.first;
  f.to_port = 5060;
  return f;
}
/// The same as it leaves on the WAN.
inline support::Frame outbound_translated() {
  auto f = outbound();
  f.to_mac = kRouterMac;
  f.from_mac = kWanMac;
  f.from = kPublic;
  f.ttl = 63;
  return f;
}
/// From the server to the phone, as it is received on the WAN.
inline support::Frame inbound() {
  support::Frame f;
  f.to_mac = kWanMac;
  f.from_mac = kRouterMac;
  f.from = kServer;
  f.to = kPublic;
  f.from_port = 5060;
  f.to_port = kPorts.first;
  return f;
}
/// The same as it leaves on the LAN.
inline support::Frame inbound_translated() {
  auto f = inbound();
  f.to_mac = kPhoneMac;
  f.from_mac = kLanMac;
  f.to = kPhone;
  f.ttl = 63;
  return f;
}

}  // namespace portico::site
