// SPDX-License-Identifier: BSD-3-Clause
// The SAs of one key set, both ways, as control keeps them: the objects that workers use, the keys,
// what is reserved and what is to be stored.
#pragma once

#include "base/result.hpp"
#include "tunnel/record.hpp"
#include "tunnel/reservation.hpp"
#include "tunnel/sa.hpp"
#include "tunnel/store.hpp"
#include "wire/datagram.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace portico::tunnel {

enum class End : std::uint8_t { Gateway, Concentrator };

/// A driver's.
using MakeKey = std::function<Result<KeyPtr>(Algorithm, Bytes)>;

class SaSet {
 public:
  struct Shape {
    End end = End::Gateway;  ///< which we are
    std::uint32_t window = 1024;
    std::uint16_t workers = 1;
    TunnelIndex tunnel = kNoTunnel;
    Allowance allowance{};  ///< of each SA: its hard lifetime
  };
  /// `states`: what the store holds, of this key set or others. The error says which key is
  /// refused.
  [[nodiscard]] static Result<std::unique_ptr<SaSet>> make(const Record& record, const KeySet& keys,
                                                           std::span<const SaState> states,
                                                           const Shape& shape,
                                                           const MakeKey& make_key);

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  /// A worker's each, from orders::SetSenders on until the order that names others is applied.
  [[nodiscard]] std::span<OutboundSa> senders() noexcept { return senders_; }
  [[nodiscard]] std::span<const OutboundSa> senders() const noexcept { return senders_; }
  /// From now on they are workers', even when others are sent by.
  void hand_out_senders() noexcept { senders_are_out_ = true; }
  [[nodiscard]] bool senders_are_out() const noexcept { return senders_are_out_; }
  /// The same from orders::AddReceiver to orders::RemoveReceiver.
  [[nodiscard]] std::span<const std::unique_ptr<InboundSa>> receivers() const noexcept {
    return receivers_;
  }

  using Keep = std::function<void(const SaState&)>;
  /// Numbers that are to be reserved now, each once.
  void for_each_reservation(WallTime now, const Keep& keep);
  /// Windows that have moved since they were last asked for.
  void for_each_moved_window(WallTime now, const Keep& keep);
  using Heard = std::function<void(const wire::Endpoint&)>;
  /// Where packets of SAs came from that were heard since they were last asked for, in UDP.
  void for_each_heard(const Heard& heard);
  /// A number is on the disk: the sender that may go on, and up to which; nothing if that is old.
  struct Extension {
    std::uint32_t spi;
    std::uint64_t reserved;
  };
  [[nodiscard]] std::optional<Extension> stored(const SaName& name, std::uint64_t number);
  /// A sender as control knows it: what its worker may not tell without a race.
  struct Standing {
    std::uint64_t reserved = 0;  ///< no number from here on may be used
    std::uint64_t octets = 0;    ///< that it sent, over restarts
    WallTime since;              ///< when it was first used; zero: it has not been
  };
  [[nodiscard]] Standing standing_of(std::uint32_t index) const noexcept {
    const auto& life = lives_[index];
    return {reservations_[index].end(), life.octets + senders_[index].octets.value(), life.since};
  }
  /// A packet has come under it, in this life.
  [[nodiscard]] bool is_heard() const noexcept;
  /// No number may be used yet, or none any more.
  [[nodiscard]] bool waits_for_store() const noexcept;

 private:
  struct Kept {  // beside a receiver
    std::vector<std::uint64_t> words;
    std::uint64_t first = 0;  // its top when it was made
    std::uint64_t top = 0;    // as last handed to the store
    std::uint64_t heard = 0;  // the same when it was last asked where from
    wire::Endpoint from;      // and what the answer was
  };
  struct Life {  // of an SA, over restarts
    std::uint64_t octets = 0;
    WallTime since;
  };
  SaSet() = default;
  [[nodiscard]] SaState state_of(Way way, std::uint32_t index, std::uint64_t number, WallTime now);

  std::string key_;
  bool senders_are_out_ = false;
  std::vector<KeyPtr> keys_;
  std::vector<OutboundSa> senders_;
  std::vector<Reservation> reservations_;  // a sender's each
  std::vector<Life> lives_;                // the same
  std::vector<std::unique_ptr<InboundSa>> receivers_;
  std::vector<Kept> kept_;  // a receiver's each
};

}  // namespace portico::tunnel
