// SPDX-License-Identifier: BSD-3-Clause
// Which sequence numbers of an inbound SA have come (RFC 4303 section 3.4.3 and appendix A; a ring
// of words without shifting, RFC 6479). It is asked before decryption and told only after it.
#pragma once

#include "base/expects.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <span>

namespace portico::tunnel {

inline constexpr std::uint32_t kLeastWindow = 64;
inline constexpr std::uint32_t kMostWindow = 4096;

class ReplayWindow {
 public:
  enum class Standing : std::uint8_t { New, Duplicate, TooOld };

  /// Words that a window of `size` numbers wants: a power of two, so that numbers find theirs by a
  /// mask, and more than the window covers, so that clearing ahead never reaches into it.
  [[nodiscard]] static constexpr std::size_t words_for(std::uint32_t size) noexcept {
    return size / 64 * 2;
  }

  /// `size`: a power of two, kLeastWindow to kMostWindow. `words`: words_for(size) of them, this
  /// window's alone for its life. Every number up to `top` counts as seen; of a new SA that is 0.
  ReplayWindow(std::uint32_t size, std::span<std::uint64_t> words, std::uint64_t top = 0) noexcept
      : top_(top),
        words_(words.data()),
        size_(size),
        word_mask_(static_cast<std::uint32_t>(words_for(size) - 1)) {
    expects(std::has_single_bit(size) && size >= kLeastWindow && size <= kMostWindow &&
                words.size() == words_for(size),
            "a replay window of a size that it can have");
    std::ranges::fill(words, ~std::uint64_t{0});
    word(top) = bit(top) | (bit(top) - 1);
  }

  /// The 64-bit number of which these are the lower 32: the one that is nearest to the window, its
  /// lowest place or above (appendix A2.2). What would lie below 1 is far above any window.
  [[nodiscard]] std::uint64_t extended(std::uint32_t low) const noexcept {
    const std::uint64_t bottom = top() - size_ + 1;
    return bottom + static_cast<std::uint32_t>(low - static_cast<std::uint32_t>(bottom));
  }

  /// 0 never comes (section 3.3.3), nor does a number in the upper half, which extended() makes of
  /// one from before the first.
  [[nodiscard]] Standing judge(std::uint64_t number) const noexcept {
    if (number > top()) return number <= kLast ? Standing::New : Standing::TooOld;
    if (top() - number >= size_ || number == 0) return Standing::TooOld;
    return (word(number) & bit(number)) == 0 ? Standing::New : Standing::Duplicate;
  }

  /// Where accept() will write.
  void prefetch(std::uint64_t number) const noexcept { __builtin_prefetch(&word(number), 1); }
  /// Of a packet that was New, and whose integrity was found right. False: it is New no more.
  [[nodiscard]] bool accept(std::uint64_t number) noexcept {
    if (const auto was = top(); number > was) {
      if (number / 64 != was / 64) clear_between(was / 64, number / 64);
      top_.store(number, std::memory_order_relaxed);
    } else if (was - number >= size_ || (word(number) & bit(number)) != 0) {
      return false;
    }
    word(number) |= bit(number);
    return true;
  }

  /// The highest number accepted; any thread.
  [[nodiscard]] std::uint64_t top() const noexcept { return top_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

 private:
  static constexpr std::uint64_t kLast = ~std::uint64_t{0} >> 1;

  [[nodiscard]] std::uint64_t& word(std::uint64_t number) const noexcept {
    return words_[number / 64 & word_mask_];
  }
  [[nodiscard]] static constexpr std::uint64_t bit(std::uint64_t number) noexcept {
    return std::uint64_t{1} << number % 64;
  }

  /// The words behind `was` up to `now`.
  void clear_between(std::uint64_t was, std::uint64_t now) noexcept {
    const auto ahead = std::min<std::uint64_t>(now - was, words_for(size_));
    for (std::uint64_t i = 1; i <= ahead; ++i) words_[(was + i) & word_mask_] = 0;
  }

  std::atomic<std::uint64_t> top_;  // one thread writes
  std::uint64_t* words_;
  std::uint32_t size_;
  std::uint32_t word_mask_;  // words_for(size_) - 1: a packet asks for it three times
};

}  // namespace portico::tunnel
