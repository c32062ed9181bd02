// SPDX-License-Identifier: BSD-3-Clause
// "Acknowledged means on disk", as one chain: frames from phones, the gateway, SQLite, and a disk
// whose power is cut at every write, sync, truncation and deletion. What survives holds every lease
// that an ACK on the wire had promised by then, and a gateway started from it keeps the promise.
#include "drivers/sqlite/lease_store.hpp"
#include "support/gateway_bed.hpp"
#include "support/port_holders.hpp"
#include "support/power_cut_vfs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include "site.hpp"
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace portico {
namespace {

using namespace support;
using sqlite::Sync;

/// What was promised by the moment of a cut.
struct Promised {
  std::vector<const Promise*> held;     ///< relied on
  std::vector<const Promise*> resting;  ///< given up, and nobody else's yet
};

Promised promised_at(const Site& site, std::size_t cut) {
  Promised promised;
  for (const auto& promise : site.promises()) {
    if (promise.holds_at(cut)) promised.held.push_back(&promise);
    if (promise.rests_at(cut, site.time_of(cut).wall)) promised.resting.push_back(&promise);
  }
  return promised;
}

/// Nothing, or what is wrong with the rows that survived.
std::string fault_of(const std::vector<lease::Lease>& rows, const Promised& promised) {
  PortHolders holders;
  std::set<Ipv4> addresses;
  for (const auto& row : rows)
    if (!holders.hold(row) || !addresses.insert(row.private_address).second)
      return "held twice: " + to_string(row.private_address);
  for (const auto* promise : promised.held)
    if (std::none_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return promise->is_kept_by(row); }))
      return "acknowledged and lost: " + to_string(promise->ack.address);
  for (const auto* promise : promised.resting)
    for (const auto& row : rows)
      if (row.mac != promise->phone.mac && row.state == lease::State::Bound &&
          promise->overlaps(row.private_address, row.public_address, row.tunnel_address, row.range))
        return "another's in its quarantine: " + to_string(promise->ack.address);
  return {};
}

/// Nothing, or whom the history does not name.
std::string fault_of(sqlite::LeaseStore& store, WallTime wall, const Promised& promised) {
  const auto is_named = [&](const Promise& promise, WallTime at) {
    const auto& told = promise.ack.settings;
    const auto records =
        store.history({told.public_address.value_or(told.tunnel_address.value_or(Ipv4{})),
                       told.range->last(), at});
    return records && !records->empty() && records->front().lease.mac == promise.phone.mac &&
           records->front().lease.private_address == promise.ack.address;
  };
  for (const auto* promise : promised.held)
    if (!is_named(*promise, wall)) return "held, not in the history";
  for (const auto* promise : promised.resting)  // what ended within its second was held at none
    if (promise->made_at < promise->over_at && !is_named(*promise, promise->made_at))
      return "was held, not in the history";
  return {};
}

/// More strangers than there is room for: does any get what still rests?
std::string fault_of_strangers(GatewayBed& bed, const Promised& promised) {
  for (std::uint8_t i = 0; i < 18; ++i) {
    Phone stranger{.mac = {{0, 0x1b, 0x2c, 0, 8, i}}};
    if (i % 3 == 1) stranger.vendor_class = "SOFT";
    if (i % 3 == 2) {
      stranger.vendor_class = "BRANCH";
      stranger.giaddr = "10.30.0.1"_ip;
    }
    const auto offer = bed.discover(stranger);
    if (!offer) continue;
    const auto& told = offer->settings;
    for (const auto* promise : promised.resting)
      if (promise->overlaps(offer->address, told.public_address.value_or(Ipv4{}),
                            told.tunnel_address.value_or(Ipv4{}), told.range.value()))
        return "offered in its quarantine: " + to_string(promise->ack.address);
  }
  return {};
}

