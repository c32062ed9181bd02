// SPDX-License-Identifier: BSD-3-Clause
// The life of a lease, in the only order that keeps every promise:
//
//   grant    choose > persist > publish to every worker > applied by each > acknowledge
//   renewal  persist > acknowledge
//   end      unpublish everywhere > applied by each > persist with the quarantine's end > free
//
// Both ends of each arrow are events: stored(), turn(), and what time brings.
#pragma once

#include "gateway/calendar.hpp"
#include "gateway/journal.hpp"
#include "gateway/lease_table.hpp"
#include "gateway/publisher.hpp"
#include "gateway/resources.hpp"
#include "gateway/world.hpp"
#include "lease/deadlines.hpp"
#include "lease/store.hpp"
#include "ports/remembered.hpp"
#include "stats/counter.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace portico::gateway {

struct LeaseCounters {
  stats::Counter granted;
  stats::Counter renewed;
  stats::Counter released;
  stats::Counter expired;
  stats::Counter declined;
  stats::Counter found_in_use;
  stats::Counter revoked;
  stats::Counter reclaimed;
  stats::Counter not_allowed;
};
inline constexpr auto kLeaseCounters = stats::group<LeaseCounters>(
    "leases",
    {{&LeaseCounters::granted, "granted", "leases that a phone got, or got back"},
     {&LeaseCounters::renewed, "renewed", "leases extended"},
     {&LeaseCounters::released, "released", "leases that their phone gave up"},
     {&LeaseCounters::expired, "expired", "leases that ran out"},
     {&LeaseCounters::declined, "declined", "addresses that a phone found in use by another"},
     {&LeaseCounters::found_in_use, "found_in_use",
      "addresses not offered, for another than the client answered a ping of them"},
     {&LeaseCounters::revoked, "revoked", "leases ended by the operator or a new MAC list"},
     {&LeaseCounters::reclaimed, "reclaimed", "ended leases forgotten to make room for others"},
     {&LeaseCounters::not_allowed, "not_allowed",
      "stored leases that the configuration no longer allows, found at start"}});

/// What a grant or renewal is to become.
struct Grant {
  lease::ClientKey client;
  Mac mac;
  std::string vendor_class;
  std::size_t phone_class = 0;
  Ipv4 relay;
  std::uint32_t lease_s = 0;
  Holding holding;
  std::uint64_t lease_id = 0;  ///< 0: a new lease
};

/// Told when what a ticket stands for is done.
class LeaseListener {
 public:
  virtual ~LeaseListener() = default;
  virtual void granted(std::uint64_t ticket, const Entry& entry, Now now) = 0;
  /// It was ended before it came to that: nothing is to be acknowledged.
  virtual void abandoned(std::uint64_t ticket) = 0;
};

class Leases {
 public:
  struct Limits {
    std::uint32_t pending = 8192;  ///< grants and renewals in flight
    Duration quarantine = 120s;    ///< RFC 6888 REQ-8
    Duration decline = 86400s;
  };
  /// The next hop of the router that phones which are not attached are reached through.
  using ViaOf = std::function<HopIndex(Ipv4 via)>;

  Leases(const Plan& plan, const Limits& limits, Resources& resources, Publisher& publisher,
         Journal& journal, World& world, ViaOf via_of);

  void set_listener(LeaseListener& listener) { listener_ = &listener; }

  /// Before the workers are launched: takes over what the store held and the static phones, and
  /// calls `preload` for each binding there is.
  void restore(const lease::Loaded& loaded, Now now,
               const std::function<void(const nappt::Binding&)>& preload);

  /// Begins a grant; the ticket comes back through the listener.
  [[nodiscard]] std::uint64_t grant(const Grant& grant, Now now);
  /// What is left of a lease in use, a begun second included: nothing may shorten it while its
  /// phone counts on it. kInfinite: it has no end.
  [[nodiscard]] std::uint32_t left_s(const Entry& entry, Now now) const;
  /// Ends a lease that is bound; nothing if it is ending already.
  void end(Entry& entry, lease::Event why, Now now);
  /// Its client takes another lease: this one ends, and is nobody's. On disk it is so before the
  /// other is granted, so that a client never has two rows there.
  void supersede(Entry& entry, Now now);
  /// It was about to be offered, and `user` has the address: it is nobody's, as after a DECLINE.
  void withhold(const Holding& holding, std::size_t phone_class, const Mac& user, Now now);
  /// It is offered: until it is let go or granted it makes no room for others.
  void hold(Entry& entry);
  /// Not offered any more: of those remembered, it is the last to make room for others.
  void let_go(Entry& entry);
  /// Forgets the ended lease that is best spared for this class. False: there is none.
  [[nodiscard]] bool make_room(const ClassPlan& phone_class, Resources::Shortage shortage, Now now);

