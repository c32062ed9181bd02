// SPDX-License-Identifier: BSD-3-Clause
// Fragments of outer packets, put together again before ESP (RFC 791 section 3.2, RFC 4303 section
// 3.4.1). Octets are copied, so that whoever sends fragments holds none of our packet buffers; what
// does not become whole in time, or not at all, is told.
#pragma once

#include "base/addresses.hpp"
#include "stats/drops.hpp"
#include "wire/ipv4.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace portico::tunnel {

class Reassembly {
 public:
  /// The largest packet: an inner one of an Ethernet's 1500 octets, with whatever ESP adds.
  static constexpr std::size_t kMostPayload = 1792;
  static constexpr std::size_t kMostPacket = wire::Ipv4Header::kSize + kMostPayload;

  struct Shape {
    std::size_t packets = 0;  ///< incomplete ones at once; beyond, the eldest makes room
  };
  explicit Reassembly(const Shape& shape, std::pmr::memory_resource* memory)
      : keys_(shape.packets, kNone, memory), packets_(shape.packets, memory) {}

  [[nodiscard]] static std::uint64_t memory_bytes(const Shape& shape) noexcept {
    return shape.packets * (sizeof(Key) + sizeof(Packet));
  }

  /// What a fragment led to.
  struct Outcome {
    enum class Kind : std::uint8_t {
      Held,
      Whole,   ///< `packet` is the whole, valid until the next call
      Refused  ///< for `reason`, and all of its packet with it
    };
    Kind kind = Kind::Held;
    Bytes packet{};
    stats::Drop reason{};
    std::size_t earlier = 0;   ///< fragments held so far that share its fate, whole or refused
    std::size_t given_up = 0;  ///< those of another packet, which made room: incomplete
  };
  /// `fragment`: valid by F-1, without options.
  [[nodiscard]] Outcome take(const wire::Ipv4Edit& fragment) noexcept;

  /// To be called at even intervals: gives up what was there at the last call already. Returns how
  /// many fragments those were.
  std::size_t age() noexcept;

 private:
  /// Source, identification and protocol; their destination is ours (RFC 791 section 2.3).
  using Key = std::uint64_t;
  static constexpr Key kNone = 0;  // of no protocol
  static constexpr std::size_t kUnit = 8;
  using Units = std::bitset<kMostPayload / kUnit>;

  struct Packet {
    std::array<std::uint8_t, kMostPacket> octets{};
    Units have;
    std::uint64_t began = 0;    // which of all packets it was
    std::uint16_t payload = 0;  // of the whole; 0: its end has not come
    std::uint16_t pieces = 0;
    std::uint8_t marks = 0;  // of congestion: a bit for each ECN field that was seen
    bool is_old = false;
  };

  [[nodiscard]] static Key key_of(const wire::Ipv4Edit& fragment) noexcept;
  [[nodiscard]] std::size_t place_of(Key key, Outcome& outcome) noexcept;
  [[nodiscard]] static bool add(Packet& packet, const wire::Ipv4Edit& fragment) noexcept;
  [[nodiscard]] static bool is_whole(const Packet& packet) noexcept;
  [[nodiscard]] static bool finish(Packet& packet) noexcept;

  std::pmr::vector<Key> keys_;  // beside the packets, so that a look takes few cache lines
  std::pmr::vector<Packet> packets_;
  std::uint64_t begun_ = 0;
};

}  // namespace portico::tunnel
