// SPDX-License-Identifier: BSD-3-Clause
// Which lease is due next. One deadline a lease, moved at every renewal.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace portico::lease {

class Deadlines {
 public:
  using LeaseId = std::uint64_t;

  /// Sets the deadline of `id`, or moves it.
  void set(LeaseId id, Time at);
  /// False: it had none.
  bool cancel(LeaseId id);
  /// Takes off the earliest deadline if it is due (at or before `now`).
  [[nodiscard]] std::optional<LeaseId> pop_due(Time now);

  [[nodiscard]] std::optional<Time> next() const noexcept;
  [[nodiscard]] std::optional<Time> deadline_of(LeaseId id) const;
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }

 private:
  struct Entry {
    Time at;
    LeaseId id = 0;
  };
  void place(std::size_t index, const Entry& entry);
  void rise(std::size_t index);
  void sink(std::size_t index);
  void remove(std::size_t index);

  std::vector<Entry> heap_;                           // binary, the earliest first
  std::unordered_map<LeaseId, std::size_t> indexes_;  // where each is in heap_
};

}  // namespace portico::lease
