// SPDX-License-Identifier: BSD-3-Clause
// Counters and their declarations. A feature keeps a struct of Counters and declares each once,
// with the name and the sentence that every renderer shows.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace portico::stats {

/// A u64 that one thread writes and any thread reads: no locked instruction, never torn.
class Counter {
 public:
  Counter() noexcept = default;
  Counter(const Counter& other) noexcept : value_(other.value()) {}
  Counter& operator=(const Counter& other) noexcept {
    value_.store(other.value(), std::memory_order_relaxed);
    return *this;
  }
  void add(std::uint64_t n) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  Counter& operator++() noexcept {
    add(1);
    return *this;
  }
  Counter& operator+=(std::uint64_t n) noexcept {
    add(n);
    return *this;
  }
  [[nodiscard]] std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};

template <class Counters>
struct Field {
  Counter Counters::*member;
  std::string_view name;  ///< snake_case, as in JSON
  std::string_view help;  ///< one phrase, as in the table and in Prometheus
};

template <class Counters, std::size_t N>
struct Group {
  std::string_view name;
  std::array<Field<Counters>, N> fields;
};

/// Declares the counters of a feature. Does not compile unless every Counter of the struct is
/// described, and none twice.
template <class Counters, std::size_t N>
[[nodiscard]] consteval Group<Counters, N> group(std::string_view name,
                                                 const Field<Counters> (&fields)[N]) {
  static_assert(sizeof(Counters) == N * sizeof(Counter), "every counter is described once");
  Group<Counters, N> g{name, {}};
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      if (fields[j].member == fields[i].member || fields[j].name == fields[i].name)
        throw "a counter is described twice";
    g.fields[i] = fields[i];
  }
  return g;
}

}  // namespace portico::stats
