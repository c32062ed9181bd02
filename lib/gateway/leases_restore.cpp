// SPDX-License-Identifier: BSD-3-Clause
// What the store held, taken over at start. Rows are believed only as far as they fit together and
// into the configuration: whatever a file says, the process starts.
#include "base/expects.hpp"
#include "gateway/leases.hpp"

#include <algorithm>
#include <tuple>

namespace portico::gateway {
namespace {

/// Who is bound comes first: an ended lease has no claim against it. Then the rows with the better
/// claim to what only one can have; of remembered leases the one that ended first is the eldest.
bool comes_before(const lease::Lease* a, const lease::Lease* b) noexcept {
  const bool a_ended = a->state != lease::State::Bound;
  const bool b_ended = b->state != lease::State::Bound;
  if (a_ended != b_ended) return b_ended;
  if (a_ended) return std::tie(a->until, a->id) < std::tie(b->until, b->id);
  return std::tie(b->granted, b->id) < std::tie(a->granted, a->id);
}

}  // namespace

void Leases::restore(const lease::Loaded& loaded, Now now, const Preload& preload) {
  calendar_ = Calendar{loaded.newest_event};
  next_id_ = std::max<std::uint64_t>(loaded.next_id, 1);
  adopt_statics(preload);
  table_.reserve(loaded.leases.size());
  std::vector<const lease::Lease*> rows;
  rows.reserve(loaded.leases.size());
  for (const auto& row : loaded.leases) {
    rows.push_back(&row);
    next_id_ = std::max(next_id_, row.id + 1);
  }
  std::stable_sort(rows.begin(), rows.end(), comes_before);
  for (const auto* row : rows) adopt(*row, now, preload);
}

void Leases::adopt_statics(const Preload& preload) {
  for (const auto& phone : plan_.statics) {
    nappt::Binding binding{.private_address = phone.private_address,
                           .public_address = phone.public_address.value_or(Ipv4{}),
                           .tunnel_address = phone.tunnel_address.value_or(Ipv4{}),
                           .mac = phone.mac,
                           .next_hop = phone.via ? via_of_(*phone.via) : kNoHop,
                           .range = {phone.first_port, static_cast<std::uint16_t>(phone.ports)},
                           .phone_class = 0,
                           .tunnel = kNoTunnel};
    binding.tunnel = plan_.tunnel_of(binding.tunnel_address, binding.range);
    const auto sides = resources_.sides_of(binding.public_address, binding.tunnel_address);
    expects(resources_.take_ports({binding.public_address, binding.tunnel_address, binding.range},
                                  sides),
            "the ports of a static phone are free");
    static_bindings_.push_back(binding);
    preload(binding);
  }
}

std::optional<std::size_t> Leases::allowed_class(const lease::Lease& row) const {
  const auto index = plan_.class_named(row.class_name);
  if (!index) return std::nullopt;
  const auto& plan = plan_.classes[*index];
  const auto pool = resources_.private_pool_of(row.private_address);
  const bool fits = pool == plan.private_pool && row.range.size == plan.settings.ports &&
                    resources_.sides_of(row.public_address, row.tunnel_address) == plan.sides;
  return fits ? index : std::nullopt;
}

/// Of the pools there are now; without an address or ports where those lie in none.
Holding Leases::holding_of(const lease::Lease& row) const {
  Holding holding;
  if (const auto pool = resources_.private_pool_of(row.private_address)) {
    holding.private_pool = *pool;
    holding.address = row.private_address;
  }
  holding.sides = resources_.sides_of(row.public_address, row.tunnel_address);
  if (holding.sides.direct == holding.sides.tunnel) holding.sides = {};
  holding.ports = {row.public_address, row.tunnel_address, row.range};
  return holding;
}

void Leases::adopt(const lease::Lease& row, Now now, const Preload& preload) {
  if (table_.by_id(row.id) != nullptr) return;
  const auto phone_class = allowed_class(row);
  const auto holding = holding_of(row);
  if (row.client.empty() || table_.by_client(row.client) != nullptr || !phone_class ||
      !resources_.take_exact(holding))
    return adopt_refused(row, now);
  Entry adopted;
  adopted.lease = row;
  adopted.phone_class = static_cast<std::uint16_t>(*phone_class);
  adopted.holding = holding;
  auto& entry = table_.insert(std::move(adopted));
  if (row.state == lease::State::Bound) return adopt_bound(entry, now, preload);
  const auto left = time_left(row.until, calendar_.read(now.wall));
  if (row.state == lease::State::Remembered || left == 0s)
    rest(entry, now);
  else
    set_deadline(entry, now.time + left);
}

void Leases::adopt_bound(Entry& entry, Now now, const Preload& preload) {
  const auto& lease = entry.lease;
  const bool infinite = lease.lease_s == lease::kInfinite;
  const auto left = time_left(lease.until, calendar_.read(now.wall));
  if (is_nobodys(lease) || (!infinite && left == 0s)) return adopt_ended(entry, now);
  entry.published = true;
  preload(binding_of(entry));
  set_deadline(entry, infinite ? kNever : now.time + left);
}

/// It ran out while we were away, and its quarantine counts from then; or it was superseded, and
/// its end is not on disk.
void Leases::adopt_ended(Entry& entry, Now now) {
  const auto wall = calendar_.read(now.wall);
  auto& lease = entry.lease;
  const bool superseded = is_nobodys(lease);
  const auto at = superseded ? wall : std::min(lease.until, wall);
  lease.state = lease::State::Quarantined;
  lease.until = superseded ? surely_later(at, limits_.quarantine) : later(at, limits_.quarantine);
  entry.ending = true;
  write(Step::End, superseded ? lease::Event::Released : lease::Event::Expired, lease, at);
  ++(superseded ? counters_.released : counters_.expired);
  set_deadline(entry, now.time + time_left(lease.until, wall));
}

/// As much of it as nobody else holds.
std::optional<Holding> Leases::take_what_is_left(const lease::Lease& row) {
  const auto all = holding_of(row);
  auto ports = all;
  ports.address = {};
  auto address = all;
  address.sides = {};
  for (const auto& part : {all, ports, address})
    if ((part.has_address() || part.has_ports()) &&
        (part.has_address() ? resources_.take_exact(part)
                            : resources_.take_ports(part.ports, part.sides)))
      return part;
  return std::nullopt;
}

/// Its client is told so when it comes; what it held is kept from others as after any other end.
void Leases::adopt_refused(const lease::Lease& row, Now now) {
  ++counters_.not_allowed;
  const auto wall = calendar_.read(now.wall);
  Entry entry;
  entry.lease = row;
  entry.allowed = false;
  if (row.client.empty() || table_.by_client(row.client) != nullptr)
    entry.lease.client = nobody(row.id);
  const bool rested = row.state == lease::State::Remembered;
  if (!rested) entry.holding = take_what_is_left(row);
  if (row.state == lease::State::Bound) entry.lease.until = surely_later(wall, limits_.quarantine);
  entry.lease.state = lease::State::Quarantined;
  auto& refused = table_.insert(std::move(entry));
  if (rested) return forget(refused, now);
  set_deadline(refused, now.time + time_left(refused.lease.until, wall));
  if (!refused.holding)
    write(Step::Record, lease::Event::Forgotten, refused.lease, wall);
  else if (row.state == lease::State::Bound)
    write(Step::End, lease::Event::Revoked, refused.lease, wall);
  else if (refused.lease != row)
    write(Step::Record, lease::Event::Superseded, refused.lease, wall);
}

}  // namespace portico::gateway
