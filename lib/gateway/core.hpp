// SPDX-License-Identifier: BSD-3-Clause
// What the control core does in either role: neighbours, ICMP of our own, packets that wait for
// either, and the tunnels. One thread calls it.
#pragma once

#include "gateway/keepalives.hpp"
#include "gateway/plan.hpp"
#include "gateway/publisher.hpp"
#include "gateway/transmitter.hpp"
#include "gateway/tunnel_peers.hpp"
#include "gateway/tunnels.hpp"
#include "gateway/world.hpp"
#include "icmp/speaker.hpp"
#include "stats/drops.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace portico::gateway {

struct CoreSettings {
  LinkSettingsBySide links;
  std::array<std::uint32_t, kSides> icmp_per_s{100, 100};
  TunnelSettings tunnels;
  bool learn_path_mtu = true;
  Duration keepalive{};  ///< of tunnels in UDP, after so long a silence; 0: never
};

class Core {
 public:
  /// What became of a punted packet: dropped for this reason, or taken in.
  using Outcome = std::optional<stats::Drop>;

  Core(const Plan& plan, const CoreSettings& settings, std::vector<orders::Mailbox*> workers,
       Outside& outside);
  virtual ~Core() = default;
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// When workers and ports are up.
  void start(Now now) { transmitter_.start(now); }

  // Frames that the workers handed over, valid Ethernet and (but for ARP) valid IPv4.
  [[nodiscard]] virtual Outcome on_arp(Side side, Bytes frame, Now now);
  [[nodiscard]] virtual Outcome on_icmp(Side side, Bytes frame, Now now);
  /// For an address of ours.
  [[nodiscard]] virtual Outcome on_udp(Side side, Bytes frame, Now now);
  /// Not forwarded because of `reason`: its sender may be told; of what is too big, the `mtu`.
  [[nodiscard]] Outcome on_undeliverable(Side side, Bytes frame, stats::Drop reason,
                                         std::uint16_t mtu, Now now);
  /// Translated, to leave by `side` when `neighbor` has answered. If it does not, the sender of the
  /// original is told, if there is one.
  [[nodiscard]] Outcome on_unresolved(Side side, Ipv4 neighbor,
                                      const std::optional<nappt::Original>& original, Bytes frame,
                                      Now now);

  virtual void turn(Now now);
  /// When turn() has something to do even if nothing happens.
  [[nodiscard]] virtual std::optional<Time> next_deadline() const;

  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }
  [[nodiscard]] Publisher& publisher() noexcept { return publisher_; }
  [[nodiscard]] Tunnels& tunnels() noexcept { return tunnels_; }
  [[nodiscard]] const TunnelPeers& tunnel_peers() const noexcept { return tunnel_peers_; }
  [[nodiscard]] const Keepalives& keepalives() const noexcept { return keepalives_; }
  [[nodiscard]] const icmp::Speaker& icmp() const noexcept { return icmp_; }
  [[nodiscard]] const neighbor::Table& neighbors() const noexcept {
    return transmitter_.neighbors();
  }

 protected:
  void complain(icmp::Complaint complaint, Side side, Bytes frame, Now now, std::uint16_t mtu = 0);
  [[nodiscard]] std::optional<wire::ArpView> arp_of(Bytes frame) const noexcept;

  const Plan& plan_;
  Publisher publisher_;
  Transmitter transmitter_;
  Tunnels tunnels_;
  TunnelPeers tunnel_peers_;
  Keepalives keepalives_;
  icmp::Speaker icmp_;

 private:
  void tell_senders_of_lost(Now now);
};

/// The earlier of two moments, if there are any.
[[nodiscard]] std::optional<Time> earliest(std::initializer_list<std::optional<Time>> moments);

}  // namespace portico::gateway
