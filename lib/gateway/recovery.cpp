// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/recovery.hpp"

#include "gateway/calendar.hpp"
#include "gateway/lease_table.hpp"
#include "lease/store.hpp"

#include <algorithm>

namespace portico::gateway {
namespace {

std::uint32_t longest_lease_s(const Plan& plan) noexcept {
  std::uint32_t longest = 0;
  for (const auto& phone_class : plan.classes)
    longest = std::max(longest, phone_class.settings.lease_s);
  return longest;
}

}  // namespace

void Recovery::resume(WallTime until, WallTime wall, Time now) {
  if (until == WallTime{}) return;
  until_ = kNever;
  if (until == lease::kUndecided) {
    const auto longest = longest_lease_s(plan_);
    if (longest == lease::kInfinite) return;
    until = surely_later(wall, std::chrono::seconds{longest} + quarantine_);
    store(until, wall);
  }
  until_ = now + time_left(until, wall);
  turn(wall, now);
}

bool Recovery::end(WallTime wall) {
  if (!is_on()) return false;
  until_.reset();
  store({}, wall);
  return true;
}

void Recovery::turn(WallTime wall, Time now) {
  if (until_ && *until_ <= now) end(wall);
}

std::optional<std::uint64_t> Recovery::left_s(Time now) const noexcept {
  if (!until_ || *until_ == kNever) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::seconds>(*until_ - now);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 0));
}

std::optional<std::string> Recovery::reason(Time now) const {
  if (!is_on()) return std::nullopt;
  const auto left = left_s(now);
  return "leases were lost with a damaged file: unknown phones are granted nothing " +
         (left ? "for another " + std::to_string(*left) + " s, or " : std::string{}) +
         "until the operator says: leases accept-loss";
}

std::optional<Time> Recovery::next_deadline() const noexcept {
  return until_ == kNever ? std::nullopt : until_;
}

void Recovery::store(WallTime until, WallTime wall) {
  journal_.write({.ticket = 0,
                  .event = lease::Event::RecoverySet,
                  .at = wall,
                  .lease = {},
                  .usage = {},
                  .recovery_until = until});
}

}  // namespace portico::gateway
