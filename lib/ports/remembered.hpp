// SPDX-License-Identifier: BSD-3-Clause
// Leases that ended and whose address and ports nobody else needed yet. They stay taken in the
// allocator, so the same phone finds them as they were; when a pool has nothing else, the one that
// ended longest ago makes room.
#pragma once

#include "ports/allocator.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace portico::ports {

class Remembered {
 public:
  using LeaseId = std::uint64_t;

  /// What a remembered lease would give back.
  struct Holding {
    std::size_t private_pool = 0;
    Sides sides;
    std::uint16_t size = 0;  ///< of its range
  };

  /// `id` has just ended: the youngest. It must not be remembered already.
  void add(LeaseId id, const Holding& holding);
  /// Its phone is back, or it made room. False: it was not remembered.
  bool remove(LeaseId id);
  [[nodiscard]] bool contains(LeaseId id) const { return places_.contains(id); }
  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }

  /// Who makes room for an address of this private pool.
  [[nodiscard]] std::optional<LeaseId> eldest_with_address(std::size_t private_pool) const;
  /// Who makes room for a range of `size`: of those that hold ports in a pool that `sides` names,
  /// one that holds exactly what is asked before one that holds ports on one of the sides only;
  /// then one whose range is as large, before the next larger, before smaller ones; then the
  /// eldest. Where two sides are asked for and only one has no room, ask for that one alone.
  [[nodiscard]] std::optional<LeaseId> eldest_with_ports(const Sides& sides,
                                                         std::uint32_t size) const;

 private:
  using Key = std::tuple<std::size_t, std::optional<std::size_t>, std::optional<std::size_t>,
                         std::uint16_t>;
  struct Entry {
    LeaseId id = 0;
    std::uint64_t age = 0;  // smaller: ended earlier
  };
  using Queue = std::list<Entry>;
  struct Place {
    std::map<Key, Queue>::iterator queue;
    Queue::iterator entry;
  };

  std::map<Key, Queue> queues_;  // few: one a private pool, pair of sides and size; eldest first
  std::unordered_map<LeaseId, Place> places_;
  std::uint64_t next_age_ = 0;
};

}  // namespace portico::ports
