// SPDX-License-Identifier: BSD-3-Clause
// What control commits of SAs: reservations at times, the tops of windows with every second.
#pragma once

#include "tunnel/store.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace portico::sqlite {

class SaWorkload {
 public:
  using States = std::map<tunnel::SaName, tunnel::SaState>;

  explicit SaWorkload(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] std::vector<tunnel::SaState> next_batch() {
    return random_() % 3 == 0 ? reservations() : tops();
  }
  [[nodiscard]] std::vector<tunnel::SaState> reservations() {
    return advance(tunnel::Way::Sending, std::uint64_t{1} << 24);
  }
  [[nodiscard]] std::vector<tunnel::SaState> tops() {
    return advance(tunnel::Way::Receiving, random_() % 5000);
  }
  /// What must be in the store after all batches.
  [[nodiscard]] const States& states() const noexcept { return states_; }

 private:
  static constexpr std::uint32_t kKeys = 6;
  static constexpr std::uint32_t kSas = 4;

  std::vector<tunnel::SaState> advance(tunnel::Way way, std::uint64_t by) {
    std::vector<tunnel::SaState> batch;
    for (auto left = 1 + random_() % 8; left > 0; --left) {
      const tunnel::SaName name{"branch-" + std::to_string(random_() % kKeys), way,
                                static_cast<std::uint32_t>(random_() % kSas)};
      auto& state = states_.try_emplace(name, tunnel::SaState{name, 1, 0, {now_}}).first->second;
      state.number += by;
      state.octets += by * 100;
      ++now_;
      batch.push_back(state);
    }
    return batch;
  }

  std::mt19937 random_;
  States states_;
  std::int64_t now_ = 1'700'000'000;
};

}  // namespace portico::sqlite