/// Nothing, or what is wrong with a gateway started from what survived.
std::string fault_of(GatewayBed& bed, const Promised& promised) {
  PortHolders holders;
  std::string fault;
  bed.core->leases().table().for_each([&](const gateway::Entry& entry) {
    if (!holders.hold(entry.lease)) fault = "held twice after the start";
  });
  for (std::size_t i = 0; i < promised.held.size(); ++i)
    if (i % 2 == 0)
      bed.renew(promised.held[i]->phone, promised.held[i]->ack.address);
    else
      bed.reboot(promised.held[i]->phone, promised.held[i]->ack.address);
  bed.settle();
  const auto answers = bed.answers();
  for (const auto* promise : promised.held)
    if (std::none_of(answers.begin(), answers.end(),
                     [&](const auto& answer) { return promise->is_kept_by(answer); }))
      fault = "not acknowledged again: " + to_string(promise->ack.address);
  return fault.empty() ? fault_of_strangers(bed, promised) : fault;
}

std::string fault_after(const DiskImage& image, const std::string& file, const Now& now,
                        const Promised& promised) {
  const PowerCutDisk disk{"after-the-cut", image};
  auto store = sqlite::LeaseStore::open({.file = file, .vfs = disk.vfs()}).value();
  const auto loaded = store->load();
  if (!loaded) return to_string(loaded.error());
  if (loaded->salvaged_from) return "damaged";
  if (auto fault = fault_of(loaded->leases, promised); !fault.empty()) return fault;
  if (auto fault = fault_of(*store, now.wall, promised); !fault.empty()) return fault;
  GatewayBed bed(*store, crowded_config(), now);
  return fault_of(bed, promised);
}

struct Tally {
  std::size_t cuts = 0;
  std::size_t acks = 0;
  std::size_t held = 0;     ///< promises that were relied on, over all cuts
  std::size_t resting = 0;  ///< those that nobody else was to get, likewise
  std::vector<std::string> faults;
};

/// One life of the phones, with a cut at each operation of the disk.
void cut_everywhere(Sync sync, std::uint32_t seed, Tally& tally) {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  const PowerCutDisk disk{"before-the-cut"};
  auto store = sqlite::LeaseStore::open({.file = file, .vfs = disk.vfs(), .sync = sync}).value();
  REQUIRE(store->load());
  const std::size_t first = disk.operations();
  Site site(disk, *store, seed);
  site.live();
  const std::size_t end = disk.operations();
  store.reset();  // its lock is the next one's
  tally.acks += site.promises().size();
  std::mt19937 random(seed);
  for (std::size_t cut = first + 1; cut <= end; ++cut, ++tally.cuts) {
    const auto promised = promised_at(site, cut);
    tally.held += promised.held.size();
    tally.resting += promised.resting.size();
    const auto fault = fault_after(disk.after_cut(cut, random), file, site.time_of(cut), promised);
    if (!fault.empty())
      tally.faults.push_back("life " + std::to_string(seed) + ", cut " + std::to_string(cut) +
                             ": " + fault);
  }
}

TEST_CASE("what an ACK on the wire promised survives a power cut at any operation of the disk",
          "[gateway][sqlite][P7][D-9][N2][C-8][C-14]") {
  Tally tally;
  for (std::uint32_t seed = 1; seed == 1 || tally.cuts < power_cuts_wanted(); ++seed)
    cut_everywhere(Sync::Full, seed, tally);
  CHECK(tally.faults == std::vector<std::string>{});
  CHECK(tally.cuts >= 500);
  CHECK(tally.acks >= 100);
  CHECK(tally.held >= 2 * tally.cuts);
  CHECK(tally.resting >= tally.cuts);
  WARN(tally.cuts << " power cuts, " << tally.acks << " ACKs, " << tally.held << " promises kept, "
                  << tally.resting << " quarantines honoured");
}

TEST_CASE("the cuts under the gateway are real: without syncs they break promises",
          "[gateway][sqlite][D-9]") {
  Tally tally;
  cut_everywhere(Sync::Off, 1, tally);
  CHECK(tally.faults.size() > tally.cuts / 10);
}

}  // namespace
}  // namespace portico
