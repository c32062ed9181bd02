// SPDX-License-Identifier: BSD-3-Clause
// What an lcore does when there is nothing to do.
#pragma once

#include <cstdint>

namespace portico::dpdk {

enum class IdlePolicy : std::uint8_t {
  Spin,      ///< the core is the lcore's alone
  Adaptive,  ///< it is shared: spin 100 µs after the last packet, then yield, then sleep 50 µs
};

class Idle {
 public:
  /// On the thread that will rest.
  explicit Idle(IdlePolicy policy) noexcept;
  /// After a turn: returns at once if it was busy, or may sleep a bounded time.
  void rest(bool busy) noexcept;

 private:
  IdlePolicy policy_;
  std::uint64_t spin_ticks_;
  std::uint64_t yield_ticks_;
  std::uint64_t idle_since_ = 0;  // 0: was busy
};

}  // namespace portico::dpdk
