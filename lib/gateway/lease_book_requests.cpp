// SPDX-License-Identifier: BSD-3-Clause
// The rest of the Book: what becomes of an offer or a lease when its client speaks.
#include "gateway/lease_book.hpp"
#include "gateway/terms.hpp"

namespace portico::gateway {

// ---- REQUEST

dhcp::RequestAnswer LeaseBook::request(dhcp::RequestKind kind, const dhcp::Query& query, Now now) {
  if (kind == dhcp::RequestKind::Selecting) return select(query, now);
  if (kind == dhcp::RequestKind::InitReboot) return reboot(query, now);
  return extend(kind, query, now);
}

dhcp::RequestAnswer LeaseBook::select(const dhcp::Query& query, Now now) {
  const auto checked = admitted_class(query);
  if (const auto* refusal = std::get_if<dhcp::Refusal>(&checked)) return dhcp::Silence{*refusal};
  if (const auto refusal = overload(leases_.limits().pending)) return dhcp::Silence{*refusal};
  const auto phone_class = std::get<std::size_t>(checked);
  if (auto* offer = offers_.by_client(query.client);
      offer != nullptr && offer->probe == 0 && offer->phone_class == phone_class &&
      offer->mac == query.mac && offer->holding.address == query.requested)
    return offer->lease_id == 0 ? accept_new(*offer, query, now) : accept_held(*offer, query, now);
  // Asked again, or asked for what was offered longer ago than offers are held.
  auto* entry = leases_.table().by_client(query.client);
  if (entry == nullptr || is_anothers(*entry, query, phone_class) ||
      !is_usable(*entry, phone_class) || entry->lease.private_address != query.requested)
    return dhcp::Nak{"this address was not offered"};
  return grant_again(*entry, query, now);
}

/// What the client, or its MAC, held before ends; there may be none, if it may hold more.
dhcp::RequestAnswer LeaseBook::accept_new(Offer& offer, const dhcp::Query& query, Now now) {
  auto* own = leases_.table().by_client(query.client);
  auto* replaced = own != nullptr ? own : leases_.table().by_id(offer.replaces);
  if (replaced != nullptr && is_nobodys(replaced->lease)) replaced = nullptr;
  const auto accepted = offers_.take(offer);
  const bool refused = replaced == nullptr ? !may_hold_more(query.mac, accepted.phone_class)
                                           : is_anothers(*replaced, query, accepted.phone_class);
  if (refused) {
    resources_.free(accepted.holding);
    return dhcp::Nak{"what was offered is gone"};
  }
  if (replaced != nullptr) supersede(*replaced, now);
  return dhcp::Pending{leases_.grant({.client = query.client,
                                      .mac = query.mac,
                                      .vendor_class = query.vendor_class.value_or(""),
                                      .phone_class = accepted.phone_class,
                                      .relay = query.giaddr,
                                      .lease_s = lease_time(query, accepted.phone_class),
                                      .holding = accepted.holding,
                                      .lease_id = 0},
                                     now)};
}

/// A lease there is already: the client's own, or another's of the same MAC that goes over to it.
dhcp::RequestAnswer LeaseBook::accept_held(Offer& offer, const dhcp::Query& query, Now now) {
  auto* held = leases_.table().by_id(offer.lease_id);
  auto* own = leases_.table().by_client(query.client);
  const bool gone = held == nullptr || held->ending || is_nobodys(held->lease) ||
                    !is_usable(*held, offer.phone_class) ||
                    is_anothers(*held, query, offer.phone_class) ||
                    (own != nullptr && is_anothers(*own, query, offer.phone_class));
  if (gone) {
    drop_offer(offer);
    return dhcp::Nak{"what was offered is gone"};
  }
  if (own == held) return grant_again(*held, query, now);
  if (held->pending != 0) return dhcp::Silence{dhcp::Refusal::TooManyPending};
  if (own != nullptr) supersede(*own, now);
  return grant_again(*held, query, now);
}

void LeaseBook::supersede(Entry& entry, Now now) {
  withdraw(entry);
  leases_.supersede(entry, now);
}

dhcp::RequestAnswer LeaseBook::grant_again(Entry& entry, const dhcp::Query& query, Now now) {
  if (entry.pending != 0) return dhcp::Pending{entry.pending};
  if (entry.ending) return dhcp::Silence{dhcp::Refusal::TooManyPending};
  if (auto* offer = offers_.by_client(query.client)) drop_offer(*offer);
  withdraw(entry);
  const bool direct = query.giaddr.is_zero() && !is_attached(query);
  return dhcp::Pending{
      leases_.grant({.client = query.client,
                     .mac = query.mac,
                     .vendor_class = query.vendor_class.value_or(entry.lease.vendor_class),
                     .phone_class = entry.phone_class,
                     .relay = direct ? entry.lease.relay : query.giaddr,
                     .lease_s = lease_time(query, entry, now),
                     .holding = *entry.holding,
                     .lease_id = entry.lease.id},
                    now)};
}

dhcp::RequestAnswer LeaseBook::reboot(const dhcp::Query& query, Now now) {
  const auto checked = admitted_class(query);
  if (const auto* refusal = std::get_if<dhcp::Refusal>(&checked);
      refusal != nullptr && *refusal != dhcp::Refusal::AddressNotOnLink)
    return dhcp::Silence{*refusal};
  if (const auto refusal = overload(leases_.limits().pending)) return dhcp::Silence{*refusal};
  auto* entry = leases_.table().by_client(query.client);
  if (entry == nullptr) return dhcp::Silence{unknown()};
  if (is_anothers(*entry, query, entry->phone_class))
    return dhcp::Silence{dhcp::Refusal::LeaseLimit};
  const auto* phone_class = std::get_if<std::size_t>(&checked);
  if (phone_class == nullptr) return dhcp::Nak{"not on this network"};
  if (!is_usable(*entry, *phone_class)) return dhcp::Nak{"this lease is not valid any more"};
  if (entry->lease.private_address != query.requested)
    return dhcp::Nak{"not this client's address"};
  return grant_again(*entry, query, now);
}

dhcp::RequestAnswer LeaseBook::extend(dhcp::RequestKind kind, const dhcp::Query& query, Now now) {
  if (!came_a_trusted_way(query)) return dhcp::Silence{dhcp::Refusal::RelayNotTrusted};
  if (!is_genuine(query)) return dhcp::Silence{dhcp::Refusal::MacNotValid};
  if (const auto refusal = overload(leases_.limits().pending)) return dhcp::Silence{*refusal};
  auto* entry = leases_.table().by_client(query.client);
  if (entry == nullptr) {
    // Asked directly, about an address of ours that we gave to nobody: let it begin anew. That is
    // not for us to say while its lease may be one that we lost.
    if (kind == dhcp::RequestKind::Renewing && resources_.private_pool_of(query.ciaddr) &&
        !recovery_.is_on())
      return dhcp::Nak{"this lease is not known"};
    return dhcp::Silence{unknown()};
  }
  if (!entry->allowed) return dhcp::Nak{"this lease is not valid any more"};
  if (is_anothers(*entry, query, entry->phone_class))
    return dhcp::Silence{dhcp::Refusal::LeaseLimit};
  if (check_mac(*macs_, applicant(query)) != admission::Reason::Admitted) {
    leases_.end(*entry, lease::Event::Revoked, now);
    return dhcp::Nak{"this device is not admitted any more"};
  }
  if (query.vendor_class) {
    const auto phone_class = plan_.identifiers.find(*query.vendor_class);
    if (phone_class != entry->phone_class) return dhcp::Nak{"the lease is of another class"};
  }
  if (!is_usable(*entry, entry->phone_class) || entry->lease.private_address != query.ciaddr)
    return dhcp::Nak{"this lease is not valid any more"};
  return grant_again(*entry, query, now);
}

// ---- DECLINE, RELEASE, INFORM

void LeaseBook::decline(const dhcp::Query& query, Now now) {
  auto* entry = leases_.table().by_client(query.client);
  if (entry == nullptr || entry->lease.mac != query.mac ||
      entry->lease.private_address != query.requested || !is_genuine(query))
    return;
  last_declined_ = {entry->lease.private_address, query.mac};
  leases_.end(*entry, lease::Event::Declined, now);
}

void LeaseBook::release(const dhcp::Query& query, Now now) {
  auto* entry = leases_.table().by_client(query.client);
  if (entry == nullptr || entry->lease.mac != query.mac ||
      entry->lease.private_address != query.ciaddr || !is_genuine(query))
    return;
  leases_.end(*entry, lease::Event::Released, now);
}

dhcp::InformAnswer LeaseBook::inform(const dhcp::Query& query, Now) {
  const auto checked = admitted_class(query);
  if (const auto* refusal = std::get_if<dhcp::Refusal>(&checked)) return dhcp::Silence{*refusal};
  const auto& phone_class = plan_.classes[std::get<std::size_t>(checked)];
  auto terms = general_terms(plan_, phone_class, firmware_);
  const auto* entry = leases_.table().by_private(query.ciaddr);
  if (entry != nullptr && entry->lease.mac == query.mac && entry->published) {
    terms.public_address = entry->lease.public_address;
    terms.tunnel_address = entry->lease.tunnel_address;
    terms.range = entry->lease.range;
  }
  return terms;
}

}  // namespace portico::gateway
