// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/deadlines.hpp"

namespace portico::tftp {

Deadlines::Deadlines(std::uint32_t ids) : places_(ids, kNowhere) { heap_.reserve(ids); }

void Deadlines::set(std::uint32_t id, Time deadline) noexcept {
  auto at = places_[id];
  if (at == kNowhere) {
    at = static_cast<std::uint32_t>(heap_.size());
    heap_.emplace_back();
  }
  settle(at, {deadline, id});
}

void Deadlines::remove(std::uint32_t id) noexcept {
  const auto at = places_[id];
  if (at == kNowhere) return;
  places_[id] = kNowhere;
  const auto last = heap_.back();
  heap_.pop_back();
  if (at < heap_.size()) settle(at, last);
}

std::optional<Time> Deadlines::next() const noexcept {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().deadline;
}

std::optional<std::uint32_t> Deadlines::due(Time now) const noexcept {
  if (heap_.empty() || heap_.front().deadline > now) return std::nullopt;
  return heap_.front().id;
}

void Deadlines::place(std::uint32_t at, Entry entry) noexcept {
  heap_[at] = entry;
  places_[entry.id] = at;
}

/// Fills the gap at `at`: what replaces its entry may be earlier or later than the old one.
void Deadlines::settle(std::uint32_t at, Entry entry) noexcept {
  if (at > 0 && entry.deadline < heap_[(at - 1) / 2].deadline)
    sift_up(at, entry);
  else
    sift_down(at, entry);
}

void Deadlines::sift_up(std::uint32_t at, Entry entry) noexcept {
  while (at > 0) {
    const auto parent = (at - 1) / 2;
    if (heap_[parent].deadline <= entry.deadline) break;
    place(at, heap_[parent]);
    at = parent;
  }
  place(at, entry);
}

void Deadlines::sift_down(std::uint32_t at, Entry entry) noexcept {
  const auto size = static_cast<std::uint32_t>(heap_.size());
  for (auto child = 2 * at + 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && heap_[child + 1].deadline < heap_[child].deadline) ++child;
    if (entry.deadline <= heap_[child].deadline) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, entry);
}

}  // namespace portico::tftp
