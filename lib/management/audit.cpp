// SPDX-License-Identifier: BSD-3-Clause
#include "management/audit.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace portico::management {
namespace {

std::string ports_of(PortRange range) {
  return std::to_string(range.first) + "-" + std::to_string(range.last());
}

/// What a phone holds, as every copy has it.
struct Holding {
  Ipv4 private_address;
  Ipv4 public_address;
  Ipv4 tunnel_address;
  PortRange range;
  friend bool operator==(const Holding&, const Holding&) = default;
};

std::string to_text(const Holding& h) {
  std::string text = to_string(h.private_address) + " with ports " + ports_of(h.range);
  if (!h.public_address.is_zero()) text += " of " + to_string(h.public_address);
  if (!h.tunnel_address.is_zero()) text += " of tunnel address " + to_string(h.tunnel_address);
  return text;
}

template <class From>
Holding holding_of(const From& from) {
  return {from.private_address, from.public_address, from.tunnel_address, from.range};
}

/// Collects what the comparisons find.
class Findings {
 public:
  void add(DifferenceKind kind, std::string what) { found_.push_back({kind, std::move(what)}); }
  [[nodiscard]] std::vector<Difference> take() && { return std::move(found_); }

 private:
  std::vector<Difference> found_;
};

/// The identities of a quarantined range: its private address may be another phone's by now.
using Identity = std::tuple<Ipv4, Ipv4, PortRange>;

Identity identity_of(const Holding& h) { return {h.public_address, h.tunnel_address, h.range}; }

void compare_bound(const AuditInput& in, Findings& findings) {
  std::map<Ipv4, Holding> held;
  for (const auto& a : in.allocator)
    if (a.kind == Allocation::Kind::Held) held.emplace(a.private_address, holding_of(a));
  for (const auto& p : in.published)
    if (p.origin == PublishedBinding::Origin::Static) held.erase(p.binding.private_address);
  for (const auto& lease : in.store) {
    if (lease.state != lease::State::Bound) continue;
    const auto stored = holding_of(lease);
    const auto found = held.find(lease.private_address);
    if (found == held.end()) {
      findings.add(DifferenceKind::StoredNotAllocated,
                   to_text(stored) + " is in the store, and not in the allocator");
      continue;
    }
    if (found->second != stored)
      findings.add(
          DifferenceKind::AllocationDiffers,
          to_text(stored) + " is in the store, " + to_text(found->second) + " in the allocator");
    held.erase(found);
  }
  for (const auto& [address, holding] : held)
    findings.add(DifferenceKind::AllocatedNotStored,
                 to_text(holding) + " is in the allocator, and not in the store");
}

/// Ended, and nobody else's yet.
bool is_resting(lease::State state) {
  return state == lease::State::Quarantined || state == lease::State::Declined;
}

void compare_quarantined(const AuditInput& in, Findings& findings) {
  std::map<Identity, Holding> resting;
  for (const auto& a : in.allocator)
    if (a.kind == Allocation::Kind::Quarantined)
      resting.emplace(identity_of(holding_of(a)), holding_of(a));
  for (const auto& lease : in.store)
    if (is_resting(lease.state) && resting.erase(identity_of(holding_of(lease))) == 0)
      findings.add(
          DifferenceKind::QuarantineNotAllocated,
          to_text(holding_of(lease)) + " is quarantined in the store, and not in the allocator");
  for (const auto& [identity, holding] : resting)
    findings.add(DifferenceKind::QuarantineNotStored,
                 to_text(holding) + " is quarantined in the allocator, and not in the store");
}

void compare_published(const AuditInput& in, Findings& findings) {
  std::map<Ipv4, const nappt::Binding*> published;
  for (const auto& p : in.published)
    if (p.origin == PublishedBinding::Origin::Lease)
      published.emplace(p.binding.private_address, &p.binding);
  for (const auto& lease : in.store) {
    if (lease.state != lease::State::Bound) continue;
    const auto found = published.find(lease.private_address);
    if (found == published.end()) {
      findings.add(DifferenceKind::LeaseNotPublished,
                   to_text(holding_of(lease)) + " is leased, and has no binding");
      continue;
    }
    const auto& binding = *found->second;
    if (holding_of(binding) != holding_of(lease) || binding.mac != lease.mac)
      findings.add(DifferenceKind::PublishedDiffers,
                   to_text(holding_of(lease)) + " is leased by " + to_string(lease.mac) +
                       ", its binding is " + to_text(holding_of(binding)) + " of " +
                       to_string(binding.mac));
    published.erase(found);
  }
  for (const auto& [address, binding] : published)
    findings.add(DifferenceKind::PublishedWithoutLease,
                 to_text(holding_of(*binding)) + " has a binding, and is not leased");
}

void compare_worker(std::span<const PublishedBinding> published,
                    std::span<const nappt::Binding> table, std::size_t worker, Findings& findings) {
  const auto whose = " in worker " + std::to_string(worker);
  std::unordered_map<Ipv4, const nappt::Binding*> entries;
  for (const auto& binding : table) entries.emplace(binding.private_address, &binding);
  for (const auto& p : published) {
    const auto found = entries.find(p.binding.private_address);
    const auto what = to_text(holding_of(p.binding));
    if (found == entries.end()) {
      findings.add(DifferenceKind::MissingInWorker, what + " is missing" + whose);
      continue;
    }
    if (*found->second != p.binding)
      findings.add(DifferenceKind::DiffersInWorker, what + " is another" + whose + ": " +
                                                        to_text(holding_of(*found->second)) +
                                                        " of " + to_string(found->second->mac));
    entries.erase(found);
  }
  for (const auto& binding : table)
    if (entries.contains(binding.private_address))
      findings.add(DifferenceKind::UnknownInWorker,
                   to_text(holding_of(binding)) + " was never published, and is" + whose);
}

/// Ranges in use on one side of the gateway, to find two that overlap.
class PortsInUse {
 public:
  void add(Ipv4 address, const Holding& holder, Findings& findings) {
    if (address.is_zero()) return;
    auto& ranges = by_address_[address];
    const auto report = [&](const auto& other) {
      if (other.first.overlaps(holder.range))
        findings.add(DifferenceKind::PortsShared, to_text(holder) + " and " +
                                                      to_text(other.second) + " share ports of " +
                                                      to_string(address));
    };
    const auto next = ranges.lower_bound(holder.range);
    if (next != ranges.end()) report(*next);
    if (next != ranges.begin()) report(*std::prev(next));
    ranges.emplace(holder.range, holder);
  }

