// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/lease_table.hpp"

#include "base/expects.hpp"

namespace portico::gateway {
namespace {

bool holds_address(const Entry& entry) noexcept {
  return entry.holding && entry.holding->has_address();
}

}  // namespace

Entry& LeaseTable::insert(Entry entry) {
  const auto id = entry.lease.id;
  expects(ids_by_client_.emplace(entry.lease.client, id).second, "a client holds one lease");
  if (holds_address(entry))
    expects(ids_by_private_.emplace(entry.lease.private_address, id).second,
            "an address is leased once");
  ids_by_mac_.emplace(entry.lease.mac, id);
  const auto [at, is_new] = entries_.emplace(id, std::move(entry));
  expects(is_new, "a lease id is used once");
  return at->second;
}

void LeaseTable::erase(std::uint64_t id) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return;
  const auto& lease = at->second.lease;
  ids_by_client_.erase(lease.client);
  if (holds_address(at->second)) ids_by_private_.erase(lease.private_address);
  unlink_mac(lease.mac, id);
  entries_.erase(at);
}

void LeaseTable::rekey(Entry& entry, const lease::ClientKey& client, const Mac& mac) {
  auto& lease = entry.lease;
  if (lease.client != client) {
    ids_by_client_.erase(lease.client);
    expects(ids_by_client_.emplace(client, lease.id).second, "a client holds one lease");
    lease.client = client;
  }
  if (lease.mac != mac) {
    unlink_mac(lease.mac, lease.id);
    ids_by_mac_.emplace(mac, lease.id);
    lease.mac = mac;
  }
}

void LeaseTable::unlink_mac(const Mac& mac, std::uint64_t id) {
  const auto [first, last] = ids_by_mac_.equal_range(mac);
  for (auto i = first; i != last; ++i) {
    if (i->second != id) continue;
    ids_by_mac_.erase(i);
    return;
  }
}

Entry* LeaseTable::by_id(std::uint64_t id) {
  const auto at = entries_.find(id);
  return at == entries_.end() ? nullptr : &at->second;
}

Entry* LeaseTable::by_client(const lease::ClientKey& client) {
  const auto at = ids_by_client_.find(client);
  return at == ids_by_client_.end() ? nullptr : by_id(at->second);
}

Entry* LeaseTable::by_private(Ipv4 address) {
  const auto at = ids_by_private_.find(address);
  return at == ids_by_private_.end() ? nullptr : by_id(at->second);
}

std::vector<Entry*> LeaseTable::of_mac(const Mac& mac) {
  std::vector<Entry*> entries;
  const auto [first, last] = ids_by_mac_.equal_range(mac);
  for (auto i = first; i != last; ++i) entries.push_back(by_id(i->second));
  return entries;
}

}  // namespace portico::gateway
