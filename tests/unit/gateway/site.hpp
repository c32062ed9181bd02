// SPDX-License-Identifier: BSD-3-Clause
// Phones that live in all ways at once on a disk that counts its operations, and what they were
// promised: each ACK, and that nobody gets too early what they gave up.
#pragma once

#include "support/gateway_bed.hpp"
#include "support/power_cut_vfs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace portico::support {

inline constexpr std::size_t kNotYet = std::numeric_limits<std::size_t>::max();

/// So few ranges that what one phone leaves goes to another.
inline std::string crowded_config() {
  return with(std::string{kBedConfig}, R"("ports": 2048)", R"("ports": 8192)");
}

/// By the size of its range.
inline std::string vendor_class_of(const Answer& ack) {
  const auto size = ack.settings.range.value().size;
  return size == 8192 ? "ACME-T46" : size == 1024 ? "SOFT" : "BRANCH";
}

/// What an ACK told a phone: its own for as long as it may rely on it, and then for the time of the
/// quarantine nobody else's.
struct Promise {
  static constexpr std::int64_t kQuarantine_s = 120;  // the bed's

  Phone phone;
  Answer ack;
  WallTime until;              ///< as phones count that begin at the ACK
  std::size_t made = 0;        ///< operations of the disk when the ACK was sent
  WallTime made_at = {};       ///< when it was heard
  std::size_t over = kNotYet;  ///< when the phone gave it up, or it ran out
  WallTime over_at = {};

  [[nodiscard]] bool holds_at(std::size_t operations) const {
    return made <= operations && operations <= over;
  }
  [[nodiscard]] bool rests_at(std::size_t operations, WallTime wall) const {
    return over < operations && wall.s < over_at.s + kQuarantine_s;
  }
  /// Is any of what it promised in these hands?
  [[nodiscard]] bool overlaps(Ipv4 address, Ipv4 direct, Ipv4 tunnel, PortRange range) const {
    const auto shares = [](std::optional<Ipv4> mine, Ipv4 theirs) {
      return mine && !mine->is_zero() && *mine == theirs;
    };
    return address == ack.address || (range.overlaps(ack.settings.range.value()) &&
                                      (shares(ack.settings.public_address, direct) ||
                                       shares(ack.settings.tunnel_address, tunnel)));
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
  static constexpr int kSteps = 2000;
  static constexpr int kCommitsACheckpoint = 7;
  static constexpr int kCommitsAnEmptyLog = 35;

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
    if (commits_ % kCommitsAnEmptyLog == 0) REQUIRE(store_.empty_log().value());
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
                         .made = ack.stamp,
                         .made_at = bed_.now.wall});
    // It may have become another's since it asked.
    promises_.back().phone.vendor_class = vendor_class_of(ack);
  }
  void give_up(Caller& caller) {
    if (!caller.promise) return;
    auto& promise = promises_[*caller.promise];
    promise.over = disk_.operations();
    promise.over_at = std::min(bed_.now.wall, promise.until);
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

}  // namespace portico::support
