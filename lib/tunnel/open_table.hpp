// SPDX-License-Identifier: BSD-3-Clause
// A number other than 0 to a value, by open addressing: an SPI's SA, an address's tunnel. What is
// in it is configured, never a peer's to choose, so no look-up is long.
#pragma once

#include "base/expects.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace portico::tunnel {

template <class Value>
class OpenTable {
 public:
  /// `most`: how many entries it ever holds at once; a quarter of the places at most are taken.
  explicit OpenTable(std::size_t most, std::pmr::memory_resource* memory)
      : places_(places_for(most), memory), shift_(32 - std::countr_zero(places_for(most))) {}

  [[nodiscard]] static constexpr std::size_t memory_bytes(std::size_t most) noexcept {
    return places_for(most) * sizeof(Place);
  }

  void prefetch(std::uint32_t key) const noexcept { __builtin_prefetch(&places_[home(key)]); }
  [[nodiscard]] const Value* find(std::uint32_t key) const noexcept {
    for (auto i = home(key);; i = next(i)) {
      if (places_[i].key == key) [[likely]]
        return key == 0 ? nullptr : &places_[i].value;
      if (places_[i].key == 0) return nullptr;
    }
  }

  /// Adds it, or changes its value.
  void set(std::uint32_t key, const Value& value) noexcept {
    expects(key != 0, "0 names nothing");
    auto i = home(key);
    while (places_[i].key != key && places_[i].key != 0) i = next(i);
    count_ += places_[i].key == 0;
    expects(count_ <= places_.size() / 2, "control keeps within what the table holds");
    places_[i] = {key, value};
  }
  /// What stands behind it and belongs in front moves up, so that no look-up ends too early.
  void erase(std::uint32_t key) noexcept {
    auto gap = home(key);
    while (places_[gap].key != key) {
      if (places_[gap].key == 0) return;
      gap = next(gap);
    }
    --count_;
    for (auto i = next(gap); places_[i].key != 0; i = next(i)) {
      if (distance(home(places_[i].key), i) < distance(gap, i)) continue;
      places_[gap] = places_[i];
      gap = i;
    }
    places_[gap] = {};
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// `visit(key, value)`, in no order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& place : places_)
      if (place.key != 0) visit(place.key, place.value);
  }

 private:
  struct Place {
    std::uint32_t key = 0;
    Value value{};
  };
  [[nodiscard]] static constexpr std::size_t places_for(std::size_t most) noexcept {
    return std::bit_ceil(4 * (most < 4 ? 4 : most));
  }
  [[nodiscard]] std::size_t home(std::uint32_t key) const noexcept {
    return key * 0x9e37'79b1u >> shift_;  // of the golden ratio: neighbours are far apart
  }
  [[nodiscard]] std::size_t next(std::size_t i) const noexcept {
    return (i + 1) & (places_.size() - 1);
  }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept {
    return (to - from) & (places_.size() - 1);
  }

  std::pmr::vector<Place> places_;
  int shift_;
  std::size_t count_ = 0;
};

}  // namespace portico::tunnel
