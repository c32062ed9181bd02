// SPDX-License-Identifier: BSD-3-Clause
// Packets on their way through the cipher, each with what belongs to it. A worker's memory that is
// used again each turn: making it anew would cost more than filling it.
#pragma once

#include "datapath/lanes.hpp"
#include "tunnel/cipher.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace portico::datapath {

/// `What`: an InboundSa to open by, or a path to leave by.
template <class What>
class CipherBatch {
 public:
  void clear() noexcept { count_ = 0; }
  void add(const tunnel::Job& job, rte_mbuf* packet, What* what) noexcept {
    jobs_[count_] = job;
    packets_[count_] = packet;
    whats_[count_++] = what;
  }
  [[nodiscard]] std::span<tunnel::Job> jobs() noexcept { return std::span{jobs_}.first(count_); }
  [[nodiscard]] rte_mbuf* packet(std::size_t i) const noexcept { return packets_[i]; }
  [[nodiscard]] What& what(std::size_t i) const noexcept { return *whats_[i]; }

 private:
  std::array<tunnel::Job, kLaneSize> jobs_;
  std::array<rte_mbuf*, kLaneSize> packets_{};
  std::array<What*, kLaneSize> whats_{};
  std::size_t count_ = 0;
};

}  // namespace portico::datapath
