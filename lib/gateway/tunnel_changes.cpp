// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/tunnel_changes.hpp"

#include "gateway/by_name.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace portico::gateway {
namespace {

using tunnel::Encapsulation;
using tunnel::Record;

/// Of one tunnel at once: those that are sent by, those before and those that follow.
constexpr std::size_t kMostSets = 3;

/// An SPI that packets come by.
struct Taken {
  std::uint32_t spi;
  const tunnel::SaSet* set;
};

class Objections {
 public:
  Objections(const TunnelFiles& files, const Tunnels& running, std::span<const Prefix> pools)
      : files_(files),
        running_(running),
        pools_(pools),
        records_(files.records),
        keys_(files.keys),
        taken_(taken_spis()) {}

  [[nodiscard]] std::vector<Error> find() && {
    for (const auto& record : files_.records) {
      const auto* entry = running_.find(record.name);
      if (entry != nullptr) check_change(entry->record, record);
      check_blocks(record.name, entry == nullptr ? nullptr : &entry->record, &record);
      if (record.encapsulation == Encapsulation::Esp &&
          (entry == nullptr || entry->record.key != record.key))
        check_new_keys(record, entry);
    }
    for (const auto& entry : running_.entries())
      if (records_.find(entry->record.name) == nullptr)
        check_blocks(entry->record.name, &entry->record, nullptr);
    for (const auto& entry : running_.entries())
      for (const auto& set : entry->sets) check_octets(entry->record.name, *set);
    check_room();
    return std::move(found_);
  }

 private:
  void object(std::string_view tunnel, std::string what) {
    found_.push_back({std::move(what), "tunnel " + std::string{tunnel}});
  }

  /// Those of tunnels that stay, in order.
  [[nodiscard]] std::vector<Taken> taken_spis() const {
    std::vector<Taken> taken;
    for (const auto& entry : running_.entries())
      if (records_.find(entry->record.name) != nullptr)
        for (const auto& set : entry->sets)
          for (const auto& sa : set->receivers()) taken.push_back({sa->spi, set.get()});
    std::ranges::sort(taken, {}, &Taken::spi);
    return taken;
  }

  void check_change(const Record& was, const Record& now) {
    if (was.gateway != now.gateway || was.concentrator != now.concentrator ||
        was.encapsulation != now.encapsulation)
      return object(now.name, "its ends and its encapsulation stay: other ones need another name");
    const bool is_another_sa = was.algorithm != now.algorithm || was.esn != now.esn ||
                               was.sas != now.sas || was.spi_out != now.spi_out ||
                               was.spi_in != now.spi_in;
    if (is_another_sa && was.key == now.key)
      object(now.name, "its algorithm, ESN, SAs and SPIs change together with its keys only");
  }

  void check_new_keys(const Record& record, const Tunnels::Entry* entry) {
    if (running_.was_used(record.key))
      object(record.name, "keys " + record.key + " were used before: they may not come back");
    if (running_.loaded().retired_keys.contains(record.key))
      object(record.name, "keys " + record.key + " are retired");
    if (entry != nullptr && entry->sets.size() >= kMostSets)
      object(record.name, "its keys before these are still taken: try again later");
    const bool is_gateway = running_.settings().end == tunnel::End::Gateway;
    check_spis(record, is_gateway ? record.spi_in : record.spi_out);
  }

  /// Until a restart the old ones would go on, and what is sealed by others is not understood.
  void check_octets(const std::string& tunnel, const tunnel::SaSet& set) {
    const auto* keys = keys_.find(set.key());
    if (keys != nullptr && !running_.has_octets(set, *keys))
      object(tunnel, "keys " + keys->name + " are in use with other octets than the file's: " +
                         "other keys need another name");
  }

  /// Packets under the old keys come for a while yet, and an SPI tells which keys a packet has.
  void check_spis(const Record& record, std::uint32_t first) {
    const auto next = std::ranges::lower_bound(taken_, first, {}, &Taken::spi);
    if (next != taken_.end() && next->spi - first < record.sas)
      object(record.name, "new keys need new SPIs: " + std::to_string(next->spi) +
                              " is taken under keys " + next->set->key());
  }

  /// Null: there was no such tunnel, or there will be none.
  void check_blocks(std::string_view name, const Record* was, const Record* now) {
    if (blocks_in_pools(was) != blocks_in_pools(now))
      object(name, "its blocks in the pools of phones change at a restart only");
  }
  [[nodiscard]] std::vector<PortBlock> blocks_in_pools(const Record* record) const {
    std::vector<PortBlock> blocks;
    if (record == nullptr) return blocks;
    for (const auto& block : record->blocks)
      if (std::ranges::any_of(pools_, [&](Prefix pool) { return pool.contains(block.address); }))
        blocks.push_back(block);
    std::ranges::sort(blocks);
    return blocks;
  }

  void check_room() {
    std::size_t wanted = 0;
    for (const auto& record : files_.records) {
      const auto* entry = running_.find(record.name);
      if (entry != nullptr)
        for (const auto& set : entry->sets) wanted += set->receivers().size();
      if (record.encapsulation == Encapsulation::Esp &&
          (entry == nullptr || entry->record.key != record.key))
        wanted += record.sas;
    }
    if (wanted > running_.settings().sas)
      found_.push_back({"too many SAs at once, with those of old keys: " + std::to_string(wanted) +
                            " of at most " + std::to_string(running_.settings().sas),
                        "/tunnel/capacity"});
  }

  const TunnelFiles& files_;
  const Tunnels& running_;
  const std::span<const Prefix> pools_;
  const ByName<Record> records_;
  const ByName<tunnel::KeySet> keys_;
  const std::vector<Taken> taken_;
  std::vector<Error> found_;
};

}  // namespace

std::vector<Error> objections_to(const TunnelFiles& files, const Tunnels& running,
                                 std::span<const Prefix> pools) {
  return Objections{files, running, pools}.find();
}

}  // namespace portico::gateway
