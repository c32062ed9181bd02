// SPDX-License-Identifier: BSD-3-Clause
// Sequence numbers of a sending SA, reserved before they are used: a number is an IV, and no IV may
// come twice under a key, whatever the power does (RFC 4106 section 3.1). A block of them at a time
// is written to the store; a restart goes on where the last block ends, used or not.
#pragma once

#include "base/expects.hpp"
#include "tunnel/sa.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace portico::tunnel {

/// At ten million packets a second the upper half lasts for 0.8 s: the store has so long.
inline constexpr std::uint64_t kNumbersReserved = std::uint64_t{1} << 24;

/// What control knows of it. All bounds are the number behind the last.
class Reservation {
 public:
  /// `stored`: the SaState's number, of another life; 0 of an SA that had none.
  Reservation(std::uint64_t stored, bool esn) noexcept
      : end_of_all_(last_number(esn) + 1),
        first_(std::clamp(stored, std::uint64_t{1}, end_of_all_)),
        asked_(first_),
        durable_(first_) {}

  /// The first number of this life.
  [[nodiscard]] std::uint64_t first() const noexcept { return first_; }
  /// No number from here on may be used: OutboundSa's `reserved`. At first that is none at all.
  [[nodiscard]] std::uint64_t end() const noexcept { return durable_; }

  /// What was asked for last: no number from here on is used whatever the store says.
  [[nodiscard]] std::uint64_t asked() const noexcept { return asked_; }

  /// What is to be written now, once; `next` is the number of the next packet.
  [[nodiscard]] std::optional<std::uint64_t> ask(std::uint64_t next) noexcept {
    const auto left = asked_ - std::min(next, asked_);
    if (asked_ == end_of_all_ || left >= kNumbersReserved / 2) return std::nullopt;
    asked_ += std::min(kNumbersReserved, end_of_all_ - asked_);
    return asked_;
  }
  /// The store says so of a number that was asked for; in any order.
  void on_durable(std::uint64_t number) noexcept {
    expects(number <= asked_, "what is durable was asked for");
    durable_ = std::max(durable_, number);
  }

  /// Nothing is left to ask for: the SA ends with what is reserved.
  [[nodiscard]] bool is_last() const noexcept { return asked_ == end_of_all_; }

 private:
  std::uint64_t end_of_all_;
  std::uint64_t first_;
  std::uint64_t asked_;
  std::uint64_t durable_;
};

}  // namespace portico::tunnel
