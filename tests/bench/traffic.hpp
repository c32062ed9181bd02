// SPDX-License-Identifier: BSD-3-Clause
// What the benchmarks of the data path translate: phones with their ranges, and frames of phones in
// random order, both ways.
#pragma once

#include "datapath/buffer.hpp"
#include "datapath/link.hpp"
#include "nappt/bindings.hpp"
#include "support/packet_builder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace portico::bench {

inline constexpr Prefix kPrivatePool{{0x0a000000}, 12};  // 10.0.0.0/12: as many as 2^20 phones
inline constexpr Ipv4 kPublicBase{0xcb007100};           // 203.0.113.0
inline constexpr Ipv4 kServer{0xc0000250};               // 192.0.2.80
inline constexpr Mac kLanMac{{2, 0, 0, 0, 0, 1}};
inline constexpr Mac kWanMac{{2, 0, 0, 0, 0, 2}};
inline constexpr Mac kRouterMac{{0, 0, 0x5e, 0, 0, 0xfe}};
inline constexpr std::size_t kFrameSize = 60;  // 64 with the frame check sequence

enum class Direction : std::uint8_t { Outbound, Inbound };

/// Every phone its range: as large as the addresses allow, none below port 1024.
class Numbering {
 public:
  Numbering(std::uint32_t phones, std::uint32_t addresses) noexcept {
    while (addresses * std::uint64_t{(65536 - 1024) / (size_ * 2)} >= phones) size_ *= 2;
    per_address_ = (65536 - 1024) / size_;
  }
  [[nodiscard]] std::uint16_t size() const noexcept { return static_cast<std::uint16_t>(size_); }
  [[nodiscard]] nappt::Binding phone(std::uint32_t i) const noexcept {
    nappt::Binding b;
    b.private_address = {kPrivatePool.base.bits + i};
    b.public_address = {kPublicBase.bits + i / per_address_};
    b.mac = Mac::from_bits(0x001b2c000000 + i);
    b.range = {static_cast<std::uint16_t>(1024 + i % per_address_ * size_), size()};
    return b;
  }

 private:
  std::uint32_t size_ = 1;
  std::uint32_t per_address_;
};

/// Frames that lie ready, to be copied into packets: little code and few lines of memory, so that
/// what is timed afterwards finds the caches as it left them.
class Traffic {
 public:
  Traffic(const Numbering& numbers, std::uint32_t phones) {
    for (const auto d : {Direction::Outbound, Direction::Inbound})
      for (std::size_t i = 0; i < kFrames; ++i) {
        const auto b = numbers.phone(static_cast<std::uint32_t>(random_() % phones));
        std::ranges::copy(frame(d, b), frames_[static_cast<std::size_t>(d)].emplace_back().begin());
      }
  }
  /// Makes each of the packets the next frame.
  void write(Direction d, const std::vector<rte_mbuf*>& packets) {
    const auto& ready = frames_[static_cast<std::size_t>(d)];
    for (auto* m : packets) {
      rte_pktmbuf_reset(m);
      m->data_len = kFrameSize;
      m->pkt_len = kFrameSize;
      std::memcpy(datapath::first_octet(m), ready[next_].data(), kFrameSize);
      next_ = (next_ + 1) % kFrames;
    }
  }

 private:
  static constexpr std::size_t kFrames = 1 << 18;  // of each direction

  [[nodiscard]] support::Octets frame(Direction d, const nappt::Binding& phone) {
    const auto port = static_cast<std::uint16_t>(phone.range.first + random_() % phone.range.size);
    support::Frame f;
    f.payload.resize(kFrameSize - 42);
    if (d == Direction::Outbound) {
      f.to_mac = kLanMac;
      f.from_mac = phone.mac;
      f.from = phone.private_address;
      f.to = kServer;
      f.from_port = port;
      f.to_port = 5060;
    } else {
      f.to_mac = kWanMac;
      f.from_mac = kRouterMac;
      f.from = kServer;
      f.to = phone.public_address;
      f.from_port = 5060;
      f.to_port = port;
    }
    return f.build();
  }

  std::array<std::vector<std::array<std::uint8_t, kFrameSize>>, 2> frames_;  // by Direction
  std::size_t next_ = 0;
  std::mt19937 random_{1};
};

}  // namespace portico::bench
