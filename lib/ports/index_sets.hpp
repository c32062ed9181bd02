// SPDX-License-Identifier: BSD-3-Clause
// Many sets of small numbers in one piece of memory: a bit a number, and above each 64 words of
// bits a word that says which of them are not zero, so that the next member is found in a few
// steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace portico::ports {

class IndexSets {
 public:
  /// `rows` sets, each of numbers below `columns` (1 or more), all empty.
  IndexSets(std::size_t rows, std::size_t columns);

  /// The number must not be in the set.
  void insert(std::size_t row, std::size_t number) noexcept;
  /// The number must be in the set.
  void erase(std::size_t row, std::size_t number) noexcept;
  [[nodiscard]] bool contains(std::size_t row, std::size_t number) const noexcept;
  [[nodiscard]] bool is_empty(std::size_t row) const noexcept;
  /// The smallest member from `from` on, or else the smallest of all.
  [[nodiscard]] std::optional<std::size_t> next(std::size_t row, std::size_t from) const noexcept;

  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct Level {
    std::size_t words = 0;  // of one row
    std::vector<std::uint64_t> bits;
  };
  [[nodiscard]] std::optional<std::size_t> at_or_after(std::size_t row,
                                                       std::size_t from) const noexcept;

  std::vector<Level> levels_;  // the members first; the last has one word a row
};

}  // namespace portico::ports
