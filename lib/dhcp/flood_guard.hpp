// SPDX-License-Identifier: BSD-3-Clause
// How many messages a MAC and the port may send: token buckets in memory of a fixed size.
#pragma once

#include "base/addresses.hpp"
#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace portico::dhcp {

/// `per_s` messages a second, and bursts of twice that. The bucket is kept as the moment at which
/// it will be full again, so that a full one holds no information.
class Rate {
 public:
  /// 0: without limit.
  explicit Rate(std::uint32_t per_s) noexcept;

  /// Takes a token, or returns false. `reserve` is the part of the burst, in tokens, to leave
  /// untouched.
  [[nodiscard]] bool take(Time& full_again, Time now, std::uint32_t reserve = 0) const noexcept;
  [[nodiscard]] std::uint32_t burst() const noexcept { return burst_; }

 private:
  std::uint32_t burst_;
  Duration interval_;  // of one token
};

enum class Importance : std::uint8_t {
  Low,   ///< DISCOVER: shed when half of the port's burst is used up
  High,  ///< everything else
};

enum class FloodVerdict : std::uint8_t { Pass, TooManyOfMac, TooManyOnPort };

class FloodGuard {
 public:
  FloodGuard(std::uint32_t per_mac_per_s, std::uint32_t per_port_per_s);

  [[nodiscard]] FloodVerdict admit(const Mac& mac, Importance importance, Time now) noexcept;

 private:
  struct Bucket {
    std::uint64_t mac = 0;
    Time full_again;
  };
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSets = 16384;  // 65536 MACs at a time, 1 MiB
  using Set = std::array<Bucket, kWays>;

  [[nodiscard]] Bucket& bucket_of(const Mac& mac, Time now) noexcept;

  Rate of_mac_;
  Rate of_port_;
  Time port_full_again_;
  std::vector<Set> sets_;  // empty: no limit of a MAC
};

}  // namespace portico::dhcp
