// SPDX-License-Identifier: BSD-3-Clause
// The private addresses of one pool.
#pragma once

#include "base/addresses.hpp"
#include "ports/index_sets.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace portico::ports {

/// Every call takes about as long with one address taken as with all.
class AddressPool {
 public:
  /// From `first` to `last`, both included, at most 2^24 of them. `excluded` (the gateway's own,
  /// those of phones.static) are never given out; those outside the pool count for nothing.
  AddressPool(Ipv4 first, Ipv4 last, std::span<const Ipv4> excluded);

  /// The next free address after the one taken last, so that one just given up rests longest.
  [[nodiscard]] std::optional<Ipv4> take() noexcept;
  /// False: taken, excluded, or not of this pool.
  [[nodiscard]] bool take_exact(Ipv4 address) noexcept;
  /// Gives back what was taken.
  void free(Ipv4 address) noexcept;

  [[nodiscard]] bool is_free(Ipv4 address) const noexcept;
  [[nodiscard]] bool contains(Ipv4 address) const noexcept {
    return first_ <= address && address <= last_;
  }
  [[nodiscard]] std::uint64_t free_count() const noexcept { return free_count_; }
  [[nodiscard]] std::uint64_t used_count() const noexcept { return used_count_; }

 private:
  [[nodiscard]] std::size_t index_of(Ipv4 address) const noexcept {
    return address.bits - first_.bits;
  }

  Ipv4 first_;
  Ipv4 last_;
  IndexSets free_;      // one row
  IndexSets excluded_;  // one row
  std::size_t next_ = 0;
  std::uint64_t free_count_ = 0;
  std::uint64_t used_count_ = 0;
};

}  // namespace portico::ports
