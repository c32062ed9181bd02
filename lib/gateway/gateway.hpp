// SPDX-License-Identifier: BSD-3-Clause
// The control core as a whole: punted packets, stored rows and time go in; frames, orders and rows
// to store come out through the World. One thread calls it.
#pragma once

#include "dhcp/engine.hpp"
#include "gateway/firmware.hpp"
#include "gateway/lease_book.hpp"
#include "gateway/leases.hpp"
#include "gateway/probes.hpp"
#include "gateway/recovery.hpp"
#include "gateway/transmitter.hpp"
#include "icmp/speaker.hpp"
#include "stats/drops.hpp"
#include "tftp/engine.hpp"

#include <array>
#include <memory>
#include <optional>

namespace portico::gateway {

struct Settings {
  LinkSettingsBySide links;
  std::array<std::uint32_t, kSides> icmp_per_s{100, 100};
  std::array<std::uint16_t, kSides> mtu{1500, 1500};
  Leases::Limits leases;
  LeaseBook::Limits offers;
  Duration probe_wait{0};  ///< for an answer to the ping of an address; zero: no address is pinged
  dhcp::Config dhcp;
  tftp::Config tftp;
};

/// Unpredictable numbers, for port ranges and transfer identifiers.
using Random = std::function<std::uint32_t()>;

class Gateway final : private LeaseListener {
 public:
  using Preload = std::function<void(const nappt::Binding&)>;
  /// What became of a punted packet: dropped for this reason, or taken in.
  using Outcome = std::optional<stats::Drop>;

  Gateway(const Plan& plan, const Settings& settings, std::vector<orders::Mailbox*> workers,
          World& world, const Random& random);

  /// Before the workers are launched.
  void restore(const lease::Loaded& loaded, Now now, const Preload& preload);
  /// When workers and ports are up.
  void start(Now now);

  // Frames that the workers handed over, valid Ethernet and (but for ARP) valid IPv4.
  [[nodiscard]] Outcome on_arp(Side side, Bytes frame, Now now);
  [[nodiscard]] Outcome on_udp(Side side, Bytes frame, Now now);
  [[nodiscard]] Outcome on_icmp(Side side, Bytes frame, Now now);
  /// Not forwarded because of `reason`: its sender may be told.
  [[nodiscard]] Outcome on_undeliverable(Side side, Bytes frame, stats::Drop reason, Now now);
  /// Translated, to leave by `side` when `neighbor` has answered. If it does not, the sender of the
  /// original is told.
  [[nodiscard]] Outcome on_unresolved(Side side, Ipv4 neighbor, const nappt::Original& original,
                                      Bytes frame, Now now);

  void stored(std::uint64_t ticket, Now now);
  void set_store_health(bool is_writing) noexcept { store_is_writing_ = is_writing; }
  void set_files(tftp::SnapshotPtr files) { firmware_.replace(std::move(files)); }
  /// `revoke`: leases of devices that it does not admit end at once.
  enum class OnDeny : std::uint8_t { AtRenewal, AtOnce };
  void set_mac_policy(std::shared_ptr<const admission::MacPolicy> policy, OnDeny on_deny, Now now);
  /// Ends the leases of this MAC; how many.
  std::size_t revoke(const Mac& mac, Now now);
  /// The operator gives lost leases up: unknown clients are served at once. False: none were lost.
  bool accept_loss(Now now);

  void turn(Now now);
  /// When turn() has something to do even if nothing happens.
  [[nodiscard]] std::optional<Time> next_deadline() const;

  [[nodiscard]] Leases& leases() noexcept { return leases_; }
  [[nodiscard]] const Resources& resources() const noexcept { return resources_; }
  [[nodiscard]] Resources& resources() noexcept { return resources_; }
  [[nodiscard]] const LeaseBook& book() const noexcept { return book_; }
  [[nodiscard]] const Recovery& recovery() const noexcept { return recovery_; }
  [[nodiscard]] const Probes& probes() const noexcept { return probes_; }
  [[nodiscard]] Publisher& publisher() noexcept { return publisher_; }
  [[nodiscard]] const dhcp::Engine& dhcp() const noexcept { return dhcp_; }
  [[nodiscard]] const tftp::Engine& tftp() const noexcept { return tftp_; }
  [[nodiscard]] const icmp::Speaker& icmp() const noexcept { return icmp_; }
  [[nodiscard]] const neighbor::Table& neighbors() const noexcept {
    return transmitter_.neighbors();
  }
  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

 private:
  void granted(std::uint64_t ticket, const Entry& entry, Now now) override;
  void abandoned(std::uint64_t ticket) override;
  [[nodiscard]] std::optional<dhcp::Refusal> obstacle(Now now) const noexcept;
  void tell(std::uint64_t probe, const dhcp::OfferAnswer& answer);
  void tell_senders_of_lost(Now now);
  void complain(icmp::Complaint complaint, Side side, Bytes frame, Now now);

  const Plan& plan_;
  Settings settings_;
  Publisher publisher_;
  Journal journal_;
  Recovery recovery_;
  Resources resources_;
  Leases leases_;
  Transmitter transmitter_;
  Probes probes_;
  Firmware firmware_;
  LeaseBook book_;
  dhcp::Engine dhcp_;
  tftp::Engine tftp_;
  icmp::Speaker icmp_;
  bool store_is_writing_ = true;
};

}  // namespace portico::gateway