 private:
  std::map<Ipv4, std::map<PortRange, Holding>> by_address_;
};

/// Of what is bound: leases of the store, and static devices.
void find_shared(const AuditInput& in, Findings& findings) {
  std::vector<Holding> holdings;
  for (const auto& lease : in.store)
    if (lease.state == lease::State::Bound) holdings.push_back(holding_of(lease));
  for (const auto& p : in.published)
    if (p.origin == PublishedBinding::Origin::Static) holdings.push_back(holding_of(p.binding));
  std::set<Ipv4> addresses;
  PortsInUse ports;
  for (const auto& h : holdings) {
    if (!addresses.insert(h.private_address).second)
      findings.add(DifferenceKind::PrivateAddressShared,
                   to_text(h) + ": the private address is another phone's as well");
    ports.add(h.public_address, h, findings);
    if (h.tunnel_address != h.public_address) ports.add(h.tunnel_address, h, findings);
  }
}

}  // namespace

std::string_view name_of(DifferenceKind kind) noexcept {
  switch (kind) {
    case DifferenceKind::StoredNotAllocated:
      return "stored_not_allocated";
    case DifferenceKind::AllocatedNotStored:
      return "allocated_not_stored";
    case DifferenceKind::AllocationDiffers:
      return "allocation_differs";
    case DifferenceKind::QuarantineNotAllocated:
      return "quarantine_not_allocated";
    case DifferenceKind::QuarantineNotStored:
      return "quarantine_not_stored";
    case DifferenceKind::LeaseNotPublished:
      return "lease_not_published";
    case DifferenceKind::PublishedWithoutLease:
      return "published_without_lease";
    case DifferenceKind::PublishedDiffers:
      return "published_differs";
    case DifferenceKind::MissingInWorker:
      return "missing_in_worker";
    case DifferenceKind::UnknownInWorker:
      return "unknown_in_worker";
    case DifferenceKind::DiffersInWorker:
      return "differs_in_worker";
    case DifferenceKind::PrivateAddressShared:
      return "private_address_shared";
    case DifferenceKind::PortsShared:
      return "ports_shared";
    case DifferenceKind::TunnelDiffersInWorker:
      return "tunnel_differs_in_worker";
    case DifferenceKind::ReceiverDiffersInWorker:
      return "receiver_differs_in_worker";
    case DifferenceKind::BlockDiffersInWorker:
      return "block_differs_in_worker";
  }
  return "unknown";
}

std::vector<Difference> audit(const AuditInput& input) {
  Findings findings;
  compare_bound(input, findings);
  compare_quarantined(input, findings);
  compare_published(input, findings);
  for (std::size_t w = 0; w < input.workers.size(); ++w)
    compare_worker(input.published, input.workers[w], w, findings);
  find_shared(input, findings);
  return std::move(findings).take();
}

}  // namespace portico::management
