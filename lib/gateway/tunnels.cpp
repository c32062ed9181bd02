// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/tunnels.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace portico::gateway {
namespace {

/// Windows and octets sent are on the disk as they were a second ago, and fragments of which others
/// do not come are given up after one or two.
constexpr unsigned kLooksASecond = 10;

}  // namespace

Tunnels::Tunnels(const TunnelSettings& settings, Publisher& publisher, TunnelWorld& world)
    : settings_(settings), publisher_(publisher), world_(world), free_indexes_(settings.capacity) {
  std::iota(free_indexes_.begin(), free_indexes_.end(), kNoTunnel + 1);
}

void Tunnels::restore(tunnel::LoadedSas loaded) {
  expects(std::ranges::is_sorted(loaded.states, {}, &tunnel::SaState::name),
          "what a store held is sorted by name");
  loaded_ = std::move(loaded);
}

const Tunnels::Entry* Tunnels::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

// ---- what the files say

void Tunnels::take(const TunnelFiles& files, Now now) {
  const ByName records{files.records};
  const Keys keys{files.keys};
  // What goes, goes first: a block or an SPI may be another tunnel's from now on.
  for (auto& entry : entries_) {
    const auto* record = records.find(entry->record.name);
    if (record == nullptr)
      close(std::move(entry), now);
    else
      remove_blocks(*entry, record->blocks, now);
  }
  std::erase(entries_, nullptr);
  for (const auto& record : files.records)
    if (const auto known = by_name_.find(record.name); known != by_name_.end())
      renew(*known->second, record, keys, now);
    else
      open(record, keys, now);
  round_.emplace(kTunnelLook);
}

void Tunnels::open(const tunnel::Record& record, const Keys& keys, Now now) {
  expects(!free_indexes_.empty(), "there are no more records than the configuration has room for");
  entries_.push_back(std::make_unique<Entry>());
  auto& entry = *entries_.back();
  by_name_.emplace(record.name, &entry);
  entry.index = free_indexes_.front();
  free_indexes_.pop_front();
  entry.record = record;
  set_path(entry, now);
  add_blocks(entry, {}, now);
  if (record.encapsulation == tunnel::Encapsulation::Ipip) return;
  if (auto* set = add_set(entry, keys, now)) send_by(entry, *set, now);
}

void Tunnels::renew(Entry& entry, const tunnel::Record& record, const Keys& keys, Now now) {
  if (record == entry.record) return;
  const bool has_new_keys = record.key != entry.record.key;
  const auto before = std::exchange(entry.record, record);
  add_blocks(entry, before.blocks, now);
  set_path(entry, now);
  if (!has_new_keys) return;
  auto* set = add_set(entry, keys, now);
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
  free_indexes_.push_back(entry->index);
  by_name_.erase(entry->record.name);
}

tunnel::MakeKey Tunnels::key_maker() const {
  return [this](tunnel::Algorithm a, Bytes octets) { return world_.make_key(a, octets); };
}

bool Tunnels::has_octets(const tunnel::SaSet& set, const tunnel::KeySet& keys) const {
  return set.is_made_of(keys, key_maker());
}

tunnel::SaSet* Tunnels::add_set(Entry& entry, const Keys& keys, Now now) {
  const auto& name = entry.record.key;
  entry.problem.reset();
  if (loaded_.retired_keys.contains(name)) {
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
  const auto* octets = keys.find(name);
  expects(octets != nullptr, "a record's keys are in the file");
  auto set = tunnel::SaSet::make(entry.record, *octets, loaded_.states,
                                 {settings_.end, settings_.window, settings_.workers, entry.index,
                                  settings_.hard, settings_.soft, now},
                                 key_maker());
  if (!set) {
    entry.problem = set.error();
    return nullptr;
  }
  if (const auto limit = (*set)->over(now)) {
    if (entry.sending == nullptr) entry.wear.hard = limit;
    entry.problem =
        Error{"its keys are used up by " + std::string{name_of(*limit)} + ": it needs new ones",
              "tunnel " + entry.record.name};
    return nullptr;
  }
  used_keys_.insert(name);
  sets_.emplace(name, set->get());
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

bool Tunnels::switch_now(const std::string& name, Now now) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end() || found->second->sets.empty()) return false;
  auto& entry = *found->second;
  auto& newest = *entry.sets.back();
  if (entry.sending == &newest || newest.waits_for_store()) return false;
  send_by(entry, newest, now);
  return true;
}

void Tunnels::let_go(std::unique_ptr<tunnel::SaSet> set, Now now) {
  sets_.erase(set->key());
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
  if (entry.sending != &newest && !newest.waits_for_store() && !newest.over(now)) {
    const bool is_due = entry.wear.hard || (entry.switch_at && *entry.switch_at <= now.time);
    if (is_due || newest.is_heard()) send_by(entry, newest, now);
  }
  end_what_is_over(entry, now);
  if (entry.until && *entry.until <= now.time) {
    entry.until.reset();
    for (auto& set : entry.sets)
      if (set.get() != entry.sending && set != entry.sets.back()) let_go(std::move(set), now);
    std::erase(entry.sets, nullptr);
  }
}

// ---- time and the store

void Tunnels::stored(const tunnel::SaName& name, std::uint64_t number, Now now) {
  const auto found = sets_.find(name.key);
  if (found == sets_.end()) return;
  auto& set = *found->second;
  const auto extension = set.stored(name, number);
  if (!extension) return;
  if (set.senders_are_out())
    publisher_.post(orders::ExtendSa{set.tunnel(), extension->spi, extension->reserved}, now.time);
  else
    set.senders()[name.index].reserved = extension->reserved;  // no worker's yet
}

void Tunnels::turn(Now now) {
  const auto applied = publisher_.applied();
  while (!retired_.empty() && retired_.front().order <= applied) {
    if (const auto& set = retired_.front().set) keep_moved(*set);
    retired_.pop_front();
  }
  if (!round_) return;
  const bool is_over = round_->turn(entries_, now.time, [&](const auto& entry) {
    look_at(*entry, now);
    const bool is_second_over = (looks_ + entry->index) % kLooksASecond == 0;
    for (const auto& set : entry->sets) {
      set->for_each_reservation([this](const auto& state) { world_.keep(state); });
      if (is_second_over) keep_moved(*set);
    }
  });
  if (is_over && ++looks_ % kLooksASecond == 0) publisher_.post(orders::AgeFragments{}, now.time);
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
