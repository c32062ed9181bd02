// SPDX-License-Identifier: BSD-3-Clause
// Octets that must not outlive their use: a key. Moved, never copied, wiped when they go.
#pragma once

#include "base/endian.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace portico {

/// Overwrites `octets`, also where a compiler sees that nobody reads them again.
void wipe(MutableBytes octets) noexcept;

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::vector<std::uint8_t> octets) noexcept : octets_(std::move(octets)) {}
  Secret(Secret&& other) noexcept : octets_(std::exchange(other.octets_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    std::swap(octets_, other.octets_);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(octets_); }

  [[nodiscard]] Bytes octets() const noexcept { return octets_; }
  [[nodiscard]] std::size_t size() const noexcept { return octets_.size(); }

 private:
  std::vector<std::uint8_t> octets_;
};

}  // namespace portico
