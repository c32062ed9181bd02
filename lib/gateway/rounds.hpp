// SPDX-License-Identifier: BSD-3-Clause
// A look at each of many now and then, a few at a time: nothing else that control does waits until
// all were looked at.
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstddef>

namespace portico::gateway {

class Rounds {
 public:
  /// The first begins at once. `pause`: between the end of a round and the next one.
  explicit Rounds(Duration pause) noexcept : pause_(pause) {}

  /// The next turn begins a round.
  [[nodiscard]] bool begins(Time now) const noexcept { return at_ == 0 && now >= next_; }
  /// Calls `look(one)` for the next few of `all`, of which some may have come or gone since the
  /// last turn. True: the round is over.
  template <class All, class Look>
  bool turn(const All& all, Time now, Look&& look) {
    if (now < next_) return false;
    const auto end = std::min(at_ + kAtOnce, all.size());
    while (at_ < end) look(all[at_++]);
    if (at_ < all.size()) return false;
    at_ = 0;
    next_ = now + pause_;
    return true;
  }

  /// When turn() has something to do.
  [[nodiscard]] Time next() const noexcept { return next_; }

 private:
  static constexpr std::size_t kAtOnce = 256;

  Duration pause_;
  std::size_t at_ = 0;  // of those to be looked at
  Time next_{};
};

}  // namespace portico::gateway
