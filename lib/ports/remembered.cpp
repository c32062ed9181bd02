// SPDX-License-Identifier: BSD-3-Clause
#include "ports/remembered.hpp"

#include "base/expects.hpp"

#include <compare>

namespace portico::ports {
namespace {

/// How little a lease is worth keeping, and how well it serves: the least goes first.
struct Rank {
  bool other_sides = false;
  std::uint32_t misfit = 0;
  std::uint64_t age = 0;
  friend auto operator<=>(const Rank&, const Rank&) = default;
};

/// 0: as large; then the next larger ones; then smaller ones, the nearest first.
std::uint32_t misfit(std::uint32_t has, std::uint32_t wanted) noexcept {
  return has >= wanted ? has - wanted : kPorts + (wanted - has);
}

bool serves(const Sides& has, const Sides& wanted) noexcept {
  return (wanted.direct && has.direct == wanted.direct) ||
         (wanted.tunnel && has.tunnel == wanted.tunnel);
}

}  // namespace

void Remembered::add(LeaseId id, const Holding& holding) {
  expects(!contains(id), "remembered twice");
  const Key key{holding.private_pool, holding.sides.direct, holding.sides.tunnel, holding.size};
  const auto queue = queues_.try_emplace(key).first;
  queue->second.push_back({id, next_age_++});
  places_.emplace(id, Place{queue, std::prev(queue->second.end())});
}

bool Remembered::remove(LeaseId id) {
  const auto found = places_.find(id);
  if (found == places_.end()) return false;
  const auto [queue, entry] = found->second;
  queue->second.erase(entry);
  if (queue->second.empty()) queues_.erase(queue);
  places_.erase(found);
  return true;
}

std::optional<Remembered::LeaseId> Remembered::eldest_with_address(std::size_t private_pool) const {
  const Entry* eldest = nullptr;
  for (const auto& [key, queue] : queues_)
    if (std::get<0>(key) == private_pool && (eldest == nullptr || queue.front().age < eldest->age))
      eldest = &queue.front();
  return eldest == nullptr ? std::nullopt : std::optional{eldest->id};
}

std::optional<Remembered::LeaseId> Remembered::eldest_with_ports(const Sides& sides,
                                                                 std::uint32_t size) const {
  std::optional<LeaseId> first;
  Rank best;
  for (const auto& [key, queue] : queues_) {
    const Sides has{std::get<1>(key), std::get<2>(key)};
    if (!serves(has, sides)) continue;
    const Rank rank{has != sides, misfit(std::get<3>(key), size), queue.front().age};
    if (first && best < rank) continue;
    first = queue.front().id;
    best = rank;
  }
  return first;
}

}  // namespace portico::ports
