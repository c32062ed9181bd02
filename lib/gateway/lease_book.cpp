// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/lease_book.hpp"

#include "gateway/terms.hpp"

#include <algorithm>

namespace portico::gateway {
namespace {

constexpr std::uint32_t kShortestLease_s = 60;  // a client may ask for less than its class gives
constexpr int kMostResting = 8;                 // ranges that one MAC left behind as nobody's
constexpr int kMostReclaimed = 64;              // ended leases forgotten for one DISCOVER

dhcp::Refusal refusal_of(admission::Reason reason) noexcept {
  if (admission::is_about_mac(reason)) return dhcp::Refusal::MacNotValid;
  return reason == admission::Reason::NoVendorClass ? dhcp::Refusal::NoVendorClass
                                                    : dhcp::Refusal::ClassNotValid;
}

bool is_live(const Entry& entry) noexcept {
  return entry.lease.state == lease::State::Bound || entry.ending;
}

}  // namespace

LeaseBook::LeaseBook(const Plan& plan, const Limits& limits, Resources& resources, Leases& leases,
                     const Firmware& firmware, const Recovery& recovery, Probes& probes)
    : plan_(plan),
      limits_(limits),
      resources_(resources),
      leases_(leases),
      firmware_(firmware),
      recovery_(recovery),
      offers_(limits.offers),
      probes_(probes) {}

// ---- admission

bool LeaseBook::is_attached(const dhcp::Query& query) const noexcept {
  if (!query.giaddr.is_zero()) return false;
  // A phone behind a router renews straight to us: the frame comes from the router.
  const auto pool = resources_.private_pool_of(query.ciaddr);
  return !pool || !plan_.private_pools[*pool].via;
}

admission::Applicant LeaseBook::applicant(const dhcp::Query& query) const {
  return {.mac = query.mac,
          .frame_source = query.frame_source,
          .attached = is_attached(query),
          .vendor_class = query.vendor_class};
}

bool LeaseBook::trusts_relay(Ipv4 giaddr) const noexcept {
  return std::ranges::find(plan_.relays, giaddr) != plan_.relays.end();
}

bool LeaseBook::came_a_trusted_way(const dhcp::Query& query) const noexcept {
  return query.giaddr.is_zero() || trusts_relay(query.giaddr);
}

bool LeaseBook::is_genuine(const dhcp::Query& query) const noexcept {
  return came_a_trusted_way(query) && (!is_attached(query) || query.frame_source == query.mac);
}

LeaseBook::ClassOrRefusal LeaseBook::admitted_class(const dhcp::Query& query) const {
  if (!came_a_trusted_way(query)) return dhcp::Refusal::RelayNotTrusted;
  const auto admission = admission::admit(*macs_, plan_.identifiers, applicant(query));
  if (!admission.is_admitted()) return refusal_of(admission.reason);
  if (!is_on_link(query, admission.class_index)) return dhcp::Refusal::AddressNotOnLink;
  return admission.class_index;
}

bool LeaseBook::is_on_link(const dhcp::Query& query, std::size_t phone_class) const noexcept {
  const auto& pool = plan_.private_pools[plan_.classes[phone_class].private_pool];
  if (query.link_selection) return pool.network.contains(*query.link_selection);
  if (!query.giaddr.is_zero()) return pool.network.contains(query.giaddr);
  if (!is_attached(query)) return pool.network.contains(query.ciaddr);
  return !pool.via;
}

std::optional<dhcp::Refusal> LeaseBook::overload(std::size_t limit) const noexcept {
  if (obstacle_) return obstacle_;
  if (leases_.pending() >= limit) return dhcp::Refusal::TooManyPending;
  return std::nullopt;
}

dhcp::Refusal LeaseBook::unknown() const noexcept {
  return recovery_.is_on() ? dhcp::Refusal::Withheld : dhcp::Refusal::Unknown;
}

// ---- what a client has a claim to

bool LeaseBook::is_usable(const Entry& entry, std::size_t phone_class) const noexcept {
  return entry.allowed && entry.holding && entry.phone_class == phone_class;
}

bool LeaseBook::is_anothers(const Entry& entry, const dhcp::Query& query, std::size_t phone_class) {
  if (entry.lease.mac == query.mac) return false;
  return is_live(entry) || !may_hold_more(query.mac, phone_class);
}

bool LeaseBook::may_hold_more(const Mac& mac, std::size_t phone_class) {
  std::size_t held = offers_.count_new_of(mac);
  for (const auto* entry : leases_.table().of_mac(mac))
    if (!is_nobodys(entry->lease)) ++held;
  return held < plan_.classes[phone_class].settings.leases_per_mac;
}

/// Who declines, changes class or answers probes again and again would use the pools up.
bool LeaseBook::has_left_too_much(const Mac& mac) {
  const auto entries = leases_.table().of_mac(mac);
  return std::count_if(entries.begin(), entries.end(),
                       [](const Entry* entry) { return is_nobodys(entry->lease); }) >= kMostResting;
}

Entry* LeaseBook::claimed(const dhcp::Query& query, std::size_t phone_class) {
  if (auto* own = leases_.table().by_client(query.client)) return own;
  if (may_hold_more(query.mac, phone_class)) return nullptr;
  Entry* youngest = nullptr;
  for (auto* entry : leases_.table().of_mac(query.mac))
    if (!is_nobodys(entry->lease) &&
        (youngest == nullptr || entry->lease.granted > youngest->lease.granted))
      youngest = entry;
  return youngest;
}

dhcp::Terms LeaseBook::terms(std::size_t phone_class, const Holding& holding,
                             std::uint32_t lease_s) const {
  return terms_of(plan_, plan_.classes[phone_class], firmware_, holding, lease_s);
}

dhcp::Terms LeaseBook::terms(const Entry& entry) const {
  return terms(entry.phone_class, *entry.holding, entry.lease.lease_s);
}

std::uint32_t LeaseBook::lease_time(const dhcp::Query& query,
                                    std::size_t phone_class) const noexcept {
  const auto most = plan_.classes[phone_class].settings.lease_s;
  return std::min(most, std::max(query.lease_s.value_or(most), kShortestLease_s));
}

/// A client that asks for less may never hear that it was heeded, and would count on the rest.
std::uint32_t LeaseBook::lease_time(const dhcp::Query& query, const Entry& entry, Now now) const {
  const auto most = plan_.classes[entry.phone_class].settings.lease_s;
  const auto left = leases_.left_s(entry, now);
  return std::max(lease_time(query, entry.phone_class), std::min(left, most));
}

// ---- DISCOVER

dhcp::OfferAnswer LeaseBook::discover(const dhcp::Query& query, Now now) {
  const auto checked = admitted_class(query);
  if (const auto* refusal = std::get_if<dhcp::Refusal>(&checked)) return dhcp::Silence{*refusal};
  // A quarter of the room is kept for those who were offered something already.
  if (const auto refusal = overload(leases_.limits().pending * 3 / 4))
    return dhcp::Silence{*refusal};
  const auto phone_class = std::get<std::size_t>(checked);
  if (auto* offer = offers_.by_client(query.client)) {
    if (offer->lease_id == 0 && offer->phone_class == phone_class && offer->mac == query.mac)
      return offer_again(*offer, query, now);
    drop_offer(*offer);
  }
  auto* entry = claimed(query, phone_class);
  if (entry != nullptr && is_anothers(*entry, query, phone_class))
    return dhcp::Silence{dhcp::Refusal::LeaseLimit};
  if (offers_.is_full()) return dhcp::Silence{dhcp::Refusal::TooManyPending};
  if (entry == nullptr || !is_usable(*entry, phone_class))
    return offer_new(query, phone_class, entry, now);
  if (entry->ending) return dhcp::Silence{dhcp::Refusal::TooManyPending};
  return offer_held(*entry, query, now);
}

dhcp::OfferAnswer LeaseBook::offer_again(Offer& offer, const dhcp::Query& query, Now now) {
  auto& renewed = offers_.renew(offer, query.client, now.time + limits_.offer_hold);
  renewed.lease_s = lease_time(query, renewed.phone_class);
  return answer_for(renewed);
}

dhcp::OfferAnswer LeaseBook::answer_for(const Offer& offer) const {
  if (offer.probe != 0) return dhcp::Pending{offer.probe};
  return terms(offer.phone_class, offer.holding, offer.lease_s);
}

dhcp::OfferAnswer LeaseBook::offer_held(Entry& entry, const dhcp::Query& query, Now now) {
  withdraw(entry);
  leases_.hold(entry);
  const auto& offer = offers_.add({.client = query.client,
                                   .mac = query.mac,
                                   .phone_class = entry.phone_class,
                                   .holding = *entry.holding,
                                   .lease_id = entry.lease.id,
                                   .replaces = 0,
                                   .lease_s = lease_time(query, entry, now),
                                   .probe = 0,
                                   .deadline = now.time + limits_.offer_hold});
  return answer_for(offer);
}

dhcp::OfferAnswer LeaseBook::offer_new(const dhcp::Query& query, std::size_t phone_class,
                                       const Entry* replaced, Now now) {
  if (recovery_.is_on()) return dhcp::Silence{dhcp::Refusal::Withheld};
  if (offers_.is_full_of_new()) return dhcp::Silence{dhcp::Refusal::TooManyPending};
  if (has_left_too_much(query.mac)) return dhcp::Silence{dhcp::Refusal::LeaseLimit};
  // Its number, not its entry: making room may forget the very lease that is replaced.
  const std::uint64_t replaces = replaced == nullptr ? 0 : replaced->lease.id;
  if (replaced == nullptr && !may_hold_more(query.mac, phone_class)) {
    // Its offers alone are as many as it may hold: one goes over to this identifier.
    auto* offer = offers_.new_of(query.mac);
    if (offer == nullptr) return dhcp::Silence{dhcp::Refusal::LeaseLimit};
    if (offer->phone_class == phone_class) return offer_again(*offer, query, now);
    drop_offer(*offer);
  }
  const auto holding = find_room(query.requested, plan_.classes[phone_class], now);
  if (!holding) return dhcp::Silence{dhcp::Refusal::PoolExhausted};
  return answer_for(offers_.add({.client = query.client,
                                 .mac = query.mac,
                                 .phone_class = phone_class,
                                 .holding = *holding,
                                 .lease_id = 0,
                                 .replaces = replaces,
                                 .lease_s = lease_time(query, phone_class),
                                 .probe = probe(next_probe_++, *holding, now),
                                 .deadline = now.time + limits_.offer_hold}));
}

// ---- what is new to its client is probed first

/// `ticket` if the address is probed under it, else 0.
std::uint64_t LeaseBook::probe(std::uint64_t ticket, const Holding& holding, Now now) {
  const auto& via = plan_.private_pools[holding.private_pool].via;
  return probes_.begin(ticket, holding.address, via, now) ? ticket : 0;
}

dhcp::OfferAnswer LeaseBook::nobody_answered(std::uint64_t probe) {
  auto* offer = offers_.by_probe(probe);
  if (offer == nullptr) return dhcp::Silence{dhcp::Refusal::NotOurs};
  offers_.end_probe(*offer);
  return answer_for(*offer);
}

/// Another address, which is probed in turn. One device keeps only so many addresses from others:
/// beyond, its answers count for nothing, and phones find out for themselves (RFC 2131 section
/// 4.4.1).
dhcp::OfferAnswer LeaseBook::answered(std::uint64_t probed, const Mac& by, Now now) {
  auto* offer = offers_.by_probe(probed);
  if (offer == nullptr || !is_squatter(by, *offer)) return nobody_answered(probed);
  auto again = offers_.take(*offer);
  last_squatter_ = {again.holding.address, by};
  leases_.withhold(again.holding, again.phone_class, by, now);
  const auto holding = find_room({}, plan_.classes[again.phone_class], now);
  if (!holding) return dhcp::Silence{dhcp::Refusal::PoolExhausted};
  again.holding = *holding;
  again.probe = probe(probed, *holding, now);
  again.deadline = now.time + limits_.offer_hold;
  return answer_for(offers_.add(std::move(again)));
}

bool LeaseBook::is_squatter(const Mac& mac, const Offer& offer) {
  const bool attached = !plan_.private_pools[offer.holding.private_pool].via;
  return !(attached && mac == offer.mac) && !has_left_too_much(mac);
}

std::optional<Holding> LeaseBook::find_room(std::optional<Ipv4> wish, const ClassPlan& phone_class,
                                            Now now) {
  for (int reclaimed = 0; reclaimed < kMostReclaimed; ++reclaimed) {
    const auto shortage = resources_.shortage(phone_class);
    if (shortage == Resources::Shortage::None) return resources_.take(phone_class, wish);
    if (!leases_.make_room(phone_class, shortage, now)) return std::nullopt;
  }
  return std::nullopt;
}

void LeaseBook::drop_offer(Offer& offer) { give_back(offers_.take(offer)); }

void LeaseBook::give_back(const Offer& offer) {
  if (offer.lease_id == 0)
    resources_.free(offer.holding);
  else
    leases_.let_go(*leases_.table().by_id(offer.lease_id));
}

void LeaseBook::withdraw(const Entry& entry) {
  if (auto* offer = offers_.by_lease(entry.lease.id)) drop_offer(*offer);
}

void LeaseBook::refuse_offer(const dhcp::Query& query, Now) {
  auto* offer = offers_.by_client(query.client);
  if (offer != nullptr && offer->mac == query.mac && is_genuine(query)) drop_offer(*offer);
}

void LeaseBook::turn(Now now) {
  while (const auto expired = offers_.take_expired(now.time)) give_back(*expired);
}

}  // namespace portico::gateway
