// SPDX-License-Identifier: BSD-3-Clause
// A packet cut into the pieces in which it leaves.
#pragma once

#include "datapath/lanes.hpp"
#include "datapath/worker.hpp"

#include <array>
#include <cstddef>

namespace portico::datapath {

class Cut {
 public:
  static constexpr std::size_t kMostPieces = 4;

  [[nodiscard]] Burst pieces() noexcept { return Burst{packets_}.first(count_); }

 private:
  friend bool cut_in_pieces(Worker&, std::size_t, rte_mbuf*, Cut&, Lanes&) noexcept;
  std::array<rte_mbuf*, kMostPieces> packets_;
  std::size_t count_ = 0;
};

/// `m`: an IPv4 packet without a frame, of more than `mtu` octets, which becomes the first piece.
/// False: it is dropped instead, because there is no buffer for the others or they would be too
/// many.
[[nodiscard]] bool cut_in_pieces(Worker& w, std::size_t mtu, rte_mbuf* m, Cut& cut,
                                 Lanes& lanes) noexcept;

}  // namespace portico::datapath
