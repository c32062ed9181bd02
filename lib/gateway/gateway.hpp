// SPDX-License-Identifier: BSD-3-Clause
// The control core as a whole: punted packets, stored rows and time go in; frames, orders and rows
// to store come out through the World. One thread calls it.
#pragma once

#include "dhcp/engine.hpp"
#include "gateway/core.hpp"
#include "gateway/firmware.hpp"
#include "gateway/lease_book.hpp"
#include "gateway/leases.hpp"
#include "gateway/probes.hpp"
#include "gateway/recovery.hpp"
#include "stats/drops.hpp"
#include "tftp/engine.hpp"

#include <array>
#include <memory>
#include <optional>

namespace portico::gateway {

struct Settings : CoreSettings {
  Leases::Limits leases;
  LeaseBook::Limits offers;
  Duration probe_wait{0};  ///< for an answer to the ping of an address; zero: no address is pinged
  dhcp::Config dhcp;
  tftp::Config tftp;
};

/// Unpredictable numbers, for port ranges and transfer identifiers.
using Random = std::function<std::uint32_t()>;

class Gateway final : public Core, private LeaseListener {
 public:
  using Preload = std::function<void(const nappt::Binding&)>;

  Gateway(const Plan& plan, const Settings& settings, std::vector<orders::Mailbox*> workers,
          World& world, const Random& random);

  /// Before the workers are launched.
  void restore(const lease::Loaded& loaded, Now now, const Preload& preload);
  [[nodiscard]] Outcome on_arp(Side side, Bytes frame, Now now) override;
  [[nodiscard]] Outcome on_udp(Side side, Bytes frame, Now now) override;
  [[nodiscard]] Outcome on_icmp(Side side, Bytes frame, Now now) override;

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

  void turn(Now now) override;
  [[nodiscard]] std::optional<Time> next_deadline() const override;

  [[nodiscard]] Leases& leases() noexcept { return leases_; }
  [[nodiscard]] const Resources& resources() const noexcept { return resources_; }
  [[nodiscard]] Resources& resources() noexcept { return resources_; }
  [[nodiscard]] const LeaseBook& book() const noexcept { return book_; }
  [[nodiscard]] const Recovery& recovery() const noexcept { return recovery_; }
  [[nodiscard]] const Probes& probes() const noexcept { return probes_; }
  [[nodiscard]] const dhcp::Engine& dhcp() const noexcept { return dhcp_; }
  [[nodiscard]] const tftp::Engine& tftp() const noexcept { return tftp_; }

 private:
  void granted(std::uint64_t ticket, const Entry& entry, Now now) override;
  void abandoned(std::uint64_t ticket) override;
  [[nodiscard]] std::optional<dhcp::Refusal> obstacle(Now now) const noexcept;
  void tell(std::uint64_t probe, const dhcp::OfferAnswer& answer);

  Journal journal_;
  Recovery recovery_;
  Resources resources_;
  Leases leases_;
  Probes probes_;
  Firmware firmware_;
  LeaseBook book_;
  dhcp::Engine dhcp_;
  tftp::Engine tftp_;
  bool store_is_writing_ = true;
};

}  // namespace portico::gateway
