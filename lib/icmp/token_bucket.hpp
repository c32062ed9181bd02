// SPDX-License-Identifier: BSD-3-Clause
// At most so many messages a second, with bursts of one second's worth (RFC 1812 section 4.3.2.8).
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstdint>

namespace portico::icmp {

/// A token bucket kept as one moment, the one at which it will be full again: exact, and nothing to
/// refill.
class TokenBucket {
 public:
  /// 0: nothing ever passes.
  explicit constexpr TokenBucket(std::uint32_t per_s) noexcept
      : token_(per_s == 0 ? Duration{0} : Duration{1s} / per_s) {}

  [[nodiscard]] constexpr bool take(Time now) noexcept {
    if (token_ == Duration{0}) return false;
    const Time full = std::max(full_, now);
    if (full + token_ - now > Duration{1s}) return false;
    full_ = full + token_;
    return true;
  }

 private:
  Duration token_;  // the time that earns one message
  Time full_{INT64_MIN};
};

}  // namespace portico::icmp
