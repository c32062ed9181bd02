// SPDX-License-Identifier: BSD-3-Clause
// One worker's bindings, found by arithmetic. One thread adds, removes and counts; control may read
// a binding back once the order that wrote it is applied, and usage at any time.
#pragma once

#include "base/addresses.hpp"
#include "base/granules.hpp"
#include "base/port_range.hpp"
#include "base/tunnel_index.hpp"
#include "base/usage.hpp"
#include "nappt/binding.hpp"
#include "nappt/packet.hpp"
#include "stats/counter.hpp"
#include "wire/checksum.hpp"

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

namespace portico::nappt {

/// Where a phone's line is: its private address has one, whether a phone holds it or not.
using Slot = std::uint32_t;
inline constexpr Slot kNobody = 0;  ///< the slot of a phone without ports, for good

/// What the tables must cover. Fixed at start.
struct Shape {
  std::vector<Prefix> private_pools;
  std::vector<Ipv4> strays{};  ///< addresses of static phones that lie in no private pool
  std::vector<GranulePool> public_pools;    ///< direct identities; no two pools overlap
  std::vector<GranulePool> tunnel_pools{};  ///< tunnel identities
};

/// What the fast path reads and counts for one phone: one cache line, nothing behind it.
struct alignas(64) Phone {
  Ipv4 private_address;
  Ipv4 public_address;
  Ipv4 tunnel_address;
  std::uint16_t next_hop = kNoHop;   ///< a HopIndex
  std::uint16_t tunnel = kNoTunnel;  ///< a TunnelIndex
  PortRange range;                   ///< size 0: nobody's
  Mac mac;
  std::uint16_t phone_class = 0;
  wire::StoredDelta direct_delta;  ///< private to public
  wire::StoredDelta tunnel_delta;  ///< private to the provider's
  stats::Counter packets_out;
  stats::Counter octets_out;
  stats::Counter packets_in;
  stats::Counter octets_in;
};
static_assert(sizeof(Phone) == 64);
inline void prefetch(const Phone& phone) noexcept { __builtin_prefetch(&phone, 1); }

class Bindings {
 public:
  explicit Bindings(const Shape& shape,
                    std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  /// What a worker's bindings of this shape occupy, in octets.
  [[nodiscard]] static std::uint64_t memory_bytes(const Shape& shape) noexcept;

  /// The addresses lie in the shape, and nobody else holds them: control saw to it.
  void add(const Binding& binding) noexcept;
  /// The phone is found no more; its counts stay readable until its private address is added again.
  void remove(Ipv4 private_address) noexcept;

  /// kNobody for what lies in no pool.
  [[nodiscard]] Slot slot_of(Ipv4 private_address) const noexcept {
    for (const auto& pool : private_)
      if (pool.addresses.contains(private_address))
        return pool.first + pool.addresses.place_of(private_address);
    return strays_.empty() ? kNobody : stray_slot(private_address);
  }
  /// Where it stands who holds it; kNowhere for what lies in no pool. Two steps, so that a stage
  /// can prefetch all the places of a burst, then all the phones.
  [[nodiscard]] Place place_of(Ipv4 public_address, std::uint16_t port) const noexcept {
    return public_.place_of(public_address, port);
  }
  /// The same of what came out of a tunnel.
  [[nodiscard]] Place tunnel_place_of(Ipv4 tunnel_address, std::uint16_t port) const noexcept {
    return tunnel_.place_of(tunnel_address, port);
  }
  [[nodiscard]] Slot sender_of(const Packet& p) const noexcept { return slot_of(p.source()); }
  [[nodiscard]] Place receiver_of(const Packet& p) const noexcept {
    return place_of(p.destination(), p.destination_port());
  }
  [[nodiscard]] Slot holder(Place place) const noexcept { return places_[place]; }
  void prefetch_place(Place place) const noexcept { __builtin_prefetch(&places_[place]); }
  [[nodiscard]] Phone& operator[](Slot slot) noexcept { return phones_[slot]; }
  [[nodiscard]] const Phone& operator[](Slot slot) const noexcept { return phones_[slot]; }

  /// True if packets for this address are phones' (it lies in a public pool).
  [[nodiscard]] bool is_public(Ipv4 address) const noexcept {
    return public_.pool_of(address) != nullptr;
  }
  /// True if the address is behind us: in a private pool, or a static phone's.
  [[nodiscard]] bool is_private(Ipv4 address) const noexcept { return slot_of(address) != kNobody; }

  /// For control: one past the last slot, the first is 1.
  [[nodiscard]] Slot slots() const noexcept { return static_cast<Slot>(phones_.size()); }
  [[nodiscard]] std::optional<Binding> at(Slot slot) const noexcept;
  [[nodiscard]] Usage usage(Ipv4 private_address) const noexcept;

 private:
  template <class T>
  using Table = std::pmr::vector<T>;

  struct PrivateIndex {
    AddressBlock addresses;
    Slot first = kNobody;
  };

  void write_places(const Phone& phone, Slot was, Slot now) noexcept;
  void write_places(const Granules& pools, Ipv4 address, PortRange range, Slot was,
                    Slot now) noexcept;
  void write(Place place, Slot was, Slot now) noexcept;
  [[nodiscard]] Slot stray_slot(Ipv4 address) const noexcept;

  Table<Phone> phones_;                // [kNobody], each private pool's after the other, strays'
  Table<Slot> places_;                 // [kNowhere], each public pool's, each tunnel pool's
  std::vector<PrivateIndex> private_;  // longest prefix first
  Granules public_;
  Granules tunnel_;
  std::vector<Ipv4> strays_;  // sorted
  Slot first_stray_ = kNobody;
};

}  // namespace portico::nappt
