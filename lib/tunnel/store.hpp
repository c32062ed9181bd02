// SPDX-License-Identifier: BSD-3-Clause
// What of SAs outlives the process, so that no nonce repeats and no packet is taken twice: keys are
// static (a declared deviation from RFC 4106 section 2), sequence numbers must go on.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace portico::tunnel {

/// Which way an SA's packets go, as this end sees it.
enum class Way : std::uint8_t { Sending, Receiving };

/// One SA of a key set: `index` counts from 0 to its record's `sas`.
struct SaName {
  std::string key;
  Way way = Way::Sending;
  std::uint32_t index = 0;
  friend auto operator<=>(const SaName&, const SaName&) = default;
};

struct SaState {
  SaName name;
  /// Sending: every number below may have been sent, none from here on has. Receiving: the highest
  /// number that was taken.
  std::uint64_t number = 0;
  std::uint64_t octets = 0;  ///< that it sent, or took, for its lifetime
  WallTime since{};          ///< when the first SA of its key set was first used
  friend bool operator==(const SaState&, const SaState&) = default;
};

/// What a store held when it was opened.
struct LoadedSas {
  std::vector<SaState> states;          ///< of SAs whose key may be used, by name
  std::set<std::string> retired_keys;   ///< used once, and what is known of them is too old
  std::optional<std::string> distrust;  ///< why there are retired keys: a sentence
  std::optional<std::string> notice;    ///< what else an operator should know: a sentence
};

class SaStore {
 public:
  virtual ~SaStore() = default;

  /// `keys`: names of those that there are now. They are retired where it cannot be told which were
  /// used; of others nobody knows then, so that they must never be put back.
  /// What can be read, but not written, is loaded all the same: commit() fails until it can be.
  [[nodiscard]] virtual Result<LoadedSas> load(const std::set<std::string>& keys) = 0;
  /// Writes all of `batch`; on return it survives a power cut, and no earlier copy of the store
  /// will be believed. On an error nothing of it may be relied on; the same again is idempotent.
  [[nodiscard]] virtual Result<void> commit(std::span<const SaState> batch) = 0;
};

}  // namespace portico::tunnel
