// SPDX-License-Identifier: BSD-3-Clause
// What was offered and not yet asked for (RFC 2131 section 3.1 step 2): held for a minute, in
// memory only, so many at the most, and each client and MAC bounded by what its class allows.
#pragma once

#include "base/time.hpp"
#include "gateway/resources.hpp"
#include "lease/lease.hpp"

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace portico::gateway {

struct Offer {
  lease::ClientKey client;
  Mac mac;
  std::size_t phone_class = 0;
  Holding holding;             ///< what the client would get
  std::uint64_t lease_id = 0;  ///< not 0: a lease there is already, whose holding this is
  std::uint64_t replaces = 0;  ///< not 0: a lease of the same MAC, which ends if this is accepted
  std::uint32_t lease_s = 0;
  std::uint64_t probe = 0;  ///< not 0: its address is still being probed, the client not told of it
  Time deadline;
};

class Offers {
 public:
  explicit Offers(std::size_t most) : most_(most) {}

  [[nodiscard]] Offer* by_client(const lease::ClientKey& client);
  [[nodiscard]] Offer* by_probe(std::uint64_t probe);
  /// That of a lease there is already.
  [[nodiscard]] Offer* by_lease(std::uint64_t lease_id);
  // Those that would become new leases:
  /// The youngest of this MAC.
  [[nodiscard]] Offer* new_of(const Mac& mac);
  [[nodiscard]] std::size_t count_new_of(const Mac& mac) const { return new_by_mac_.count(mac); }
  [[nodiscard]] bool is_full() const noexcept { return offers_.size() >= most_; }
  /// A quarter of the room is kept for those who have a lease already.
  [[nodiscard]] bool is_full_of_new() const noexcept { return new_by_mac_.size() >= most_ * 3 / 4; }
  [[nodiscard]] std::size_t size() const noexcept { return offers_.size(); }

  /// The client must have none, nor anybody one of the same lease. Deadlines never run backwards.
  Offer& add(Offer offer);
  /// Held on from now, for this client.
  Offer& renew(Offer& offer, const lease::ClientKey& client, Time deadline);
  /// The probe has ended; the address is to be offered.
  void end_probe(Offer& offer);
  [[nodiscard]] Offer take(Offer& offer);
  [[nodiscard]] std::optional<Offer> take_expired(Time now);
  [[nodiscard]] std::optional<Time> next_deadline() const;
  template <class F>
  void for_each(F&& f) const {
    for (const auto& offer : offers_) f(offer);
  }

 private:
  using Place = std::list<Offer>::iterator;
  void unlink(Place place);

  std::size_t most_;
  std::list<Offer> offers_;  // the one that expires first in front
  std::unordered_map<lease::ClientKey, Place> by_client_;
  std::unordered_multimap<Mac, Place> new_by_mac_;
  std::unordered_map<std::uint64_t, Place> by_probe_;
  std::unordered_map<std::uint64_t, Place> by_lease_;
};

}  // namespace portico::gateway
