// SPDX-License-Identifier: BSD-3-Clause
// Hops in the order of a moment that belongs to each; at most one moment a hop.
#pragma once

#include "base/next_hop.hpp"
#include "base/time.hpp"

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace portico::neighbor {

class Agenda {
 public:
  struct Item {
    Time when;
    HopIndex index = kNoHop;
  };
  explicit Agenda(std::size_t capacity) : when_(capacity + 1) {}

  void set(HopIndex index, Time when) {
    clear(index);
    order_.emplace(when, index);
    when_[index] = when;
  }
  void clear(HopIndex index) {
    if (when_[index]) order_.erase({*when_[index], index});
    when_[index].reset();
  }
  /// Not later than `when`, if it has a moment at all.
  void hasten(HopIndex index, Time when) {
    if (when_[index] && when < *when_[index]) set(index, when);
  }
  /// The earliest.
  [[nodiscard]] std::optional<Item> first() const noexcept {
    if (order_.empty()) return std::nullopt;
    return Item{order_.begin()->first, order_.begin()->second};
  }
  [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

 private:
  std::set<std::pair<Time, HopIndex>> order_;
  std::vector<std::optional<Time>> when_;  // by HopIndex
};

}  // namespace portico::neighbor
