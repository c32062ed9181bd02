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

#include <algorithm>
#include <limits>
#include <random>
#include <set>

namespace portico {
namespace {

using namespace support;
using sqlite::Sync;

constexpr int kSteps = 2000;
constexpr int kCommitsACheckpoint = 7;
constexpr std::size_t kNotYet = std::numeric_limits<std::size_t>::max();

/// So few ranges that what one phone leaves goes to another.
std::string crowded_config() {
  return with(std::string{kBedConfig}, R"("ports": 2048)", R"("ports": 8192)");
}

/// By the size of its range.
std::string vendor_class_of(const Answer& ack) {
  const auto size = ack.settings.range.value().size;
  return size == 8192 ? "ACME-T46" : size == 1024 ? "SOFT" : "BRANCH";
}

/// What an ACK told a phone, for as long as the phone may rely on it.
struct Promise {
  Phone phone;
  Answer ack;
  WallTime until;              ///< as phones count that begin at the ACK
  std::size_t made = 0;        ///< operations of the disk when the ACK was sent
  std::size_t over = kNotYet;  ///< when the phone gave it up, or it ran out

  [[nodiscard]] bool holds_at(std::size_t operations) const {
    return made <= operations && operations <= over;
  }
  [[nodiscard]] bool is_kept_by(const lease::Lease& lease) const {
    return lease.mac == phone.mac && lease.state == lease::State::Bound &&
           lease.private_address == ack.address &&
           lease.public_address == ack.settings.public_address.value_or(Ipv4{}) &&
           lease.tunnel_address == ack.settings.tunnel_address.value_or(Ipv4{}) &&
           lease.range == ack.settings.range && lease.until >= until;
  }
  [[nodiscard]] bool is_kept_by(const Answer& again) const {
    return again.type == Type::Ack && again.phone == phone.mac && again.address == ack.address &&
           again.settings.public_address == ack.settings.public_address &&
           again.settings.tunnel_address == ack.settings.tunnel_address &&
           again.settings.range == ack.settings.range && again.lease_s == ack.lease_s;
  }
};

/// Phones that ask, renew, reboot, give up and go away, all at once, while the store writes groups
/// of their leases and workers take their time.
class Site {
 public:
  Site(const PowerCutDisk& disk, lease::LeaseStore& store, std::uint32_t seed)
      : disk_(disk), store_(store), bed_(store, config_), random_(seed) {
    for (std::uint8_t i = 0; i < 14; ++i) {
      Phone phone{.mac = {{0, 0x1b, 0x2c, 0, 7, i}}};
      if (i % 4 == 1) phone.vendor_class = "SOFT";
      if (i % 4 == 3) phone.identifier = "\1line-" + std::to_string(i);
      if (i % 7 == 6) {
        phone.vendor_class = "BRANCH";
        phone.giaddr = "10.30.0.1"_ip;
      }
      callers_.push_back({phone, {}, {}});
    }
    bed_.world.stamp = [this] { return disk_.operations(); };
    note_time();
  }

  void live() {
    for (int i = 0; i < kSteps; ++i) {
      step(callers_[random_() % callers_.size()]);
      hear();
      note_time();
    }
  }

  [[nodiscard]] const std::vector<Promise>& promises() const noexcept { return promises_; }
  /// When the disk carried out that operation.
  [[nodiscard]] Now time_of(std::size_t operation) const { return times_[operation]; }

 private:
  struct Caller {
    Phone phone;
    Ipv4 address;                        ///< offered or held last
    std::optional<std::size_t> promise;  ///< the one it relies on
  };

  void step(Caller& caller) {
    switch (random_() % 16) {
      case 0:
      case 1:
      case 2:
        return ask(caller);
      case 3:
        return select(caller, caller.address);
      case 4:
      case 5:
        return bed_.renew(caller.phone, caller.address);
      case 6:
        return bed_.reboot(caller.phone, caller.address);
      case 7:
        give_up(caller);
        return bed_.release(caller.phone, caller.address);
      case 8:
        return misbehave(caller);
      case 9:
        return pass(random_() % 24 == 0 ? 200s : std::chrono::seconds{random_() % 4});
      case 10:
      case 11:
        return write();
      case 12:
      case 13:
        return bed_.workers[random_() % 2]->serve();
      default:
        return bed_.turn();
    }
  }
  void ask(Caller& caller) {
    hear();
    const auto offer = bed_.discover(caller.phone);
    if (offer && random_() % 4 != 0) select(caller, offer->address);
  }
  void select(Caller& caller, Ipv4 address) {
    if (address != caller.address) give_up(caller);
    caller.address = address;
    bed_.select(caller.phone, address);
  }
  void misbehave(Caller& caller) {
    if (random_() % 4 == 0) {
      give_up(caller);
      bed_.decline(caller.phone, caller.address);
    } else if (caller.phone.giaddr.is_zero()) {
      caller.phone.vendor_class = random_() % 2 == 0 ? "SOFT" : "ACME-T46";
    }
  }
  void pass(Duration time) {
    bed_.pass(time);
    for (auto& caller : callers_)
      if (caller.promise && promises_[*caller.promise].until <= bed_.now.wall) give_up(caller);
  }
  void write() {
    if (bed_.world.queue.empty()) return;
    bed_.write();
    if (++commits_ % kCommitsACheckpoint == 0) REQUIRE(store_.checkpoint());
  }

