// SPDX-License-Identifier: BSD-3-Clause
// Every lease the control core knows, found by client, MAC and private address. The store holds the
// same rows; this is the copy that decides.
#pragma once

#include "base/time.hpp"
#include "gateway/entry_index.hpp"
#include "gateway/resources.hpp"
#include "lease/lease.hpp"
#include "nappt/binding.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace portico::gateway {

inline constexpr Time kNever{std::numeric_limits<std::int64_t>::max()};

/// The key of a lease that no client can ask for any more (a client's begins with 0 or 1).
[[nodiscard]] inline lease::ClientKey nobody(std::uint64_t id) { return '\2' + std::to_string(id); }
[[nodiscard]] inline bool is_nobodys(const lease::Lease& lease) { return lease.client[0] == '\2'; }

struct Entry {
  lease::Lease lease;
  bool published = false;  ///< its binding is in every worker, or on its way
  std::uint16_t phone_class = 0;
  std::uint64_t pending = 0;  ///< ticket of a grant or renewal that is not acknowledged yet
  bool ending = false;        ///< being unpublished, or not yet written as ended
  bool offered = false;       ///< to one client, for which it is kept meanwhile
  /// Why it ends as soon as its grant is through, where the end was asked for meanwhile.
  std::optional<lease::Event> doomed;
  std::optional<Holding> holding;  ///< what is taken for it; none: only its client is remembered
  bool allowed = true;  ///< false: the configuration no longer allows it; its client gets a NAK
};

class LeaseTable {
 public:
  /// So many leases there will be at least.
  void reserve(std::size_t leases);
  /// `lease.id` and its client must be new, and so must the private address, if it holds one.
  Entry& insert(Entry entry);
  void erase(std::uint64_t id);
  /// The entry's lease is now this client's. The client must have no other.
  void rekey(Entry& entry, const lease::ClientKey& client, const Mac& mac);

  [[nodiscard]] Entry* by_id(std::uint64_t id);
  [[nodiscard]] Entry* by_client(const lease::ClientKey& client) const noexcept {
    return by_client_.find(client);
  }
  /// Who holds the address.
  [[nodiscard]] Entry* by_private(Ipv4 address) const noexcept { return by_private_.find(address); }
  /// All leases of one MAC address, in no order.
  [[nodiscard]] std::vector<Entry*> of_mac(const Mac& mac) const;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  template <class F>
  void for_each(F&& f) {
    for (auto& [id, entry] : entries_) f(entry);
  }
  template <class F>
  void for_each(F&& f) const {
    for (const auto& [id, entry] : entries_) f(entry);
  }

 private:
  static const lease::ClientKey& client_of(const Entry& entry) noexcept {
    return entry.lease.client;
  }
  static Ipv4 private_of(const Entry& entry) noexcept { return entry.lease.private_address; }
  static Mac mac_of(const Entry& entry) noexcept { return entry.lease.mac; }

  std::unordered_map<std::uint64_t, Entry> entries_;  // by id
  EntryIndex<Entry, client_of> by_client_;
  EntryIndex<Entry, private_of> by_private_;  // those that hold their address
  EntryIndex<Entry, mac_of> by_mac_;
};

}  // namespace portico::gateway
