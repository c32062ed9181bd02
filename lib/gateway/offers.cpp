// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/offers.hpp"

#include "base/expects.hpp"

namespace portico::gateway {

Offer* Offers::by_client(const lease::ClientKey& client) {
  const auto at = by_client_.find(client);
  return at == by_client_.end() ? nullptr : &*at->second;
}

Offer* Offers::by_probe(std::uint64_t probe) {
  const auto at = by_probe_.find(probe);
  return at == by_probe_.end() ? nullptr : &*at->second;
}

Offer* Offers::by_lease(std::uint64_t lease_id) {
  const auto at = by_lease_.find(lease_id);
  return at == by_lease_.end() ? nullptr : &*at->second;
}

Offer* Offers::new_of(const Mac& mac) {
  Offer* youngest = nullptr;
  const auto [first, last] = new_by_mac_.equal_range(mac);
  for (auto i = first; i != last; ++i)
    if (youngest == nullptr || i->second->deadline > youngest->deadline) youngest = &*i->second;
  return youngest;
}

Offer& Offers::add(Offer offer) {
  expects(by_client(offer.client) == nullptr, "a client has one offer");
  expects(by_lease(offer.lease_id) == nullptr, "a lease is offered to one client");
  offers_.push_back(std::move(offer));
  const auto place = std::prev(offers_.end());
  by_client_.emplace(place->client, place);
  if (place->lease_id == 0)
    new_by_mac_.emplace(place->mac, place);
  else
    by_lease_.emplace(place->lease_id, place);
  if (place->probe != 0) by_probe_.emplace(place->probe, place);
  return *place;
}

Offer& Offers::renew(Offer& offer, const lease::ClientKey& client, Time deadline) {
  auto renewed = take(offer);
  renewed.client = client;
  renewed.deadline = deadline;
  return add(std::move(renewed));
}

void Offers::end_probe(Offer& offer) {
  by_probe_.erase(offer.probe);
  offer.probe = 0;
}

Offer Offers::take(Offer& offer) {
  const auto place = by_client_.at(offer.client);
  Offer taken = offer;
  unlink(place);
  return taken;
}

std::optional<Offer> Offers::take_expired(Time now) {
  if (offers_.empty() || offers_.front().deadline > now) return std::nullopt;
  return take(offers_.front());
}

std::optional<Time> Offers::next_deadline() const {
  return offers_.empty() ? std::nullopt : std::optional{offers_.front().deadline};
}

void Offers::unlink(Place place) {
  by_client_.erase(place->client);
  by_probe_.erase(place->probe);
  by_lease_.erase(place->lease_id);
  const auto [first, last] = new_by_mac_.equal_range(place->mac);
  for (auto i = first; i != last; ++i) {
    if (i->second != place) continue;
    new_by_mac_.erase(i);
    break;
  }
  offers_.erase(place);
}

}  // namespace portico::gateway
