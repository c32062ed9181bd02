// SPDX-License-Identifier: BSD-3-Clause
// Who may have what: the decisions behind DHCP. First the MAC, then the identifier (P2, P3), then
// the same address and ports as before, or others by the class (P4).
#pragma once

#include "admission/admit.hpp"
#include "dhcp/book.hpp"
#include "gateway/firmware.hpp"
#include "gateway/leases.hpp"
#include "gateway/offers.hpp"
#include "gateway/plan.hpp"
#include "gateway/probes.hpp"
#include "gateway/recovery.hpp"

#include <memory>
#include <variant>

namespace portico::gateway {

/// Who uses an address of a pool without a lease.
struct Squatter {
  Ipv4 address;
  Mac mac;  ///< of the router, where it is behind one
};

/// Which phone found an address in use by another when it was given it.
struct DeclinedAddress {
  Ipv4 address;
  Mac phone;
};

class LeaseBook final : public dhcp::Book {
 public:
  struct Limits {
    Duration offer_hold = 60s;
    std::size_t offers = 65536;  ///< at once: DISCOVER costs the sender nothing
  };

  LeaseBook(const Plan& plan, const Limits& limits, Resources& resources, Leases& leases,
            const Firmware& firmware, const Recovery& recovery, Probes& probes);

  void set_mac_policy(std::shared_ptr<const admission::MacPolicy> policy) {
    macs_ = std::move(policy);
  }
  [[nodiscard]] const admission::MacPolicy& mac_policy() const noexcept { return *macs_; }
  /// Why nothing may be granted at the moment; nothing: all is well.
  void set_obstacle(std::optional<dhcp::Refusal> why) noexcept { obstacle_ = why; }

  [[nodiscard]] bool trusts_relay(Ipv4 giaddr) const noexcept override;
  [[nodiscard]] dhcp::OfferAnswer discover(const dhcp::Query& query, Now now) override;
  [[nodiscard]] dhcp::RequestAnswer request(dhcp::RequestKind kind, const dhcp::Query& query,
                                            Now now) override;
  void refuse_offer(const dhcp::Query& query, Now now) override;
  void decline(const dhcp::Query& query, Now now) override;
  void release(const dhcp::Query& query, Now now) override;
  [[nodiscard]] dhcp::InformAnswer inform(const dhcp::Query& query, Now now) override;

  // What a probe found out, and what is to be offered therefore.
  [[nodiscard]] dhcp::OfferAnswer nobody_answered(std::uint64_t probe);
  [[nodiscard]] dhcp::OfferAnswer answered(std::uint64_t probe, const Mac& by, Now now);

  /// Takes back what was offered and not asked for in time.
  void turn(Now now);
  [[nodiscard]] std::optional<Time> next_deadline() const { return offers_.next_deadline(); }
  [[nodiscard]] const Offers& offers() const noexcept { return offers_; }
  [[nodiscard]] dhcp::Terms terms(const Entry& entry) const;
  /// The one that a probe found last.
  [[nodiscard]] const std::optional<Squatter>& last_squatter() const noexcept {
    return last_squatter_;
  }
  [[nodiscard]] const std::optional<DeclinedAddress>& last_declined() const noexcept {
    return last_declined_;
  }

 private:
  using ClassOrRefusal = std::variant<std::size_t, dhcp::Refusal>;

  [[nodiscard]] bool is_attached(const dhcp::Query& query) const noexcept;
  /// Straight from its client, or by a relay of ours.
  [[nodiscard]] bool came_a_trusted_way(const dhcp::Query& query) const noexcept;
  /// It came by a relay of ours, or from the device it speaks for as far as that can be known.
  [[nodiscard]] bool is_genuine(const dhcp::Query& query) const noexcept;
  [[nodiscard]] admission::Applicant applicant(const dhcp::Query& query) const;
  [[nodiscard]] ClassOrRefusal admitted_class(const dhcp::Query& query) const;
  [[nodiscard]] bool is_on_link(const dhcp::Query& query, std::size_t phone_class) const noexcept;
  [[nodiscard]] std::optional<dhcp::Refusal> overload(std::size_t limit) const noexcept;
  /// Why a client that we know nothing of hears nothing.
  [[nodiscard]] dhcp::Refusal unknown() const noexcept;