  /// What the gateway put on the wire since.
  void hear() {
    for (const auto& answer : bed_.answers()) {
      auto& caller = *std::find_if(callers_.begin(), callers_.end(),
                                   [&](const Caller& c) { return c.phone.mac == answer.phone; });
      if (answer.type == Type::Offer) continue;
      give_up(caller);
      if (answer.type == Type::Ack) rely_on(caller, answer);
    }
  }
  void rely_on(Caller& caller, const Answer& ack) {
    caller.address = ack.address;
    caller.promise = promises_.size();
    promises_.push_back({.phone = caller.phone,
                         .ack = ack,
                         .until = {bed_.now.wall.s + ack.lease_s},
                         .made = ack.stamp});
    // It may have become another's since it asked.
    promises_.back().phone.vendor_class = vendor_class_of(ack);
  }
  void give_up(Caller& caller) {
    if (caller.promise) promises_[*caller.promise].over = disk_.operations();
    caller.promise.reset();
  }
  void note_time() { times_.resize(disk_.operations() + 1, bed_.now); }

  const PowerCutDisk& disk_;
  lease::LeaseStore& store_;
  std::string config_ = crowded_config();
  GatewayBed bed_;
  std::mt19937 random_;
  std::vector<Caller> callers_;
  std::vector<Promise> promises_;
  std::vector<Now> times_;
  int commits_ = 0;
};

/// Nothing, or what is wrong with the rows that survived.
std::string fault_of(const std::vector<lease::Lease>& rows,
                     const std::vector<const Promise*>& promises) {
  PortHolders holders;
  std::set<Ipv4> addresses;
  for (const auto& row : rows)
    if (!holders.hold(row) || !addresses.insert(row.private_address).second)
      return "held twice: " + to_string(row.private_address);
  for (const auto* promise : promises)
    if (std::none_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return promise->is_kept_by(row); }))
      return "acknowledged and lost: " + to_string(promise->ack.address);
  return {};
}

/// Nothing, or what is wrong with a gateway started from what survived.
std::string fault_of(GatewayBed& bed, const std::vector<const Promise*>& promises) {
  PortHolders holders;
  std::string fault;
  bed.core->leases().table().for_each([&](const gateway::Entry& entry) {
    if (!holders.hold(entry.lease)) fault = "held twice after the start";
  });
  for (std::size_t i = 0; i < promises.size(); ++i)
    if (i % 2 == 0)
      bed.renew(promises[i]->phone, promises[i]->ack.address);
    else
      bed.reboot(promises[i]->phone, promises[i]->ack.address);
  bed.settle();
  const auto answers = bed.answers();
  for (const auto* promise : promises)
    if (std::none_of(answers.begin(), answers.end(),
                     [&](const auto& answer) { return promise->is_kept_by(answer); }))
      fault = "not acknowledged again: " + to_string(promise->ack.address);
  return fault;
}

std::string fault_after(const DiskImage& image, const std::string& file, const Now& now,
                        const std::vector<const Promise*>& promises) {
  const PowerCutDisk disk{"after-the-cut", image};
  auto store = sqlite::LeaseStore::open({.file = file, .vfs = disk.vfs()}).value();
  const auto loaded = store->load();
  if (!loaded) return to_string(loaded.error());
  if (loaded->salvaged_from) return "damaged";
  if (auto fault = fault_of(loaded->leases, promises); !fault.empty()) return fault;
  GatewayBed bed(*store, crowded_config(), now);
  return fault_of(bed, promises);
}

struct Tally {
  std::size_t cuts = 0;
  std::size_t acks = 0;
  std::size_t relied_on = 0;  ///< promises that had to be kept, over all cuts
  std::vector<std::string> faults;
};

Tally cut_everywhere(Sync sync) {
  const TemporaryFolder folder;
  const std::string file = folder.file("leases.db");
  const PowerCutDisk disk{"before-the-cut"};
  auto store = sqlite::LeaseStore::open({.file = file, .vfs = disk.vfs(), .sync = sync}).value();
  REQUIRE(store->load());
  const std::size_t first = disk.operations();
  Site site(disk, *store, 1);
  site.live();
  const std::size_t end = disk.operations();
  store.reset();  // its lock is the next one's
  Tally tally;
  tally.cuts = power_cuts_wanted(end - first);
  tally.acks = site.promises().size();
  std::mt19937 random(5);
  for (std::size_t i = 0; i < tally.cuts; ++i) {
    const std::size_t cut = first + 1 + i % (end - first);
    std::vector<const Promise*> promises;
    for (const auto& promise : site.promises())
      if (promise.holds_at(cut)) promises.push_back(&promise);
    tally.relied_on += promises.size();
    const auto fault = fault_after(disk.after_cut(cut, random), file, site.time_of(cut), promises);
    if (!fault.empty()) tally.faults.push_back("cut " + std::to_string(cut) + ": " + fault);
  }
  return tally;
}

TEST_CASE("what an ACK on the wire promised survives a power cut at any operation of the disk",
          "[gateway][sqlite][P7][D-9][N2]") {
  const auto tally = cut_everywhere(Sync::Full);
  CHECK(tally.faults == std::vector<std::string>{});
  CHECK(tally.cuts >= 500);
  CHECK(tally.acks >= 100);
  CHECK(tally.relied_on >= 2 * tally.cuts);
  WARN(tally.cuts << " power cuts, " << tally.acks << " ACKs, " << tally.relied_on
                  << " promises kept");
}

TEST_CASE("the cuts under the gateway are real: without syncs they break promises",
          "[gateway][sqlite][D-9]") {
  const auto tally = cut_everywhere(Sync::Off);
  CHECK(tally.faults.size() > tally.cuts / 10);
}

}  // namespace
}  // namespace portico
