// SPDX-License-Identifier: BSD-3-Clause
// How low it can go: a bare loop that does to a packet what the standards ask of a translator, with
// nothing around it. No ports, no lanes, no reasons: what the data path is measured against.
#pragma once

#include "base/endian.hpp"
#include "nappt/bindings.hpp"

#include "process.hpp"
#include <array>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <vector>

namespace portico::bench {

using Burst = std::array<std::uint8_t*, kBurst>;  // each the first octet of an untagged frame

/// 64 octets a phone, an array from private address to phone, another from public granule to phone.
class BareTables {
 public:
  struct alignas(64) Entry {
    std::uint32_t private_address;
    std::uint32_t public_address;
    std::uint16_t first;
    std::uint16_t size;
    std::array<std::uint8_t, 6> mac;
    std::uint16_t delta;
    std::uint64_t packets_out, octets_out, packets_in, octets_in;
  };
  static_assert(sizeof(Entry) == 64);

  BareTables(Prefix private_pool, GranulePool public_pool, std::uint32_t phones,
             std::pmr::memory_resource* memory)
      : private_base_(private_pool.base.bits),
        public_base_(public_pool.addresses.base.bits),
        granule_bits_(static_cast<unsigned>(std::countr_zero(public_pool.granule))),
        entries_(phones, memory),
        by_granule_(public_pool.addresses.size() << (16 - granule_bits_), 0, memory) {}

  /// Phone i has the i-th private address.
  void add(std::uint32_t i, const nappt::Binding& b, std::uint16_t delta) {
    entries_[i] = {.private_address = b.private_address.bits,
                   .public_address = b.public_address.bits,
                   .first = b.range.first,
                   .size = b.range.size,
                   .mac = b.mac.octets,
                   .delta = delta,
                   .packets_out = 0,
                   .octets_out = 0,
                   .packets_in = 0,
                   .octets_in = 0};
    for (unsigned port = b.range.first; port <= b.range.last(); port += 1u << granule_bits_)
      by_granule_[granule_of(b.public_address.bits, static_cast<std::uint16_t>(port))] = i;
  }

  /// Returns how many were translated.
  std::size_t outbound(const Burst& burst) noexcept {
    std::array<Entry*, kBurst> found;
    for (std::size_t i = 0; i < kBurst; ++i) {
      found[i] = &entries_[load_be<std::uint32_t>(burst[i] + 26) - private_base_];
      __builtin_prefetch(found[i], 1);
    }
    std::size_t done = 0;
    for (std::size_t i = 0; i < kBurst; ++i) {
      auto* ip = burst[i] + 14;
      auto& e = *found[i];
      const auto port = load_be<std::uint16_t>(ip + 20);
      if (!valid(ip) || std::memcmp(e.mac.data(), burst[i] + 6, 6) != 0 ||
          static_cast<std::uint16_t>(port - e.first) >= e.size)
        continue;
      rewrite(burst[i], 12, e.public_address, e.delta, kRouter);
      ++e.packets_out;
      e.octets_out += load_be<std::uint16_t>(ip + 2);
      ++done;
    }
    return done;
  }

  std::size_t inbound(const Burst& burst) noexcept {
    std::array<std::uint32_t*, kBurst> places;
    std::array<Entry*, kBurst> found;
    for (std::size_t i = 0; i < kBurst; ++i) {
      places[i] = &by_granule_[granule_of(load_be<std::uint32_t>(burst[i] + 30),
                                          load_be<std::uint16_t>(burst[i] + 36))];
      __builtin_prefetch(places[i]);
    }
    for (std::size_t i = 0; i < kBurst; ++i) {
      found[i] = &entries_[*places[i]];
      __builtin_prefetch(found[i], 1);
    }
    std::size_t done = 0;
    for (std::size_t i = 0; i < kBurst; ++i) {
      auto* ip = burst[i] + 14;
      auto& e = *found[i];
      const auto port = load_be<std::uint16_t>(ip + 22);
      if (!valid(ip) || static_cast<std::uint16_t>(port - e.first) >= e.size) continue;
      rewrite(burst[i], 16, e.private_address, static_cast<std::uint16_t>(~e.delta), e.mac.data());
      ++e.packets_in;
      e.octets_in += load_be<std::uint16_t>(ip + 2);
      ++done;
    }
    return done;
  }

 private:
  static constexpr std::uint8_t kRouter[6] = {0, 0, 0x5e, 0, 0, 0xfe};
  static constexpr std::uint8_t kOurs[6] = {2, 0, 0, 0, 0, 2};

  [[nodiscard]] std::size_t granule_of(std::uint32_t address, std::uint16_t port) const noexcept {
    return std::size_t{address - public_base_} << (16 - granule_bits_) | port >> granule_bits_;
  }
  [[nodiscard]] static bool valid(const std::uint8_t* ip) noexcept {
    std::uint64_t sum = 0;
    for (int i = 0; i < 20; i += 4) sum += load_be<std::uint32_t>(ip + i);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ip[0] == 0x45 && sum == 0xffff && ip[8] > 1 && ip[9] == 17;
  }
  static std::uint16_t changed(std::uint16_t checksum, std::uint32_t delta) noexcept {
    auto sum = static_cast<std::uint16_t>(~checksum) + delta;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
  }
  static void rewrite(std::uint8_t* frame, std::size_t at, std::uint32_t address,
                      std::uint16_t delta, const std::uint8_t* to) noexcept {
    auto* ip = frame + 14;
    store_be(ip + at, address);
    --ip[8];
    store_be(ip + 10, changed(load_be<std::uint16_t>(ip + 10), delta + 0xfeffu));
    const auto udp = load_be<std::uint16_t>(ip + 26);
    if (udp != 0) {
      const auto now = changed(udp, delta);
      store_be<std::uint16_t>(ip + 26, now == 0 ? 0xffff : now);
    }
    std::memcpy(frame, to, 6);
    std::memcpy(frame + 6, kOurs, 6);
  }

  std::uint32_t private_base_;
  std::uint32_t public_base_;
  unsigned granule_bits_;
  std::pmr::vector<Entry> entries_;
  std::pmr::vector<std::uint32_t> by_granule_;
};

}  // namespace portico::bench
