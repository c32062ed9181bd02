// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/flood_guard.hpp"

#include <algorithm>
#include <functional>

namespace portico::dhcp {

Rate::Rate(std::uint32_t per_s) noexcept
    : burst_(2 * per_s), interval_(per_s == 0 ? Duration{0} : Duration{1s} / per_s) {}

bool Rate::take(Time& full_again, Time now, std::uint32_t reserve) const noexcept {
  if (burst_ == 0) return true;
  const auto full = std::max(full_again, now) + interval_;
  if (full - now > interval_ * (burst_ - reserve)) return false;
  full_again = full;
  return true;
}

FloodGuard::FloodGuard(std::uint32_t per_mac_per_s, std::uint32_t per_port_per_s)
    : of_mac_(per_mac_per_s), of_port_(per_port_per_s), sets_(per_mac_per_s == 0 ? 0 : kSets) {}

/// A MAC that is new takes the place of the fullest bucket of its set: with a full one nothing is
/// forgotten, and if none is full, the port's limit still holds.
FloodGuard::Bucket& FloodGuard::bucket_of(const Mac& mac, Time now) noexcept {
  auto& set = sets_[std::hash<Mac>{}(mac) % kSets];
  const auto bits = mac.bits();
  const auto known = std::ranges::find(set, bits, &Bucket::mac);
  if (known != set.end()) return *known;
  auto& replaced = *std::ranges::min_element(set, {}, &Bucket::full_again);
  replaced = {bits, now};
  return replaced;
}

FloodVerdict FloodGuard::admit(const Mac& mac, Importance importance, Time now) noexcept {
  if (!sets_.empty() && !of_mac_.take(bucket_of(mac, now).full_again, now))
    return FloodVerdict::TooManyOfMac;
  const auto reserve = importance == Importance::Low ? of_port_.burst() / 2 : 0;
  if (!of_port_.take(port_full_again_, now, reserve)) return FloodVerdict::TooManyOnPort;
  return FloodVerdict::Pass;
}

}  // namespace portico::dhcp
