// SPDX-License-Identifier: BSD-3-Clause
// Control's tunnels, of either role: which SAs there are, which are sent by, what is reserved for
// them, and how one key set follows another without a lost packet (make before break).
#pragma once

#include "base/time.hpp"
#include "base/tunnel_index.hpp"
#include "gateway/by_name.hpp"
#include "gateway/publisher.hpp"
#include "gateway/rounds.hpp"
#include "tunnel/path.hpp"
#include "tunnel/record.hpp"
#include "tunnel/sa_set.hpp"
#include "tunnel/store.hpp"
#include "tunnel/tunnels.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace portico::gateway {

/// From one look at all tunnels to the next: often enough that a reservation of 2^24 numbers never
/// runs out.
inline constexpr Duration kTunnelLook = 100ms;

/// What the tunnels need of the world besides orders.
class TunnelWorld {
 public:
  virtual ~TunnelWorld() = default;
  [[nodiscard]] virtual Result<tunnel::KeyPtr> make_key(tunnel::Algorithm algorithm,
                                                        Bytes octets) = 0;
  /// To be stored; it comes back by Tunnels::stored when it is durable.
  virtual void keep(const tunnel::SaState& state) = 0;
};

struct TunnelSettings {
  tunnel::End end = tunnel::End::Gateway;
  Ipv4 own;  ///< our outer address
  std::uint16_t workers = 1;
  std::uint16_t link_mtu = 1500;  ///< of the side that the tunnels leave by
  std::uint32_t window = 1024;    ///< of replay
  TunnelIndex capacity = 64;      ///< tunnels at once
  std::size_t sas = 1024;         ///< inbound ones that the workers' tables hold
  tunnel::Dressing dressing{};
  tunnel::Allowance hard{};     ///< lifetime of an SA, which stops it
  tunnel::Allowance soft{};     ///< the same, told of
  Duration switch_after = 10s;  ///< from new keys to sending by them, at the gateway's end
  Duration linger = 60s;        ///< from then on, how long packets under the old ones are taken
};

/// Both ends' view of one tunnel.
struct TunnelFiles {
  std::vector<tunnel::Record> records;  ///< of this end
  std::vector<tunnel::KeySet> keys;
};

/// What a path refers to, beside it.
struct PathAndRemote {
  std::vector<AddressBlock> remote;
  tunnel::Path path;
};

/// What a tunnel learned of its far end while it runs; the next start begins without.
struct Learned {
  std::optional<std::uint16_t> mtu;       ///< of the path, less than the record's
  Time mtu_until{};                       ///< then it is forgotten
  std::optional<wire::Endpoint> far_end;  ///< in UDP: where it was heard from
};

class Tunnels {
 public:
  /// One tunnel, for who asks.
  struct Entry {
    TunnelIndex index = kNoTunnel;
    tunnel::Record record;
    std::unique_ptr<const PathAndRemote> path;
    /// Packets under any of them are taken; the last is the newest.
    std::vector<std::unique_ptr<tunnel::SaSet>> sets;
    tunnel::SaSet* sending = nullptr;  ///< one of them; none: it is down
    /// Of what is sent by, at the last look; if nothing is, why that ended.
    tunnel::Wear wear;
    std::optional<Time> switch_at;  ///< when the newest is sent by
    std::optional<Time> until;      ///< when those that are not sent by are let go
    std::optional<Error> problem;   ///< why it is down
    Learned learned;
  };

  Tunnels(const TunnelSettings& settings, Publisher& publisher, TunnelWorld& world);

  /// What the store held, before the first take().
  void restore(tunnel::LoadedSas loaded);
  /// The files as they are now: new tunnels come up, new keys follow old ones, what is no more is
  /// let go. Tunnels keep their index while their name is there; new ones follow in order.
  void take(const TunnelFiles& files, Now now);
  /// Sends by the newest keys at once. False: there are none newer, or no such tunnel.
  bool switch_now(const std::string& name, Now now);

  /// From now on packets are dressed by the record and by what was learned.
  void set_path(Entry& entry, Now now);
  /// What its outer packets may have, as far as it is known.
  [[nodiscard]] std::uint16_t path_mtu(const Entry& entry) const noexcept;

  /// Keys by this name have been sent by since the start. What they sent is not among loaded()'s
  /// states, so they may not come back: their numbers would begin anew.
  [[nodiscard]] bool was_used(const std::string& keys) const { return used_keys_.contains(keys); }

  /// Of a set that runs, and keys by its name.
  [[nodiscard]] bool has_octets(const tunnel::SaSet& set, const tunnel::KeySet& keys) const;

  /// A state is on the disk.
  void stored(const tunnel::SaName& name, std::uint64_t number, Now now);
  void turn(Now now);
  [[nodiscard]] std::optional<Time> next_deadline() const noexcept {
    return round_ ? std::optional{round_->next()} : std::nullopt;
  }
  /// Windows and octets that moved; for the last time when the workers stand.
  void keep_moved();

  [[nodiscard]] const std::vector<std::unique_ptr<Entry>>& entries() const noexcept {
    return entries_;
  }
  /// Null: there is no such tunnel.
  [[nodiscard]] const Entry* find(const std::string& name) const;
  [[nodiscard]] const tunnel::LoadedSas& loaded() const noexcept { return loaded_; }
  [[nodiscard]] const TunnelSettings& settings() const noexcept { return settings_; }

 private:
  using Keys = ByName<tunnel::KeySet>;
  void open(const tunnel::Record& record, const Keys& keys, Now now);
  void renew(Entry& entry, const tunnel::Record& record, const Keys& keys, Now now);
  void close(std::unique_ptr<Entry> entry, Now now);
  [[nodiscard]] tunnel::MakeKey key_maker() const;
  [[nodiscard]] tunnel::SaSet* add_set(Entry& entry, const Keys& keys, Now now);
  void send_by(Entry& entry, tunnel::SaSet& set, Now now);
  void let_go(std::unique_ptr<tunnel::SaSet> set, Now now);
  void look_at(Entry& entry, Now now);
  void keep_moved(tunnel::SaSet& set);
  // tunnel_life.cpp
  [[nodiscard]] tunnel::Wear wear_of(const Entry& entry, Now now) const;
  void end_what_is_over(Entry& entry, Now now);
  using Blocks = std::span<const PortBlock>;
  void add_blocks(const Entry& entry, Blocks had, Now now);
  void remove_blocks(const Entry& entry, Blocks kept, Now now);

  /// What workers may still use, until an order is applied.
  struct Retired {
    std::uint64_t order;
    std::unique_ptr<tunnel::SaSet> set;
    std::unique_ptr<const PathAndRemote> path;
  };

  TunnelSettings settings_;
  Publisher& publisher_;
  TunnelWorld& world_;
  tunnel::LoadedSas loaded_;
  std::vector<std::unique_ptr<Entry>> entries_;           // as they came
  std::unordered_map<std::string, Entry*> by_name_;       // the same
  std::unordered_map<std::string, tunnel::SaSet*> sets_;  // of all entries, by their keys
  /// The one that has been free for longest comes first: what one worker has handed over to another
  /// carries its tunnel's index, and must not arrive as a packet for the tunnel that has it next.
  std::deque<TunnelIndex> free_indexes_;
  std::unordered_set<std::string> used_keys_;
  std::deque<Retired> retired_;
  std::optional<Rounds> round_;  // of looks; none before the first take()
  unsigned looks_ = 0;           // rounds that are over
};

}  // namespace portico::gateway
