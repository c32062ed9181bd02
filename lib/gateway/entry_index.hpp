// SPDX-License-Identifier: BSD-3-Clause
// Entries found by a key that each of them holds: one flat table of pointers, for a million of them
// are taken over while phones wait. Linear probing, at most half full; what is erased leaves no
// gap.
#pragma once

#include "base/expects.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

namespace portico::gateway {

/// `KeyOf(entry)` is its key, which stays the same while the entry is in the index. Several entries
/// may have the same; none is owned.
template <class Entry, auto KeyOf>
class EntryIndex {
 public:
  using Key = std::remove_cvref_t<std::invoke_result_t<decltype(KeyOf), const Entry&>>;

  /// So many will be in it: nothing is moved until then.
  void reserve(std::size_t entries) {
    if (2 * entries > slots_.size()) resize(std::bit_ceil(2 * entries));
  }

  void insert(Entry& entry) {
    if (slots_.size() < 2 * (used_ + 1)) resize(slots_.empty() ? kLeast : 2 * slots_.size());
    put({&entry, hash_of(KeyOf(entry))});
    ++used_;
  }

  /// It must be in it.
  void erase(const Entry& entry) noexcept {
    auto at = home_of(hash_of(KeyOf(entry)));
    while (slots_[at].entry != &entry) {
      expects(slots_[at].entry != nullptr, "an entry is found by its key");
      at = next(at);
    }
    close_gap(at);
    --used_;
  }

  /// One of those with this key; nullptr: there is none.
  [[nodiscard]] Entry* find(const Key& key) const noexcept {
    Entry* found = nullptr;
    visit(key, [&found](Entry& entry) {
      found = &entry;
      return false;
    });
    return found;
  }

  /// Calls `f` for all of them, in no order.
  template <class F>
  void for_each(const Key& key, F&& f) const {
    visit(key, [&f](Entry& entry) {
      f(entry);
      return true;
    });
  }

 private:
  struct Slot {
    Entry* entry = nullptr;
    std::uint64_t hash = 0;
  };
  static constexpr std::size_t kLeast = 16;

  /// Mixed once more: the library's hash of a number may be the number.
  static std::uint64_t hash_of(const Key& key) noexcept {
    return std::hash<Key>{}(key)*0x9e3779b97f4a7c15u;
  }
  [[nodiscard]] std::size_t home_of(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash >> 32) & (slots_.size() - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
    return (at + 1) & (slots_.size() - 1);
  }
  /// How far a slot lies behind another.
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept {
    return (to - from) & (slots_.size() - 1);
  }

  /// Until `f` returns false.
  template <class F>
  void visit(const Key& key, F&& f) const {
    if (slots_.empty()) return;
    const auto hash = hash_of(key);
    for (auto at = home_of(hash); slots_[at].entry != nullptr; at = next(at))
      if (slots_[at].hash == hash && KeyOf(*slots_[at].entry) == key && !f(*slots_[at].entry))
        return;
  }

  void put(const Slot& slot) noexcept {
    auto at = home_of(slot.hash);
    while (slots_[at].entry != nullptr) at = next(at);
    slots_[at] = slot;
  }

  /// What was pushed on by what stood here moves up.
  void close_gap(std::size_t gap) noexcept {
    for (auto at = next(gap); slots_[at].entry != nullptr; at = next(at)) {
      if (distance(home_of(slots_[at].hash), at) < distance(gap, at)) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = {};
  }

  void resize(std::size_t slots) {
    const auto before = std::exchange(slots_, std::vector<Slot>(std::max(slots, kLeast)));
    for (const auto& slot : before)
      if (slot.entry != nullptr) put(slot);
  }

  std::vector<Slot> slots_;  // a power of two of them, or none
  std::size_t used_ = 0;
};

}  // namespace portico::gateway
