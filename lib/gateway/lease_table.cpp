// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/lease_table.hpp"

#include "base/expects.hpp"

namespace portico::gateway {
namespace {

bool holds_address(const Entry& entry) noexcept {
  return entry.holding && entry.holding->has_address();
}

}  // namespace

void LeaseTable::reserve(std::size_t leases) {
  entries_.reserve(leases);
  by_client_.reserve(leases);
  by_private_.reserve(leases);
  by_mac_.reserve(leases);
}

Entry& LeaseTable::insert(Entry made) {
  expects(by_client(made.lease.client) == nullptr, "a client holds one lease");
  expects(!holds_address(made) || by_private(made.lease.private_address) == nullptr,
          "an address is leased once");
  const auto id = made.lease.id;
  const auto [at, is_new] = entries_.emplace(id, std::move(made));
  expects(is_new, "a lease id is used once");
  auto& entry = at->second;
  by_client_.insert(entry);
  if (holds_address(entry)) by_private_.insert(entry);
  by_mac_.insert(entry);
  return entry;
}

void LeaseTable::erase(std::uint64_t id) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return;
  const auto& entry = at->second;
  by_client_.erase(entry);
  if (holds_address(entry)) by_private_.erase(entry);
  by_mac_.erase(entry);
  entries_.erase(at);
}

void LeaseTable::rekey(Entry& entry, const lease::ClientKey& client, const Mac& mac) {
  auto& lease = entry.lease;
  if (lease.client != client) {
    expects(by_client(client) == nullptr, "a client holds one lease");
    by_client_.erase(entry);
    lease.client = client;
    by_client_.insert(entry);
  }
  if (lease.mac != mac) {
    by_mac_.erase(entry);
    lease.mac = mac;
    by_mac_.insert(entry);
  }
}

Entry* LeaseTable::by_id(std::uint64_t id) {
  const auto at = entries_.find(id);
  return at == entries_.end() ? nullptr : &at->second;
}

std::vector<Entry*> LeaseTable::of_mac(const Mac& mac) const {
  std::vector<Entry*> entries;
  by_mac_.for_each(mac, [&entries](Entry& entry) { entries.push_back(&entry); });
  return entries;
}

}  // namespace portico::gateway
