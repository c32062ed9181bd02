// SPDX-License-Identifier: BSD-3-Clause
// Every counter of the process, by group. Features keep their counters; each thread's are
// registered before the workers start, and any thread may read the sums afterwards.
#pragma once

#include "stats/counter.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portico::stats {

/// One counter, summed over all threads that keep it.
struct Reading {
  std::string_view name;
  std::string_view help;
  std::uint64_t value = 0;
  friend bool operator==(const Reading&, const Reading&) = default;
};

struct GroupReading {
  std::string_view name;
  std::vector<Reading> fields;
  friend bool operator==(const GroupReading&, const GroupReading&) = default;
};

/// Refers to the counters and their names: all must outlive it.
class Registry {
 public:
  /// Once for each thread's struct; structs under one name are summed field by field.
  template <class Counters, std::size_t N>
  void add(const Group<Counters, N>& group, const Counters& counters) {
    for (const auto& field : group.fields)
      add(group.name, field.name, field.help, counters.*field.member);
  }
  /// One counter alone: for what is counted in an array, as the reasons of drops are.
  void add(std::string_view group, std::string_view name, std::string_view help,
           const Counter& counter);

  /// All groups and their fields in the order they were first added in.
  [[nodiscard]] std::vector<GroupReading> read() const;

 private:
  struct Source {
    std::string_view name;
    std::string_view help;
    std::vector<const Counter*> counters;
  };
  struct Sources {
    std::string_view name;
    std::vector<Source> fields;
  };

  std::vector<Sources> groups_;
};

}  // namespace portico::stats
