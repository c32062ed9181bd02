// SPDX-License-Identifier: BSD-3-Clause
// The neighbour table of the control core: who is at which MAC on either link (RFC 826; RFC 1122
// section 2.3.2). A state machine: ARP, packets and time go in, what to do comes out by a Sink.
#pragma once

#include "base/next_hop.hpp"
#include "base/time.hpp"
#include "neighbor/agenda.hpp"
#include "neighbor/announcer.hpp"
#include "neighbor/counters.hpp"
#include "neighbor/hold.hpp"
#include "neighbor/interface.hpp"
#include "neighbor/sink.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace portico::neighbor {

struct Config {
  std::array<Interface, kSides> interfaces;  ///< by Side
  std::uint32_t capacity = 8192;             ///< hop indexes 1 to capacity
  std::uint32_t max_unresolved = 1024;       ///< on-demand neighbours being asked for or silent
  std::uint32_t max_held = 256;              ///< packets waiting in all
  Duration reachable_for = 60s;              ///< then asked again, RFC 1122 section 2.3.2.1
  Duration retry_after = 1s;                 ///< between requests, ibid.
  Duration silent_for = 3s;                  ///< how long a neighbour without answer is not asked
  Duration lock_for = 2s;                    ///< after an answer no other MAC is even considered
};

/// Incomplete: asked for, no MAC yet. Reachable: heard within `reachable_for`. Stale: its MAC is in
/// use while it is asked again. Failed: did not answer; not asked for `silent_for`.
enum class State : std::uint8_t { Incomplete, Reachable, Stale, Failed };

/// Whom an ARP message concerned. Invalid: its sender cannot be a host.
enum class Concern : std::uint8_t { Ours, Others, Invalid };

/// As operators are told it.
[[nodiscard]] std::string_view to_string(State state) noexcept;

/// A neighbour as `show neighbors` tells it.
struct Row {
  HopIndex index = kNoHop;
  NextHop hop;  ///< its MAC is the last one known; zero: none ever was
  State state = State::Incomplete;
  bool pinned = false;
  std::optional<Time> heard;  ///< when its MAC was last confirmed
  std::size_t waiting = 0;    ///< packets that wait for its answer
};

class Table {
 public:
  /// `sink` must outlive the table. capacity > max_unresolved; no duration is zero.
  Table(const Config& config, Sink& sink);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Announces every address of ours that is on a link, so that nobody keeps the MAC of a gateway
  /// that this one replaces: our own now, those of pools by and by. At start, and when a link comes
  /// up.
  void announce(Time now);

  /// A router: asked for now and kept fresh for ever; its index never changes. The same index if it
  /// is pinned already; kNoHop if the table is full or the address cannot be a neighbour's.
  [[nodiscard]] HopIndex pin(Side side, Ipv4 address, Time now);

  /// A packet needs its next hop. It comes back exactly once, by packet_ready or packet_dropped: in
  /// this call or, where it has to wait, in a later one.
  void resolve(Side side, Ipv4 address, PacketId packet, Time now);

  /// An ARP message that came in on `side`: answered where it asks for an address of ours, learned
  /// from where it is about a neighbour we have.
  Concern on_arp(Side side, const wire::ArpView& arp, Time now);

  /// Does what is due: retries, refreshes, ages.
  void tick(Time now);
  /// When tick() has something to do next; nothing: never.
  [[nodiscard]] std::optional<Time> next_deadline() const noexcept;

  /// No worker uses a removed hop (Sink::hop_removed) any longer: its index may be given out again.
  void recycle(HopIndex index);

  [[nodiscard]] std::optional<Row> find(Side side, Ipv4 address) const;
  [[nodiscard]] std::vector<Row> rows() const;
  [[nodiscard]] std::size_t held() const noexcept { return hold_.size(); }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  enum class Use : std::uint8_t { Free, Retired, InUse };
  struct Entry {
    NextHop hop;
    State state = State::Incomplete;
    Use use = Use::Free;
    bool pinned = false;
    bool published = false;  ///< workers have been told of the index
    std::uint8_t tries = 0;  ///< requests sent since it was last heard
    Time heard;              ///< when its MAC was last confirmed
    Time demanded;           ///< when a packet was last for it
  };

  [[nodiscard]] Entry& at(HopIndex index) noexcept { return entries_[index]; }
  [[nodiscard]] Row row_of(HopIndex index) const;
  [[nodiscard]] const Interface& self(Side side) const noexcept;
  [[nodiscard]] HopIndex look_up(Side side, Ipv4 address) const noexcept;
  [[nodiscard]] HopIndex create(Side side, Ipv4 address, Time now);
  [[nodiscard]] HopIndex create_on_demand(Side side, Ipv4 address, Time now);
  void make_room(Time now);
  void remove(HopIndex index);
  void evict(HopIndex index);

  void ask(HopIndex index, Time now);
  void advance(HopIndex index, Time now);
  void give_up(HopIndex index, Time now);
  void become_reachable(HopIndex index, const Mac& mac, Time now);
  bool learn(Side side, Ipv4 address, const Mac& mac, Time now);
  void hear(HopIndex index, const Mac& mac, Time now);
  void publish(HopIndex index);
  void announce_one(Side side, Ipv4 address);
  void defend(Side side, Ipv4 address, Time now);

  Config config_;
  Sink& sink_;
  std::vector<Entry> entries_;  // by HopIndex; 0 is never used
  std::vector<HopIndex> free_;
  std::size_t retired_ = 0;                            // removed, not yet recycled
  std::unordered_map<std::uint64_t, HopIndex> index_;  // by side and address
  Agenda deadlines_;                                   // of every entry in use
  Agenda unresolved_;  // on-demand neighbours without a MAC, by when they lost or never had it
  Agenda resolved_;    // on-demand neighbours with one, by when a packet was last for them
  Announcer announcer_;
  std::array<std::optional<Time>, kSides> defended_;
  Counters counters_;
  Hold hold_;
};

}  // namespace portico::neighbor
