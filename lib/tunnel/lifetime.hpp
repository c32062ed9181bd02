// SPDX-License-Identifier: BSD-3-Clause
// How long an SA may be used (RFC 4301 section 4.4.2.1): a soft lifetime warns, a hard one stops
// it. Whichever of its limits comes first counts.
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace portico::tunnel {

/// What of an SA is used up.
enum class Limit : std::uint8_t {
  Numbers,  ///< all that its format has (RFC 4303 section 3.3.3)
  Packets,
  Octets,
  Time,
};
[[nodiscard]] constexpr std::string_view name_of(Limit limit) noexcept {
  switch (limit) {
    case Limit::Numbers:
      return "numbers";
    case Limit::Packets:
      return "packets";
    case Limit::Octets:
      return "octets";
    case Limit::Time:
      return "time";
  }
  return "unknown";
}

/// A lifetime. Packets are sequence numbers, of which a restart leaves some out.
struct Allowance {
  std::uint64_t packets = ~std::uint64_t{0};
  std::uint64_t octets = ~std::uint64_t{0};
  Duration time = Duration::max();
};

/// How much an SA was used, over restarts.
struct Use {
  std::uint64_t packets = 0;
  std::uint64_t octets = 0;
  Duration time{};
};

[[nodiscard]] constexpr std::optional<Limit> reached(const Allowance& allowance,
                                                     const Use& use) noexcept {
  if (use.time >= allowance.time) return Limit::Time;
  if (use.packets >= allowance.packets) return Limit::Packets;
  if (use.octets >= allowance.octets) return Limit::Octets;
  return std::nullopt;
}

/// Which limits are reached. The hard one by octets is when a packet of full size has no room left:
/// smaller ones may still go.
struct Wear {
  std::optional<Limit> soft;
  std::optional<Limit> hard;
  friend bool operator==(const Wear&, const Wear&) = default;
};

/// How long ago `since` was. Over restarts the calendar tells that, within one life the monotonic
/// clock does too, and who says more is believed: a calendar that is set back, or was behind when
/// the machine started, makes nothing younger than it was.
class Age {
 public:
  Age(WallTime since, Now now) noexcept : since_(since), asked_(now.time) {}

  [[nodiscard]] Duration at(Now now) noexcept {
    const Duration by_calendar = std::chrono::seconds{now.wall.s - since_.s};
    known_ = std::max(known_ + (now.time - asked_), by_calendar);
    asked_ = now.time;
    return known_;
  }
  [[nodiscard]] WallTime since() const noexcept { return since_; }

 private:
  WallTime since_;
  Duration known_{};
  Time asked_;
};

}  // namespace portico::tunnel
