// SPDX-License-Identifier: BSD-3-Clause
// The SAs of one key set, both ways, as control keeps them: the objects that workers use, the keys,
// what is reserved and what is to be stored.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "tunnel/lifetime.hpp"
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
    Allowance hard{};  ///< lifetime of each SA; workers watch the packets and octets that they send
    Allowance soft{};
    Now now{};  ///< the first use of keys that no state is of
  };
  /// `states`: what the store holds, of this key set and others, by name. The error says which key
  /// is refused.
  [[nodiscard]] static Result<std::unique_ptr<SaSet>> make(const Record& record, const KeySet& keys,
                                                           std::span<const SaState> states,
                                                           const Shape& shape,
                                                           const MakeKey& make_key);

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] TunnelIndex tunnel() const noexcept { return receivers_.front()->tunnel; }
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

  /// These are the octets that it was made of.
  [[nodiscard]] bool is_made_of(const KeySet& keys, const MakeKey& make_key) const;

  using Keep = std::function<void(const SaState&)>;
  /// Numbers that are to be reserved now, each once.
  void for_each_reservation(const Keep& keep);
  /// What has moved since it was last asked for: windows, and octets.
  void for_each_moved(const Keep& keep);
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
    WallTime since;              ///< when the first of these SAs was first used, either way
  };
  [[nodiscard]] Standing standing_of(std::uint32_t index) const noexcept {
    return {reservations_[index].end(), octets_of(index), age_.since()};
  }
  /// That a receiver took, over restarts.
  [[nodiscard]] std::uint64_t octets_taken(std::uint32_t index) const noexcept {
    return kept_[index].octets.before + receivers_[index]->octets.value();
  }
  /// Of the SA that is worn most, either way. `full`: octets of the largest packet.
  [[nodiscard]] Wear wear(std::uint16_t full, Now now) noexcept;
  /// The hard limit by which all of them are over, both ways: of time, or of what one has taken.
  [[nodiscard]] std::optional<Limit> over(Now now) noexcept {
    return reached(hard_, most_taken(now));
  }
  /// A packet has come under it, in this life.
  [[nodiscard]] bool is_heard() const noexcept;
  /// No number may be used yet, or none any more.
  [[nodiscard]] bool waits_for_store() const noexcept;

 private:
  struct Octets {              // beside an SA
    std::uint64_t before = 0;  // in earlier lives
    std::uint64_t kept = 0;    // all of them, as last handed to the store
  };
  struct Kept {  // beside a receiver
    std::vector<std::uint64_t> words;
    std::uint64_t first = 0;  // its top when it was made
    std::uint64_t top = 0;    // as last handed to the store
    std::uint64_t heard = 0;  // the same when it was last asked where from
    wire::Endpoint from;      // and what the answer was
    Octets octets;
  };
  SaSet(const std::string& key, Age age, const Shape& shape)
      : key_(key), end_(shape.end), age_(age), hard_(shape.hard), soft_(shape.soft) {}
  [[nodiscard]] std::uint64_t octets_of(std::uint32_t index) const noexcept {
    return octets_[index].before + senders_[index].octets.value();
  }
  [[nodiscard]] SaState sender_state(std::uint32_t index);
  [[nodiscard]] Use most_taken(Now now) noexcept;

  std::string key_;
  End end_;
  Age age_;
  Allowance hard_;
  Allowance soft_;
  bool senders_are_out_ = false;
  std::vector<KeyPtr> keys_;  // by index, each sender's and each receiver's in turn
  std::vector<OutboundSa> senders_;
  std::vector<Reservation> reservations_;  // a sender's each
  std::vector<Octets> octets_;             // the same
  std::vector<std::unique_ptr<InboundSa>> receivers_;
  std::vector<Kept> kept_;  // a receiver's each
};

}  // namespace portico::tunnel
