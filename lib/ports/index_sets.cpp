// SPDX-License-Identifier: BSD-3-Clause
#include "ports/index_sets.hpp"

#include "base/expects.hpp"

#include <bit>

namespace portico::ports {
namespace {

constexpr std::size_t kBits = 64;

constexpr std::size_t words_for(std::size_t bits) noexcept { return (bits + kBits - 1) / kBits; }

constexpr std::uint64_t bit_of(std::size_t number) noexcept {
  return std::uint64_t{1} << number % kBits;
}

}  // namespace

IndexSets::IndexSets(std::size_t rows, std::size_t columns) {
  expects(columns > 0, "a set of numbers below zero");
  std::size_t words = columns;
  do {
    words = words_for(words);
    levels_.push_back({words, std::vector<std::uint64_t>(rows * words)});
  } while (words > 1);
}

void IndexSets::insert(std::size_t row, std::size_t number) noexcept {
  expects(!contains(row, number), "inserted twice");
  for (Level& level : levels_) {
    std::uint64_t& word = level.bits[row * level.words + number / kBits];
    const bool was_empty = word == 0;
    word |= bit_of(number);
    if (!was_empty) return;  // the levels above know of this word already
    number /= kBits;
  }
}

void IndexSets::erase(std::size_t row, std::size_t number) noexcept {
  expects(contains(row, number), "erased, but not there");
  for (Level& level : levels_) {
    std::uint64_t& word = level.bits[row * level.words + number / kBits];
    word &= ~bit_of(number);
    if (word != 0) return;
    number /= kBits;
  }
}

bool IndexSets::contains(std::size_t row, std::size_t number) const noexcept {
  const Level& level = levels_.front();
  return (level.bits[row * level.words + number / kBits] & bit_of(number)) != 0;
}

bool IndexSets::is_empty(std::size_t row) const noexcept { return levels_.back().bits[row] == 0; }

std::optional<std::size_t> IndexSets::next(std::size_t row, std::size_t from) const noexcept {
  const auto found = at_or_after(row, from);
  return found || from == 0 ? found : at_or_after(row, 0);
}

std::optional<std::size_t> IndexSets::at_or_after(std::size_t row,
                                                  std::size_t from) const noexcept {
  // Upwards until a word has a member at or behind `at`, then down along the first ones.
  std::size_t at = from;
  for (std::size_t height = 0; height < levels_.size(); ++height) {
    const Level& level = levels_[height];
    const std::size_t word = at / kBits;
    if (word >= level.words) return std::nullopt;
    const std::uint64_t rest = level.bits[row * level.words + word] & ~(bit_of(at) - 1);
    if (rest == 0) {
      at = word + 1;
      continue;
    }
    at = word * kBits + static_cast<std::size_t>(std::countr_zero(rest));
    while (height-- > 0) {
      const Level& below = levels_[height];
      const std::uint64_t bits = below.bits[row * below.words + at];
      at = at * kBits + static_cast<std::size_t>(std::countr_zero(bits));
    }
    return at;
  }
  return std::nullopt;
}

std::size_t IndexSets::memory() const noexcept {
  std::size_t octets = 0;
  for (const Level& level : levels_) octets += level.bits.capacity() * sizeof(std::uint64_t);
  return octets;
}

}  // namespace portico::ports
