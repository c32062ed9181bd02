// SPDX-License-Identifier: BSD-3-Clause
// Where the newest packet of an SA in UDP came from, as a NAT on the way makes it look. Its worker
// notes it, control reads it.
#pragma once

#include "wire/datagram.hpp"

#include <atomic>
#include <cstdint>

namespace portico::tunnel {

/// Address and port as one number: never torn, no locked instruction.
class HeardFrom {
 public:
  /// Of an authenticated packet whose number is the highest so far: an old one that somebody kept
  /// says nothing of where the far end is now.
  void note(const wire::Endpoint& from) noexcept {
    value_.store(std::uint64_t{from.address.bits} << 16 | from.port, std::memory_order_relaxed);
  }
  /// Zero: nowhere yet.
  [[nodiscard]] wire::Endpoint value() const noexcept {
    const auto value = value_.load(std::memory_order_relaxed);
    return {{static_cast<std::uint32_t>(value >> 16)}, static_cast<std::uint16_t>(value)};
  }

 private:
  std::atomic<std::uint64_t> value_{0};  // one thread writes
};

}  // namespace portico::tunnel
