// SPDX-License-Identifier: BSD-3-Clause
// A tunnel as operators see it. There is no place for a key in it, only for the names of keys.
#pragma once

#include "base/time.hpp"
#include "base/tunnel_index.hpp"
#include "stats/registry.hpp"
#include "tunnel/lifetime.hpp"
#include "tunnel/record.hpp"
#include "wire/datagram.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portico::management {

enum class TunnelState : std::uint8_t {
  Up,
  Expiring,   ///< the soft lifetime of its keys is over, and there are none newer
  Exhausted,  ///< its keys are used up, so that it sends no more, or not every packet
  Waits,      ///< for sequence numbers to be reserved on the disk: nothing is sent
  Down,       ///< there are no keys to send by
};
[[nodiscard]] std::string_view name_of(TunnelState state) noexcept;

struct SendingSaRow {
  std::string keys;  ///< their name
  std::uint32_t spi = 0;
  std::uint64_t next = 0;      ///< number of the next packet
  std::uint64_t reserved = 0;  ///< no number from here on may be used yet
  std::uint64_t last = 0;      ///< the last number that it may use, ever
  std::uint64_t octets = 0;    ///< sent, over restarts
  std::optional<std::uint64_t> most_octets;
  WallTime since;  ///< first used, either way
  std::optional<std::uint64_t> most_s;
};

struct ReceivingSaRow {
  std::string keys;
  std::uint32_t spi = 0;
  std::uint16_t worker = 0;  ///< that opens its packets
  std::uint64_t top = 0;     ///< of the replay window: the highest number that came
  std::uint32_t window = 0;
  std::uint64_t octets = 0;  ///< taken, over restarts
  std::optional<std::uint64_t> most_octets;
};

struct TunnelRow {
  TunnelIndex index = kNoTunnel;
  tunnel::Record record;
  TunnelState state = TunnelState::Up;
  std::optional<tunnel::Limit> limit;  ///< by which it is expiring or exhausted
  std::optional<std::string> problem;  ///< why it is down, or its newest keys are not taken
  wire::Endpoint peer;                 ///< where the far end is; its port is UDP's
  std::uint16_t path_mtu = 0;          ///< of the way to the far end, as far as it is known
  std::uint16_t inner_mtu = 0;         ///< the largest packet that it takes in one piece
  std::string sends_by;                ///< keys, by name; empty: none
  std::vector<std::string> takes;      ///< the same, of packets that come; the last is the newest
  std::vector<SendingSaRow> sending;   ///< of the keys that are sent by
  std::vector<ReceivingSaRow> receiving;
  stats::GroupReading counters;          ///< over all workers
  std::optional<std::uint64_t> heard_s;  ///< since a packet came out of it; none: none did
};

}  // namespace portico::management
