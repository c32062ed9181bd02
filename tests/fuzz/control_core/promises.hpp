// SPDX-License-Identifier: BSD-3-Clause
// What phones were told and may rely on, kept apart from the control core's own books.
#pragma once

#include "gateway/lease_table.hpp"
#include "support/gateway_bed.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace portico::fuzz {

using support::Answer;
using support::Phone;

inline constexpr Duration kQuarantine = 120s;  // RFC 6888 REQ-8

/// As the lease store names it (RFC 2131 section 4.2).
inline lease::ClientKey client_of(const Phone& phone) {
  if (!phone.identifier.empty()) return '\1' + phone.identifier;
  return std::string{"\0\1", 2} + std::string(phone.mac.octets.begin(), phone.mac.octets.end());
}

/// What one phone has for its own.
struct Share {
  Ipv4 address;
  Ipv4 direct;
  Ipv4 tunnel;
  PortRange range;
  friend bool operator==(const Share&, const Share&) = default;

  [[nodiscard]] bool overlaps(const Share& other) const noexcept {
    const bool same_identity = (direct == other.direct && !direct.is_zero()) ||
                               (tunnel == other.tunnel && !tunnel.is_zero());
    return address == other.address || (same_identity && range.overlaps(other.range));
  }
};

inline Share share_of(const Answer& answer) {
  return {answer.address, answer.settings.public_address.value_or(Ipv4{}),
          answer.settings.tunnel_address.value_or(Ipv4{}),
          answer.settings.range.value_or(PortRange{})};
}
inline Share share_of(const gateway::Holding& holding) {
  return {holding.address, holding.ports.direct, holding.ports.tunnel, holding.ports.range};
}
inline Share share_of(const lease::Lease& lease) {
  return {lease.private_address, lease.public_address, lease.tunnel_address, lease.range};
}

/// An ACK, for as long as it counts: until its end that share is the phone's, and for the
/// quarantine after it nobody else's. A device (a MAC) may use it under another identifier, and a
/// client (an identifier) from another device: whoever did belongs to the promise from then on.
struct Promise {
  std::set<Mac> macs;
  std::set<lease::ClientKey> clients;
  Share share;
  Time until;
  bool is_lost = false;  ///< with a damaged file

  [[nodiscard]] bool concerns(const Mac& mac, const lease::ClientKey& client) const {
    return macs.contains(mac) || clients.contains(client);
  }
  [[nodiscard]] bool is_of(const Mac& mac, const lease::ClientKey& client) const {
    return macs.contains(mac) && clients.contains(client);
  }
};

class Promises {
 public:
  void make(const Phone& phone, const Answer& ack, Time now) {
    const auto share = share_of(ack);
    // What was promised of it before is this client's now; what else this client had is over.
    std::erase_if(promises_, [&](const Promise& p) { return p.share.overlaps(share); });
    give_up(phone, now);
    const bool for_ever = ack.lease_s == lease::kInfinite;
    promises_.push_back(
        {.macs = {phone.mac},
         .clients = {client_of(phone)},
         .share = share,
         .until = for_ever ? gateway::kNever : now + std::chrono::seconds{ack.lease_s}});
  }
  void give_up(const Phone& phone, Time now) {
    end_where(now, [&](const Promise& p) { return p.is_of(phone.mac, client_of(phone)); });
  }
  void give_up(const Phone& phone, Ipv4 address, Time now) {
    end_where(now, [&](const Promise& p) {
      return p.share.address == address && p.is_of(phone.mac, client_of(phone));
    });
  }
  /// The operator, or policy, takes back what devices hold.
  template <class IsMeant>
  void revoke(Time now, IsMeant&& is_meant) {
    end_where(now, [&](const Promise& p) { return std::ranges::any_of(p.macs, is_meant); });
  }
  void lose(const lease::Lease& row) {
    for (auto& promise : promises_)
      if (promise.share.overlaps(share_of(row))) promise.is_lost = true;
  }
  void accept_loss() {
    std::erase_if(promises_, [](const Promise& p) { return p.is_lost; });
  }

  /// What the core has given out or keeps for somebody, after every step.
  void check(gateway::Gateway& core, Time now) {
    std::erase_if(promises_, [now](const Promise& p) { return is_over(p, now); });
    core.leases().table().for_each([&](const gateway::Entry& entry) {
      check_holder(entry.lease.mac, entry.lease.client, share_of(entry.lease));
    });
    core.book().offers().for_each([&](const gateway::Offer& offer) {
      check_holder(offer.mac, offer.client, share_of(offer.holding));
    });
    for (auto& promise : promises_)
      if (promise.until > now && !promise.is_lost) check_kept(promise, core, now);
  }

 private:
  /// Leases that were lost have no row that says when their quarantine began.
  static bool is_over(const Promise& p, Time now) {
    if (p.until == gateway::kNever) return false;
    return (p.is_lost ? p.until : p.until + kQuarantine) <= now;
  }
  template <class IsMeant>
  void end_where(Time now, IsMeant&& is_meant) {
    for (auto& promise : promises_)
      if (is_meant(promise)) promise.until = std::min(promise.until, now);
  }
  void check_holder(const Mac& mac, const lease::ClientKey& client, const Share& share) {
    for (auto& promise : promises_) {
      if (!promise.share.overlaps(share)) continue;
      expects(promise.concerns(mac, client), "what was promised to one is not another's");
      promise.macs.insert(mac);
      promise.clients.insert(client);
    }
  }
  static void check_kept(Promise& promise, gateway::Gateway& core, Time now) {
    const auto* entry = core.leases().table().by_private(promise.share.address);
    expects(entry != nullptr && share_of(entry->lease) == promise.share,
            "what was promised is still there");
    if (gateway::is_nobodys(entry->lease)) {  // its device took another lease
      promise.until = now;
      return;
    }
    expects(entry->lease.state == lease::State::Bound && !entry->ending && entry->published,
            "what was promised is in use until its end");
  }

  std::vector<Promise> promises_;
};

/// Whoever held a lease finds it again, as long as nobody else needed it.
class Claims {
 public:
  void make(const Phone& phone, const Answer& ack) {
    const auto client = client_of(phone);
    std::erase_if(claims_, [&](const Claim& c) { return c.client == client; });
    claims_.push_back({client, phone.mac, share_of(ack)});
  }
  /// The size of a range tells the class.
  void check_answer(const Phone& phone, const Answer& answer) const {
    for (const auto& claim : claims_)
      if (claim.client == client_of(phone) && claim.share.range.size == share_of(answer).range.size)
        expects(claim.share == share_of(answer), "the same client finds the same again");
  }
  void lose(const lease::Lease& row) {
    std::erase_if(claims_, [&](const Claim& c) { return c.share.overlaps(share_of(row)); });
  }
  /// After every step; `reclaimed`: leases forgotten in it to make room.
  void check(gateway::Gateway& core, std::uint64_t reclaimed) {
    std::uint64_t gone = 0;
    std::erase_if(claims_, [&](const Claim& claim) {
      auto& table = core.leases().table();
      const auto* entry = table.by_private(claim.share.address);
      if (entry != nullptr && share_of(entry->lease) == claim.share)
        return entry->lease.client != claim.client;  // its device went on with another
      const bool has_another =
          table.by_client(claim.client) != nullptr || !table.of_mac(claim.mac).empty();
      if (!has_another) ++gone;
      return true;
    });
    expects(gone <= reclaimed, "nothing is forgotten that nobody needed");
  }

 private:
  struct Claim {
    lease::ClientKey client;
    Mac mac;
    Share share;
  };
  std::vector<Claim> claims_;
};

}  // namespace portico::fuzz
