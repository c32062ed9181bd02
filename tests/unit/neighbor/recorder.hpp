// SPDX-License-Identifier: BSD-3-Clause
// A sink that writes down what it was told, and what tests of this folder share.
#pragma once

#include "neighbor/interface.hpp"
#include "neighbor/sink.hpp"

#include <array>
#include <utility>
#include <vector>

namespace portico::neighbor {

struct Arp {
  Side side;
  Mac destination;
  wire::ArpMessage message;
};

struct Recorder : Sink {
  std::vector<Arp> arps;
  std::vector<std::pair<HopIndex, NextHop>> changed;
  std::vector<HopIndex> removed;
  std::vector<std::pair<PacketId, NextHop>> ready;
  std::vector<std::pair<PacketId, Drop>> dropped;

  void send_arp(Side side, const Mac& destination, const wire::ArpMessage& message) override {
    arps.push_back({side, destination, message});
  }
  void hop_changed(HopIndex index, const NextHop& hop) override {
    changed.emplace_back(index, hop);
  }
  void hop_removed(HopIndex index, const NextHop&) override { removed.push_back(index); }
  void packet_ready(PacketId packet, const NextHop& hop) override {
    ready.emplace_back(packet, hop);
  }
  void packet_dropped(PacketId packet, Drop why) override { dropped.emplace_back(packet, why); }
};

inline const Mac kOurMac = "02:00:00:00:00:01"_mac;
inline const Mac kTheirMac = "02:00:00:00:00:99"_mac;
inline const Mac kOtherMac = "02:00:00:00:00:66"_mac;

inline Interface wan() {
  return {.address = {"198.51.100.2"_ip, 24}, .mac = kOurMac, .also_own = {"203.0.113.0/30"_net}};
}
inline Interface lan() { return {.address = {"10.0.0.1"_ip, 16}, .mac = kOurMac, .also_own = {}}; }

/// An ARP message in its octets, and the view of them.
struct Wired {
  std::array<std::uint8_t, wire::ArpView::kSize> octets{};
  explicit Wired(const wire::ArpMessage& m) { m.write(octets); }
  [[nodiscard]] wire::ArpView view() const { return *wire::ArpView::parse(octets); }
};

inline wire::ArpMessage reply(Ipv4 sender, const Mac& mac) {
  return {wire::ArpOperation::Reply, mac, sender, kOurMac, "198.51.100.2"_ip};
}
inline wire::ArpMessage request(Ipv4 sender, const Mac& mac, Ipv4 target) {
  return {wire::ArpOperation::Request, mac, sender, {}, target};
}

}  // namespace portico::neighbor
