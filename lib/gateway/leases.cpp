// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/leases.hpp"

#include "base/expects.hpp"
#include "dhcp/engine.hpp"

#include <algorithm>

namespace portico::gateway {
namespace {

/// Of the ways a binding ends.
stats::Counter LeaseCounters::*counter_of(lease::Event why) noexcept {
  switch (why) {
    case lease::Event::Released:
      return &LeaseCounters::released;
    case lease::Event::Declined:
      return &LeaseCounters::declined;
    case lease::Event::Revoked:
      return &LeaseCounters::revoked;
    default:
      return &LeaseCounters::expired;
  }
}

}  // namespace

Leases::Leases(const Plan& plan, const Limits& limits, Resources& resources, Publisher& publisher,
               Journal& journal, World& world, ViaOf via_of)
    : plan_(plan),
      limits_(limits),
      resources_(resources),
      publisher_(publisher),
      journal_(journal),
      world_(world),
      via_of_(std::move(via_of)) {}

nappt::Binding Leases::binding_of(const Entry& entry) const {
  const auto& lease = entry.lease;
  const auto& pool = plan_.private_pools[entry.holding->private_pool];
  return {.private_address = lease.private_address,
          .public_address = lease.public_address,
          .tunnel_address = lease.tunnel_address,
          .mac = lease.mac,
          .next_hop = pool.via ? via_of_(*pool.via) : kNoHop,
          .range = lease.range,
          .phone_class = entry.phone_class,
          .tunnel = plan_.tunnel_of(lease.tunnel_address, lease.range)};
}

// ---- grants and renewals

Entry& Leases::entry_for(const Grant& grant) {
  if (grant.lease_id != 0) {
    auto& entry = *table_.by_id(grant.lease_id);
    remembered_.remove(grant.lease_id);
    table_.rekey(entry, grant.client, grant.mac);
    return entry;
  }
  return new_entry(grant.client, grant.mac, grant.holding);
}

Entry& Leases::new_entry(const lease::ClientKey& client, const Mac& mac, const Holding& holding) {
  Entry entry;
  entry.lease.id = next_id_++;
  entry.lease.client = client;
  entry.lease.mac = mac;
  entry.lease.private_address = holding.address;
  entry.lease.public_address = holding.ports.direct;
  entry.lease.tunnel_address = holding.ports.tunnel;
  entry.lease.range = holding.ports.range;
  entry.holding = holding;
  return table_.insert(std::move(entry));
}

std::uint64_t Leases::grant(const Grant& grant, Now now) {
  auto& entry = entry_for(grant);
  expects(entry.pending == 0 && !entry.ending, "one transaction a lease");
  const auto wall = calendar_.read(now.wall);
  const bool published = entry.published;
  auto& lease = entry.lease;
  if (!published) lease.granted = wall;
  lease.class_name = plan_.classes[grant.phone_class].settings.name;
  lease.vendor_class = grant.vendor_class;
  lease.relay = grant.relay;
  lease.state = lease::State::Bound;
  lease.lease_s = grant.lease_s;
  // The phone may count from the ACK, which may be so much later.
  lease.until = surely_later(wall, std::chrono::seconds{grant.lease_s} + dhcp::kPatience);
  entry.phone_class = static_cast<std::uint16_t>(grant.phone_class);
  if (!published) set_deadline(entry, kNever);
  entry.pending = write(published ? Step::Renewal : Step::Grant,
                        published ? lease::Event::Renewed : lease::Event::Granted, lease, wall);
  ++pending_;
  return entry.pending;
}

std::uint32_t Leases::left_s(const Entry& entry, Now now) const {
  if (!entry.published || entry.lease.state != lease::State::Bound) return 0;
  if (entry.lease.lease_s == lease::kInfinite) return lease::kInfinite;
  const auto end = deadlines_.deadline_of(entry.lease.id);
  if (!end || *end <= now.time) return 0;
  const auto left = std::chrono::ceil<std::chrono::seconds>(*end - now.time);
  return static_cast<std::uint32_t>(std::min<std::int64_t>(left.count(), lease::kInfinite));
}

std::uint64_t Leases::write(Step step, lease::Event event, const lease::Lease& row, WallTime at,
                            const Usage& usage) {
  auto stamped = row;
  ++stamped.epoch;
  if (auto* entry = table_.by_id(row.id)) entry->lease.epoch = stamped.epoch;
  const auto ticket =
      journal_.write({.ticket = 0, .event = event, .at = at, .lease = stamped, .usage = usage});
  writing_.emplace(ticket, Writing{step, row.id});
  return ticket;
}

void Leases::stored(std::uint64_t ticket, Now now) {
  const auto at = writing_.find(ticket);
  if (at == writing_.end()) return;
  const auto [step, id] = at->second;
  writing_.erase(at);
  auto* entry = table_.by_id(id);
  if (entry == nullptr) return;
  switch (step) {
    case Step::Grant:
      ++counters_.granted;
      return publish(*entry, ticket, now);
    case Step::Renewal:
      ++counters_.renewed;
      return acknowledge(*entry, ticket, now);
    case Step::End:
      entry->ending = false;
      return;
    case Step::Record:
      return;
  }
}

void Leases::publish(Entry& entry, std::uint64_t ticket, Now now) {
  entry.published = true;
  const auto order = publisher_.post(orders::AddBinding{binding_of(entry)}, now.time);
  applying_.push_back({order, Step::Grant, entry.lease.id, ticket, {}});
}

void Leases::acknowledge(Entry& entry, std::uint64_t ticket, Now now) {
  --pending_;
  entry.pending = 0;
  if (entry.doomed) {
    listener_->abandoned(ticket);
    return unpublish(entry, *entry.doomed, now);
  }
  const bool infinite = entry.lease.lease_s == lease::kInfinite;
  set_deadline(entry, infinite ? kNever : now.time + std::chrono::seconds{entry.lease.lease_s});
  listener_->granted(ticket, entry, now);
}

void Leases::set_deadline(Entry& entry, Time at) {
  if (at == kNever)
    deadlines_.cancel(entry.lease.id);
  else
    deadlines_.set(entry.lease.id, at);
}

// ---- ends

void Leases::end(Entry& entry, lease::Event why, Now now) {
  if (entry.ending || entry.lease.state != lease::State::Bound) return;
  if (entry.pending != 0)
    entry.doomed = why;
  else
    unpublish(entry, why, now);
}

void Leases::supersede(Entry& entry, Now now) {
  if (entry.lease.state == lease::State::Remembered) return forget(entry, now);
  table_.rekey(entry, nobody(entry.lease.id), entry.lease.mac);
  write(Step::Record, lease::Event::Superseded, entry.lease, calendar_.read(now.wall));
  end(entry, lease::Event::Released, now);
}

void Leases::unpublish(Entry& entry, lease::Event why, Now now) {
  entry.doomed.reset();
  entry.ending = true;
  const auto order = publisher_.post(orders::RemoveBinding{entry.lease.private_address}, now.time);
  applying_.push_back({order, Step::End, entry.lease.id, 0, why});
}

void Leases::ended(Entry& entry, lease::Event why, Now now) {
  const auto usage = world_.usage(entry.lease.private_address);
  entry.published = false;
  const bool declined = why == lease::Event::Declined;
  if (declined) table_.rekey(entry, nobody(entry.lease.id), entry.lease.mac);
  const auto rest_for = declined ? limits_.decline : limits_.quarantine;
  const auto wall = calendar_.read(now.wall);
  entry.lease.state = declined ? lease::State::Declined : lease::State::Quarantined;
  entry.lease.until = surely_later(wall, rest_for);
  set_deadline(entry, now.time + rest_for);
  write(Step::End, why, entry.lease, wall, usage);
  ++(counters_.*counter_of(why));
}

void Leases::withhold(const Holding& holding, std::size_t phone_class, const Mac& user, Now now) {
  auto& entry = new_entry(nobody(next_id_), user, holding);
  const auto wall = calendar_.read(now.wall);
  entry.phone_class = static_cast<std::uint16_t>(phone_class);
  entry.lease.class_name = plan_.classes[phone_class].settings.name;
  entry.lease.state = lease::State::Declined;
  entry.lease.granted = wall;
  entry.lease.until = later(wall, limits_.decline);
  set_deadline(entry, now.time + limits_.decline);
  write(Step::Record, lease::Event::Declined, entry.lease, wall);
  ++counters_.found_in_use;
}

void Leases::rest(Entry& entry, Now now) {
  if (is_nobodys(entry.lease) || !entry.allowed) return forget(entry, now);
  entry.lease.state = lease::State::Remembered;
  remember(entry);
}

void Leases::remember(const Entry& entry) {
  remembered_.add(entry.lease.id,
                  {entry.holding->private_pool, entry.holding->sides, entry.lease.range.size});
}

void Leases::hold(Entry& entry) {
  entry.offered = true;
  remembered_.remove(entry.lease.id);
}

void Leases::let_go(Entry& entry) {
  entry.offered = false;
  if (entry.lease.state == lease::State::Remembered) remember(entry);
}

void Leases::forget(Entry& entry, Now now) {
  expects(!entry.offered, "what is offered is kept");
  remembered_.remove(entry.lease.id);
  set_deadline(entry, kNever);
  if (entry.holding) resources_.free(*entry.holding);
  entry.lease.state = lease::State::Remembered;
  write(Step::Record, lease::Event::Forgotten, entry.lease, calendar_.read(now.wall));
  table_.erase(entry.lease.id);
}

bool Leases::make_room(const ClassPlan& phone_class, Resources::Shortage shortage, Now now) {
  const auto spared = shortage == Resources::Shortage::Address
                          ? remembered_.eldest_with_address(phone_class.private_pool)
                          : remembered_.eldest_with_ports(resources_.short_sides(phone_class),
                                                          phone_class.settings.ports);
  if (!spared) return false;
  forget(*table_.by_id(*spared), now);
  ++counters_.reclaimed;
  return true;
}

// ---- what time and the workers bring

void Leases::turn(Now now) {
  (void)calendar_.read(now.wall);
  journal_.pump();
  const auto applied = publisher_.applied();
  while (!applying_.empty() && applying_.front().order <= applied) {
    const auto done = applying_.front();
    applying_.pop_front();
    auto& entry = *table_.by_id(done.lease_id);
    if (done.step == Step::Grant)
      acknowledge(entry, done.ticket, now);
    else
      ended(entry, done.why, now);
  }
  while (const auto id = deadlines_.pop_due(now.time)) fall_due(*table_.by_id(*id), now);
}

void Leases::fall_due(Entry& entry, Now now) {
  if (entry.ending || entry.pending != 0) {
    // What is under way first; a renewal then sets a later deadline.
    set_deadline(entry, now.time + 1s);
    return;
  }
  if (entry.lease.state == lease::State::Bound)
    unpublish(entry, lease::Event::Expired, now);
  else if (entry.offered)
    set_deadline(entry, now.time + 1s);
  else
    rest(entry, now);
}

}  // namespace portico::gateway
