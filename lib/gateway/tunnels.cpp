// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/tunnels.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <utility>

namespace portico::gateway {
namespace {

/// Often enough that a reservation of 2^24 numbers never runs out. Windows and octets sent are on
/// the disk as they were a second ago, and fragments of which others do not come are given up after
/// one or two.
constexpr Duration kLook = 100ms;
constexpr int kLooksASecond = 10;

template <class Named>
auto find_named(Named& all, std::string_view name) {
  return std::ranges::find_if(all, [name](const auto& one) { return one.name == name; });
}

}  // namespace

// ---- what the files say

void Tunnels::take(TunnelFiles files, Now now) {
  // What goes, goes first: a block or an SPI may be another tunnel's from now on.
  for (auto& entry : entries_) {
    const auto record = find_named(files.records, entry->record.name);
    if (record == files.records.end())
      close(std::move(entry), now);
    else
      remove_blocks(*entry, record->blocks, now);
  }
  std::erase(entries_, nullptr);
  for (auto& record : files.records) {
    const auto known = std::ranges::find_if(
        entries_, [&record](const auto& e) { return e->record.name == record.name; });
    if (known != entries_.end()) {
      renew(**known, record, files, now);
      continue;
    }
    auto entry = std::make_unique<Entry>();
    entry->index = free_index();
    entry->record = record;
    open(*entry, files, now);
    entries_.push_back(std::move(entry));
  }
  next_look_ = now.time;
}

TunnelIndex Tunnels::free_index() const {
  TunnelIndex index = kNoTunnel + 1;
  while (std::ranges::any_of(entries_, [index](const auto& e) { return e->index == index; }))
    ++index;
  return index;
}

void Tunnels::open(Entry& entry, const TunnelFiles& files, Now now) {
  set_path(entry, now);
  add_blocks(entry, {}, now);
  if (entry.record.encapsulation == tunnel::Encapsulation::Ipip) return;
  if (auto* set = add_set(entry, files, now)) send_by(entry, *set, now);
}

void Tunnels::renew(Entry& entry, tunnel::Record record, const TunnelFiles& files, Now now) {
  if (record == entry.record) return;
  const bool has_new_keys = record.key != entry.record.key;
  const auto before = std::exchange(entry.record, std::move(record));
  add_blocks(entry, before.blocks, now);
  set_path(entry, now);
  if (!has_new_keys) return;
  auto* set = add_set(entry, files, now);
  if (set == nullptr) return;
  if (entry.sending == nullptr) return send_by(entry, *set, now);
  if (settings_.end == tunnel::End::Gateway) entry.switch_at = now.time + settings_.switch_after;
}

void Tunnels::close(std::unique_ptr<Entry> entry, Now now) {
  remove_blocks(*entry, {}, now);
  publisher_.post(orders::SetSenders{entry->index, {}}, now.time);
  for (auto& set : entry->sets) let_go(std::move(set), now);
  const auto order = publisher_.post(orders::ForgetTunnel{entry->index}, now.time);
  retired_.push_back({order, nullptr, std::move(entry->path)});
}

tunnel::MakeKey Tunnels::key_maker() const {
  return [this](tunnel::Algorithm a, Bytes octets) { return world_.make_key(a, octets); };
}

bool Tunnels::has_octets(const tunnel::SaSet& set, const tunnel::KeySet& keys) const {
  return set.is_made_of(keys, key_maker());
}

tunnel::SaSet* Tunnels::add_set(Entry& entry, const TunnelFiles& files, Now now) {
  const auto& name = entry.record.key;
  entry.problem.reset();
  if (std::ranges::find(loaded_.retired_keys, name) != loaded_.retired_keys.end()) {
    entry.problem =
        Error{"its keys may have been used in a way that is forgotten: it needs new ones",
              "tunnel " + entry.record.name};
    return nullptr;
  }
  if (was_used(name)) {
    entry.problem =
        Error{"its keys were used before: it needs new ones", "tunnel " + entry.record.name};
    return nullptr;
  }
  const auto keys = find_named(files.keys, name);
  expects(keys != files.keys.end(), "a record's keys are in the file");
  auto set = tunnel::SaSet::make(entry.record, *keys, loaded_.states,
                                 {settings_.end, settings_.window, settings_.workers, entry.index,
                                  settings_.hard, settings_.soft, now},
                                 key_maker());
  if (!set) {
    entry.problem = set.error();
    return nullptr;
  }
  if ((*set)->is_too_old(now)) {
    if (entry.sending == nullptr) entry.wear.hard = tunnel::Limit::Time;
    entry.problem =
        Error{"its keys are used up by time: it needs new ones", "tunnel " + entry.record.name};
    return nullptr;
  }
  used_keys_.insert(name);
  for (const auto& receiver : (*set)->receivers())
    publisher_.post(orders::AddReceiver{{receiver.get(), receiver->owner}}, now.time);
  (*set)->for_each_reservation([this](const auto& state) { world_.keep(state); });
  entry.sets.push_back(std::move(*set));
  return entry.sets.back().get();
}

std::uint16_t Tunnels::path_mtu(const Entry& entry) const noexcept {
  const auto said = std::min(entry.record.mtu, settings_.link_mtu);
  return std::min(said, entry.learned.mtu.value_or(said));
}

void Tunnels::set_path(Entry& entry, Now now) {
  std::vector<AddressBlock> remote{entry.record.remote.begin(), entry.record.remote.end()};
  const auto path = tunnel::path_of(entry.record, settings_.own, path_mtu(entry),
                                    settings_.dressing, remote, entry.learned.far_end);
  std::unique_ptr<const PathAndRemote> made{new PathAndRemote{std::move(remote), path}};
  const auto order = publisher_.post(orders::SetPath{entry.index, &made->path}, now.time);
  std::swap(entry.path, made);
  if (made) retired_.push_back({order, nullptr, std::move(made)});
}

/// At the concentrator, which tunnel a packet of the provider's takes is told by its block. Those
/// that it had before stay as they are.
void Tunnels::add_blocks(const Entry& entry, Blocks had, Now now) {
  if (settings_.end == tunnel::End::Gateway) return;
  for (const auto& block : entry.record.blocks)
    if (std::ranges::find(had, block) == had.end())
      publisher_.post(orders::AddBlock{block, entry.index}, now.time);
}

void Tunnels::remove_blocks(const Entry& entry, Blocks kept, Now now) {
  if (settings_.end == tunnel::End::Gateway) return;
  for (const auto& block : entry.record.blocks)
    if (std::ranges::find(kept, block) == kept.end())
      publisher_.post(orders::RemoveBlock{block}, now.time);
}

// ---- one key set after another

void Tunnels::send_by(Entry& entry, tunnel::SaSet& set, Now now) {
  set.hand_out_senders();
  publisher_.post(orders::SetSenders{entry.index, set.senders()}, now.time);
  entry.sending = &set;
  entry.wear = wear_of(entry, now);
  entry.switch_at.reset();
  if (entry.sets.size() > 1) entry.until = now.time + settings_.linger;
}

bool Tunnels::switch_now(std::string_view name, Now now) {
  for (const auto& entry : entries_) {
    if (entry->record.name != name || entry->sets.empty()) continue;
    auto& newest = *entry->sets.back();
    if (entry->sending == &newest || newest.waits_for_store()) return false;
    send_by(*entry, newest, now);
    return true;
  }
  return false;
}

void Tunnels::let_go(std::unique_ptr<tunnel::SaSet> set, Now now) {
  std::uint64_t order = 0;
  for (const auto& receiver : set->receivers())
    order = publisher_.post(orders::RemoveReceiver{receiver->spi}, now.time);
  retired_.push_back({order, std::move(set), nullptr});
}

/// The gateway's end begins to send by new keys, after a while or when it is told to. The
/// concentrator's follows when it hears that.
void Tunnels::look_at(Entry& entry, Now now) {
  if (entry.sets.empty()) return;
  auto& newest = *entry.sets.back();
  if (entry.sending != nullptr) entry.wear = wear_of(entry, now);
  if (entry.sending != &newest && !newest.waits_for_store() && !newest.is_too_old(now)) {
    const bool is_due = entry.wear.hard || (entry.switch_at && *entry.switch_at <= now.time);
    if (is_due || newest.is_heard()) send_by(entry, newest, now);
  }
  end_too_old(entry, now);
  if (entry.until && *entry.until <= now.time) {
    entry.until.reset();
    for (auto& set : entry.sets)
      if (set.get() != entry.sending && set != entry.sets.back()) let_go(std::move(set), now);
    std::erase(entry.sets, nullptr);
  }
}

// ---- time and the store

void Tunnels::stored(const tunnel::SaName& name, std::uint64_t number, Now now) {
  for (const auto& entry : entries_)
    for (const auto& set : entry->sets) {
      if (set->key() != name.key) continue;
      const auto extension = set->stored(name, number);
      if (!extension) return;
      if (set->senders_are_out())
        publisher_.post(orders::ExtendSa{entry->index, extension->spi, extension->reserved},
                        now.time);
      else
        set->senders()[name.index].reserved = extension->reserved;  // no worker's yet
      return;
    }
}

void Tunnels::turn(Now now) {
  const auto applied = publisher_.applied();
  while (!retired_.empty() && retired_.front().order <= applied) {
    if (const auto& set = retired_.front().set) keep_moved(*set);
    retired_.pop_front();
  }
  if (!next_look_ || now.time < *next_look_) return;
  next_look_ = now.time + kLook;
  ++looks_;
  for (const auto& entry : entries_) {
    look_at(*entry, now);
    for (const auto& set : entry->sets)
      set->for_each_reservation([this](const auto& state) { world_.keep(state); });
  }
  if (looks_ % kLooksASecond != 0) return;
  keep_moved();
  publisher_.post(orders::AgeFragments{}, now.time);
}

void Tunnels::keep_moved() {
  for (const auto& entry : entries_)
    for (const auto& set : entry->sets) keep_moved(*set);
  for (const auto& retired : retired_)
    if (retired.set) keep_moved(*retired.set);
}

void Tunnels::keep_moved(tunnel::SaSet& set) {
  set.for_each_moved([this](const auto& state) { world_.keep(state); });
}

}  // namespace portico::gateway
