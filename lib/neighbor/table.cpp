// SPDX-License-Identifier: BSD-3-Clause
#include "neighbor/table.hpp"

#include "base/expects.hpp"

#include <algorithm>

namespace portico::neighbor {
namespace {

// A known neighbour is asked at its own MAC first, which disturbs nobody else and which nobody else
// sees (RFC 1122 section 2.3.2.1, "Unicast Poll").
constexpr std::uint8_t kUnicastTries = 2;
constexpr std::uint8_t kBroadcastTries = 3;
constexpr Duration kDefendInterval = 10s;  // RFC 5227 section 1.1

std::uint64_t key_of(Side side, Ipv4 address) noexcept {
  return static_cast<std::uint64_t>(side) << 32 | address.bits;
}

}  // namespace

std::string_view to_string(State state) noexcept {
  switch (state) {
    case State::Incomplete:
      return "incomplete";
    case State::Reachable:
      return "reachable";
    case State::Stale:
      return "stale";
    case State::Failed:
      break;
  }
  return "failed";
}

Table::Table(const Config& config, Sink& sink)
    : config_(config),
      sink_(sink),
      entries_(config.capacity + 1),
      deadlines_(config.capacity),
      unresolved_(config.capacity),
      resolved_(config.capacity),
      hold_(config.capacity, config.max_held, sink, counters_) {
  expects(config.capacity > config.max_unresolved && config.max_unresolved > 0,
          "the table has room for more than what is being asked for");
  expects(config.retry_after > 0s && config.reachable_for > 0s && config.silent_for > 0s,
          "a deadline lies in the future");
  free_.reserve(config.capacity);
  for (HopIndex i = config.capacity; i > kNoHop; --i) free_.push_back(i);
  index_.reserve(config.capacity);
}

// ---- what the control core asks ----

void Table::announce(Time now) {
  for (const Side side : {Side::Lan, Side::Wan}) {
    announce_one(side, self(side).address.address);
    announcer_.start(side, self(side), now);
  }
}

HopIndex Table::pin(Side side, Ipv4 address, Time now) {
  if (!self(side).may_have_neighbor(address)) return kNoHop;
  HopIndex index = look_up(side, address);
  if (index == kNoHop) index = create(side, address, now);
  if (index == kNoHop) return kNoHop;
  Entry& e = at(index);
  e.pinned = true;
  unresolved_.clear(index);
  resolved_.clear(index);
  if (!e.published) publish(index);
  return index;
}

void Table::resolve(Side side, Ipv4 address, PacketId packet, Time now) {
  if (!self(side).may_have_neighbor(address)) return hold_.drop(packet, Drop::NoHost);
  HopIndex index = look_up(side, address);
  if (index == kNoHop) index = create_on_demand(side, address, now);
  if (index == kNoHop) return hold_.drop(packet, Drop::TableFull);
  Entry& e = at(index);
  e.demanded = now;
  if (e.state == State::Failed) return hold_.drop(packet, Drop::Unanswered);
  if (!e.hop.resolved) return hold_.keep(index, packet);
  if (!e.pinned) resolved_.set(index, now);
  ++counters_.packets_ready;
  sink_.packet_ready(packet, e.hop);
}

Concern Table::on_arp(Side side, const wire::ArpView& arp, Time now) {
  const Interface& us = self(side);
  const Mac mac = arp.sender_mac();
  if (mac.is_group() || mac.is_zero() || mac == us.mac) {
    ++counters_.invalid;
    return Concern::Invalid;
  }
  if (us.owns(arp.sender())) {
    ++counters_.conflicts;
    defend(side, arp.sender(), now);
    return Concern::Ours;
  }
  const auto reply = answer_to(arp, us);
  if (reply) {
    ++counters_.replies_sent;
    sink_.send_arp(side, mac, *reply);
  }
  const bool learned = learn(side, arp.sender(), mac, now);
  return reply || learned ? Concern::Ours : Concern::Others;
}

void Table::tick(Time now) {
  for (auto due = deadlines_.first(); due && due->when <= now; due = deadlines_.first())
    advance(due->index, now);
  announcer_.advance(now, [this](Side side, Ipv4 address) { announce_one(side, address); });
}

std::optional<Time> Table::next_deadline() const noexcept {
  const auto first = deadlines_.first();
  const auto announcement = announcer_.due();
  if (!first) return announcement;
  return announcement ? std::min(first->when, *announcement) : first->when;
}

void Table::recycle(HopIndex index) {
  expects(index != kNoHop && index < entries_.size() && at(index).use == Use::Retired,
          "only a removed hop is recycled");
  at(index).use = Use::Free;
  --retired_;
  free_.push_back(index);
}

std::optional<Row> Table::find(Side side, Ipv4 address) const {
  const HopIndex index = look_up(side, address);
  if (index == kNoHop) return std::nullopt;
  return row_of(index);
}

Row Table::row_of(HopIndex index) const {
  const Entry& e = entries_[index];
  const bool was_heard = !e.hop.mac.is_zero();
  return {.index = index,
          .hop = e.hop,
          .state = e.state,
          .pinned = e.pinned,
          .heard = was_heard ? std::optional{e.heard} : std::nullopt,
          .waiting = hold_.waiting_for(index)};
}

std::vector<Row> Table::rows() const {
  std::vector<Row> rows;
  rows.reserve(index_.size());
  for (HopIndex i = 1; i < entries_.size(); ++i)
    if (entries_[i].use == Use::InUse) rows.push_back(row_of(i));
  return rows;
}

// ---- neighbours come and go ----

const Interface& Table::self(Side side) const noexcept {
  return config_.interfaces[static_cast<std::size_t>(side)];
}

HopIndex Table::look_up(Side side, Ipv4 address) const noexcept {
  const auto found = index_.find(key_of(side, address));
  return found == index_.end() ? kNoHop : found->second;
}

HopIndex Table::create(Side side, Ipv4 address, Time now) {
  if (free_.empty()) return kNoHop;
  const HopIndex index = free_.back();
  free_.pop_back();
  Entry& e = at(index);
  e = Entry{};
  e.hop.address = address;
  e.hop.side = side;
  e.use = Use::InUse;
  e.demanded = now;
  index_.emplace(key_of(side, address), index);
  ask(index, now);
  return index;
}

HopIndex Table::create_on_demand(Side side, Ipv4 address, Time now) {
  make_room(now);
  if (unresolved_.size() >= config_.max_unresolved) return kNoHop;
  const HopIndex index = create(side, address, now);
  if (index != kNoHop) unresolved_.set(index, now);
  return index;
}

/// Whoever sends to many addresses that do not exist must neither fill the table nor make us ask
/// for one of them more than once a second: only what has had its second to answer gives way.
void Table::make_room(Time now) {
  const auto silent = unresolved_.first();
  if (silent && unresolved_.size() >= config_.max_unresolved &&
      now - silent->when >= config_.retry_after)
    evict(silent->index);
  const auto least_used = resolved_.first();
  // One at a time: while an index is on its way back, nobody else has to go.
  if (least_used && free_.empty() && retired_ == 0) evict(least_used->index);
}

void Table::remove(HopIndex index) {
  Entry& e = at(index);
  deadlines_.clear(index);
  unresolved_.clear(index);
  resolved_.clear(index);
  index_.erase(key_of(e.hop.side, e.hop.address));
  if (!e.published) {  // no worker knows of it
    e.use = Use::Free;
    free_.push_back(index);
    return;
  }
  e.use = Use::Retired;
  ++retired_;
  e.hop.resolved = false;
  sink_.hop_removed(index, e.hop);
}

void Table::evict(HopIndex index) {
  ++counters_.evicted;
  hold_.drop_all(index, Drop::Evicted);
  remove(index);
}

// ---- asking and hearing ----

void Table::ask(HopIndex index, Time now) {
  Entry& e = at(index);
  const bool knows_where = e.hop.resolved && e.tries < kUnicastTries;
  ++e.tries;
  ++counters_.requests_sent;
  deadlines_.set(index, now + config_.retry_after);
  sink_.send_arp(e.hop.side, knows_where ? e.hop.mac : kBroadcastMac,
                 request_for(e.hop.address, self(e.hop.side)));
}

void Table::advance(HopIndex index, Time now) {
  Entry& e = at(index);
  switch (e.state) {
    case State::Reachable:
      e.state = State::Stale;
      return ask(index, now);
    case State::Stale:
      return e.tries < kUnicastTries + kBroadcastTries ? ask(index, now) : give_up(index, now);
    case State::Incomplete:
      return e.tries < kBroadcastTries ? ask(index, now) : give_up(index, now);
    case State::Failed:
      if (!e.pinned) return remove(index);
      e.state = State::Incomplete;
      return ask(index, now);
  }
}

void Table::give_up(HopIndex index, Time now) {
  Entry& e = at(index);
  ++counters_.unanswered;
  e.state = State::Failed;
  e.tries = 0;
  deadlines_.set(index, now + config_.silent_for);
  if (e.hop.resolved) {
    e.hop.resolved = false;
    if (!e.pinned) unresolved_.set(index, now);
    resolved_.clear(index);
    publish(index);
  }
  hold_.drop_all(index, Drop::Unanswered);
}

/// False: `address` is no neighbour that anybody asked for.
bool Table::learn(Side side, Ipv4 address, const Mac& mac, Time now) {
  if (address.is_zero()) return false;  // a probe says nothing about its sender
  const HopIndex index = look_up(side, address);
  if (index == kNoHop) {
    ++counters_.unasked;
    return false;
  }
  hear(index, mac, now);
  return true;
}

/// `mac` says that it is this neighbour. Another MAC than the one we have is believed only after
/// the holder of that one was asked at it and did not answer: a forged announcement moves nothing.
void Table::hear(HopIndex index, const Mac& mac, Time now) {
  Entry& e = at(index);
  const bool holder_is_silent = e.state == State::Stale && e.tries > kUnicastTries;
  if (!e.hop.resolved) {
    ++counters_.learned;
  } else if (mac == e.hop.mac) {
    ++counters_.confirmed;
  } else if (holder_is_silent) {
    ++counters_.moved;
  } else {
    ++counters_.claims_refused;
    if (e.state == State::Reachable)
      deadlines_.hasten(index, std::max(now, e.heard + config_.lock_for));
    return;
  }
  become_reachable(index, mac, now);
}

void Table::become_reachable(HopIndex index, const Mac& mac, Time now) {
  Entry& e = at(index);
  const bool news = !e.hop.resolved || e.hop.mac != mac;
  e.hop.mac = mac;
  e.hop.resolved = true;
  e.state = State::Reachable;
  e.tries = 0;
  e.heard = now;
  if (!e.pinned) {
    unresolved_.clear(index);
    resolved_.set(index, e.demanded);
  }
  deadlines_.set(index, now + config_.reachable_for);
  if (news) publish(index);
  hold_.release(index, e.hop);
}

void Table::publish(HopIndex index) {
  Entry& e = at(index);
  e.published = true;
  sink_.hop_changed(index, e.hop);
}

void Table::announce_one(Side side, Ipv4 address) {
  ++counters_.announcements_sent;
  sink_.send_arp(side, kBroadcastMac, announcement_of(address, self(side)));
}

/// RFC 5227 section 2.4 (c): the address is kept, and its defence never becomes a storm.
void Table::defend(Side side, Ipv4 address, Time now) {
  auto& last = defended_[static_cast<std::size_t>(side)];
  if (last && now - *last < kDefendInterval) return;
  last = now;
  announce_one(side, address);
}

}  // namespace portico::neighbor