  /// The lease that this client has a claim to, its own or (where its MAC may hold no more) one of
  /// its MAC's.
  [[nodiscard]] Entry* claimed(const dhcp::Query& query, std::size_t phone_class);
  [[nodiscard]] bool may_hold_more(const Mac& mac, std::size_t phone_class);
  [[nodiscard]] bool is_usable(const Entry& entry, std::size_t phone_class) const noexcept;
  /// Of another MAC: it is in use, or this MAC holds as many as it may without it.
  [[nodiscard]] bool is_anothers(const Entry& entry, const dhcp::Query& query,
                                 std::size_t phone_class);
  [[nodiscard]] bool has_left_too_much(const Mac& mac);

  [[nodiscard]] dhcp::OfferAnswer offer_again(Offer& offer, const dhcp::Query& query, Now now);
  [[nodiscard]] dhcp::OfferAnswer offer_held(Entry& entry, const dhcp::Query& query, Now now);
  [[nodiscard]] dhcp::OfferAnswer offer_new(const dhcp::Query& query, std::size_t phone_class,
                                            const Entry* replaced, Now now);
  /// `wish`: this address if it is free.
  [[nodiscard]] std::optional<Holding> find_room(std::optional<Ipv4> wish,
                                                 const ClassPlan& phone_class, Now now);
  /// Its terms, when its address is known to be free.
  [[nodiscard]] dhcp::OfferAnswer answer_for(const Offer& offer) const;
  [[nodiscard]] std::uint64_t probe(std::uint64_t ticket, const Holding& holding, Now now);
  /// It may be somebody else who uses this address without a lease.
  [[nodiscard]] bool is_squatter(const Mac& mac, const Offer& offer);
  void drop_offer(Offer& offer);
  /// What an offer that nobody took was about.
  void give_back(const Offer& offer);
  /// This lease goes another way: whoever was offered it is refused.
  void withdraw(const Entry& entry);
  [[nodiscard]] dhcp::Terms terms(std::size_t phone_class, const Holding& holding,
                                  std::uint32_t lease_s) const;

  [[nodiscard]] dhcp::RequestAnswer select(const dhcp::Query& query, Now now);
  [[nodiscard]] dhcp::RequestAnswer accept_new(Offer& offer, const dhcp::Query& query, Now now);
  [[nodiscard]] dhcp::RequestAnswer accept_held(Offer& offer, const dhcp::Query& query, Now now);
  [[nodiscard]] dhcp::RequestAnswer reboot(const dhcp::Query& query, Now now);
  [[nodiscard]] dhcp::RequestAnswer extend(dhcp::RequestKind kind, const dhcp::Query& query,
                                           Now now);
  /// Its client, or its MAC, takes another.
  void supersede(Entry& entry, Now now);
  [[nodiscard]] dhcp::RequestAnswer grant_again(Entry& entry, const dhcp::Query& query, Now now);
  [[nodiscard]] std::uint32_t lease_time(const dhcp::Query& query,
                                         std::size_t phone_class) const noexcept;
  /// Of a lease there is already: no less than what is left of it, as far as its class gives so
  /// much.
  [[nodiscard]] std::uint32_t lease_time(const dhcp::Query& query, const Entry& entry,
                                         Now now) const;

  const Plan& plan_;
  Limits limits_;
  Resources& resources_;
  Leases& leases_;
  const Firmware& firmware_;
  const Recovery& recovery_;
  std::shared_ptr<const admission::MacPolicy> macs_ =
      std::make_shared<const admission::MacPolicy>();
  std::optional<dhcp::Refusal> obstacle_;
  Offers offers_;
  Probes& probes_;
  std::uint64_t next_probe_ = 1;
  std::optional<Squatter> last_squatter_;
  std::optional<DeclinedAddress> last_declined_;
};

}  // namespace portico::gateway
