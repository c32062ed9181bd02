// SPDX-License-Identifier: BSD-3-Clause
// How the control core's own packets leave: framed for their side, to a MAC that is known or asked
// for. It keeps the neighbour table and tells the workers every hop that changes.
#pragma once

#include "dhcp/engine.hpp"
#include "gateway/lease_table.hpp"
#include "gateway/plan.hpp"
#include "gateway/publisher.hpp"
#include "gateway/world.hpp"
#include "nappt/original.hpp"
#include "neighbor/table.hpp"
#include "tftp/engine.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace portico::gateway {

/// One side as the control core frames for it.
struct LinkSettings {
  Mac mac;
  InterfaceAddress address;
  std::uint16_t vlan = 0;  ///< 0: untagged
};
using LinkSettingsBySide = std::array<LinkSettings, kSides>;

class Transmitter final : public dhcp::Sender, public tftp::Sender, private neighbor::Sink {
 public:
  Transmitter(const Plan& plan, const LinkSettingsBySide& links, Publisher& publisher,
              Outside& outside);

  /// Where phones are that hold a lease.
  void know_phones(const LeaseTable& leases) noexcept { leases_ = &leases; }

  /// Announces our addresses and asks for every router. Once, when the ports are up.
  void start(Now now);
  /// The time for what is sent from now on.
  void set_now(Now now) noexcept { now_ = now; }
  void turn(Now now);
  [[nodiscard]] std::optional<Time> next_deadline() const noexcept {
    return neighbors_.next_deadline();
  }

  /// DHCP: from (our LAN address, 67).
  void send(const dhcp::Reply& reply) override;
  /// TFTP: to a phone.
  void send(const wire::Endpoint& from, const wire::Endpoint& to, Bytes head, Bytes body) override;
  /// A whole IP packet to a station of the link.
  void send_packet(Side side, const Mac& to, Bytes packet);
  /// The same to a neighbour that is to be asked for.
  void send_packet_by(Side side, Ipv4 neighbor, Bytes packet);
  /// The same to a host on the link, or behind the router that leads there.
  void send_packet_towards(Side side, Ipv4 destination, Bytes packet);
  /// "Who has `address`?", asked once; the answer is an ARP message like any other.
  void ask(Side side, Ipv4 address);
  /// A whole frame but for its destination, to a neighbour that is to be asked for.
  /// Of a packet that was translated, `original` is kept: it is lost if nobody answers.
  void send_by_neighbor(Side side, Ipv4 neighbor, std::vector<std::uint8_t> frame,
                        const std::optional<nappt::Original>& original = {});
  struct Lost {
    std::vector<std::uint8_t> frame;  ///< translated
    nappt::Original original;
  };
  /// Those whose neighbour did not answer, since this was asked last.
  [[nodiscard]] std::vector<Lost> take_lost() { return std::exchange(lost_, {}); }

  neighbor::Concern on_arp(Side side, const wire::ArpView& arp) {
    return neighbors_.on_arp(side, arp, now_.time);
  }
  [[nodiscard]] const neighbor::Table& neighbors() const noexcept { return neighbors_; }

 private:
  void send_arp(Side side, const Mac& destination, const wire::ArpMessage& message) override;
  void hop_changed(HopIndex index, const NextHop& hop) override;
  void hop_removed(HopIndex index, const NextHop& hop) override;
  void packet_ready(neighbor::PacketId packet, const NextHop& hop) override;
  void packet_dropped(neighbor::PacketId packet, neighbor::Drop why) override;

  struct Way {
    Mac mac;        ///< where `neighbor` is zero
    Ipv4 neighbor;  ///< else whom to ask
  };
  [[nodiscard]] Way way_to(Ipv4 phone_or_relay) const;
  void send_udp(const Way& way, const wire::Endpoint& from, const wire::Endpoint& to, Bytes head,
                Bytes body);
  [[nodiscard]] const LinkSettings& link(Side side) const noexcept {
    return links_[static_cast<std::size_t>(side)];
  }
  void tell_on_link(const NextHop& hop, HopIndex index);

  const Plan& plan_;
  LinkSettingsBySide links_;
  const LeaseTable* leases_ = nullptr;
  Publisher& publisher_;
  Outside& outside_;
  neighbor::Table neighbors_;
  Now now_;
  struct Held {
    std::vector<std::uint8_t> frame;
    std::optional<nappt::Original> original;
  };
  std::unordered_map<neighbor::PacketId, Held> held_;
  std::vector<Lost> lost_;
  neighbor::PacketId next_packet_ = 1;
  struct Retired {
    std::uint64_t order;
    HopIndex index;
  };
  std::deque<Retired> retired_;  // hops that workers may still use
};

}  // namespace portico::gateway