  /// The row with this ticket is on disk.
  void stored(std::uint64_t ticket, Now now);
  /// Does what is due, and what the workers have made possible.
  void turn(Now now);
  [[nodiscard]] std::optional<Time> next_deadline() const { return deadlines_.next(); }

  [[nodiscard]] LeaseTable& table() noexcept { return table_; }
  [[nodiscard]] Calendar& calendar() noexcept { return calendar_; }
  [[nodiscard]] const LeaseCounters& counters() const noexcept { return counters_; }
  /// Grants and renewals that are not acknowledged yet.
  [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
  [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
  [[nodiscard]] nappt::Binding binding_of(const Entry& entry) const;
  /// Of the static phones.
  [[nodiscard]] const std::vector<nappt::Binding>& static_bindings() const noexcept {
    return static_bindings_;
  }
  /// Greater than the id of any lease so far.
  [[nodiscard]] std::uint64_t next_id() const noexcept { return next_id_; }
  /// Rows written so far.
  [[nodiscard]] std::uint64_t changes() const noexcept { return journal_.written(); }
  /// Nothing is on its way to the store or a worker.
  [[nodiscard]] bool is_idle() const noexcept {
    return writing_.empty() && applying_.empty() && !journal_.is_busy();
  }

 private:
  using Preload = std::function<void(const nappt::Binding&)>;
  enum class Step : std::uint8_t {
    Grant,
    Renewal,
    End,
    Record,  ///< nothing waits for it
  };
  struct Writing {  // waits for the store
    Step step;
    std::uint64_t lease_id;
  };
  struct Applying {  // waits for the workers
    std::uint64_t order;
    Step step;
    std::uint64_t lease_id;
    std::uint64_t ticket;  // of a grant
    lease::Event why;      // of an end
  };

  [[nodiscard]] Entry& entry_for(const Grant& grant);
  [[nodiscard]] Entry& new_entry(const lease::ClientKey& client, const Mac& mac,
                                 const Holding& holding);
  std::uint64_t write(Step step, lease::Event event, const lease::Lease& row, WallTime at,
                      const Usage& usage = {});
  void publish(Entry& entry, std::uint64_t ticket, Now now);
  void acknowledge(Entry& entry, std::uint64_t ticket, Now now);
  void unpublish(Entry& entry, lease::Event why, Now now);
  void ended(Entry& entry, lease::Event why, Now now);
  void forget(Entry& entry, Now now);
  void fall_due(Entry& entry, Now now);
  void rest(Entry& entry, Now now);
  void set_deadline(Entry& entry, Time at);
  void remember(const Entry& entry);

  // leases_restore.cpp
  void adopt(const lease::Lease& row, Now now, const Preload& preload);
  void adopt_bound(Entry& entry, Now now, const Preload& preload);
  void adopt_ended(Entry& entry, Now now);
  void adopt_refused(const lease::Lease& row, Now now);
  [[nodiscard]] std::optional<std::size_t> allowed_class(const lease::Lease& row) const;
  [[nodiscard]] Holding holding_of(const lease::Lease& row) const;
  [[nodiscard]] std::optional<Holding> take_what_is_left(const lease::Lease& row);
  void adopt_statics(const Preload& preload);

  const Plan& plan_;
  Limits limits_;
  Resources& resources_;
  Publisher& publisher_;
  Journal& journal_;
  World& world_;
  ViaOf via_of_;
  LeaseListener* listener_ = nullptr;

  LeaseTable table_;
  ports::Remembered remembered_;
  Calendar calendar_{WallTime{}};
  lease::Deadlines deadlines_;
  std::unordered_map<std::uint64_t, Writing> writing_;  // by ticket
  std::deque<Applying> applying_;                       // by order
  std::vector<nappt::Binding> static_bindings_;
  std::uint64_t next_id_ = 1;
  std::size_t pending_ = 0;
  LeaseCounters counters_;
};

}  // namespace portico::gateway
