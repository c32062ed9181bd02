// SPDX-License-Identifier: BSD-3-Clause
#include "lease/deadlines.hpp"

namespace portico::lease {

void Deadlines::set(LeaseId id, Time at) {
  const auto [found, is_new] = indexes_.try_emplace(id, heap_.size());
  const std::size_t index = found->second;
  if (is_new)
    heap_.push_back({at, id});
  else
    heap_[index].at = at;
  rise(index);
  sink(indexes_.at(id));
}

bool Deadlines::cancel(LeaseId id) {
  const auto found = indexes_.find(id);
  if (found == indexes_.end()) return false;
  remove(found->second);
  return true;
}

std::optional<Deadlines::LeaseId> Deadlines::pop_due(Time now) {
  if (heap_.empty() || heap_.front().at > now) return std::nullopt;
  const LeaseId id = heap_.front().id;
  remove(0);
  return id;
}

std::optional<Time> Deadlines::next() const noexcept {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().at;
}

std::optional<Time> Deadlines::deadline_of(LeaseId id) const {
  const auto found = indexes_.find(id);
  if (found == indexes_.end()) return std::nullopt;
  return heap_[found->second].at;
}

void Deadlines::place(std::size_t index, const Entry& entry) {
  heap_[index] = entry;
  indexes_[entry.id] = index;
}

void Deadlines::rise(std::size_t index) {
  const Entry entry = heap_[index];
  for (; index > 0; index = (index - 1) / 2) {
    const std::size_t above = (index - 1) / 2;
    if (heap_[above].at <= entry.at) break;
    place(index, heap_[above]);
  }
  place(index, entry);
}

void Deadlines::sink(std::size_t index) {
  const Entry entry = heap_[index];
  for (;;) {
    std::size_t below = 2 * index + 1;
    if (below >= heap_.size()) break;
    if (below + 1 < heap_.size() && heap_[below + 1].at < heap_[below].at) ++below;
    if (entry.at <= heap_[below].at) break;
    place(index, heap_[below]);
    index = below;
  }
  place(index, entry);
}

void Deadlines::remove(std::size_t index) {
  indexes_.erase(heap_[index].id);
  const Entry last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  place(index, last);
  rise(index);
  sink(indexes_.at(last.id));
}

}  // namespace portico::lease
