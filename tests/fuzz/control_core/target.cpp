// SPDX-License-Identifier: BSD-3-Clause
// The control core in a world that does what the input says: phones that speak in and out of turn,
// a store that hangs, fails and writes in groups, workers that lag, operators, time, and crashes.
//
// Input: one octet that chooses the configuration, then steps of three octets each:
// what happens (enum What, modulo their number), to whom (a caller, a worker), and how.
#include "base/expects.hpp"

#include "fuzz/control_core/callers.hpp"
#include "fuzz/control_core/config.hpp"
#include "fuzz/control_core/invariants.hpp"
#include "fuzz/control_core/promises.hpp"
#include <array>
#include <map>
#include <memory>
#include <string>

namespace portico::fuzz {
namespace {

using namespace support;

enum class What : std::uint8_t {
  Ask,       // DISCOVER, and REQUEST what is offered
  Discover,  // how: the address it wishes
  Select,    // how: 0 its own address, else another
  Renew,
  Rebind,
  Reboot,
  Release,
  Decline,
  Inform,
  Babble,     // any message type with any of the addresses: bits of how
  Change,     // of class, identifier, relay, device: bits of how
  Pass,       // time; how: which
  Turn,       // of the core
  Commit,     // how: so many rows
  Tell,       // the core what was written
  Write,      // all that waits, and tell
  Serve,      // a worker; how: so many orders
  Break,      // the store; how: it fails, or has no more room in its queue
  Mend,       // the store
  Policy,     // how: of which MACs, and when it counts
  Revoke,     // a caller's MAC
  Settle,     // everything comes to rest
  Crash,      // what is not on disk is gone; how: leases may be lost with it
  AcceptLoss  // the operator gives them up
};
constexpr std::size_t kWhats = static_cast<std::size_t>(What::AcceptLoss) + 1;

constexpr std::size_t kMostSteps = 400;
constexpr BedLimits kLimits{.pending = 4, .offers = 6};
const Ipv4 kFirstAddress = "10.20.0.16"_ip;
const Ipv4 kOtherServer = "10.20.0.9"_ip;

constexpr std::array<Duration, 16> kTimes{250ms, 1s,   2s,   5s,   10s,  11s,   60s,   61s,
                                          119s,  120s, 121s, 300s, 600s, 3600s, 3601s, 86400s};

class Site {
 public:
  explicit Site(const gateway::Plan& plan) : plan_(plan), callers_(callers()) { start(kBedStart); }

  void step(What what, std::uint8_t who, std::uint8_t how) {
    auto& caller = callers_[who % callers_.size()];
    if (what <= What::Change)
      speak(what, caller, how);
    else if (what <= What::Mend)
      go_on(what, who, how);
    else
      intervene(what, caller, how);
    check();
  }

  /// Everybody leaves and enough time goes by: what is left is free, or remembered for its client.
  void finish() {
    mend();
    set_policy(0);
    (void)bed_->core->accept_loss(bed_->now);
    promises_.accept_loss();
    settle();
    for (const auto& caller : callers_) revoke(caller.phone.mac);
    settle();
    for (const auto rest : {kQuarantine, Duration{86400s}}) {
      pass(rest + 1s);
      settle();
      check();
    }
    nothing_is_left();
    room_is_whole();
  }

 private:
  // ---- phones

  void speak(What what, Caller& caller, std::uint8_t how) {
    const auto address = address_for(caller, how);
    switch (what) {
      case What::Ask:
        say(caller, Type::Discover);
        return say(
            caller, Type::Request,
            {{code::kServerIdentifier, kGatewayLan}, {code::kRequestedAddress, caller.address}});
      case What::Discover:
        return how == 0 ? say(caller, Type::Discover)
                        : say(caller, Type::Discover, {{code::kRequestedAddress, address}});
      case What::Select:
        return say(caller, Type::Request,
                   {{code::kServerIdentifier, kGatewayLan}, {code::kRequestedAddress, address}});
      case What::Renew:
      case What::Rebind:
        return say(caller, Type::Request, {}, address);
      case What::Reboot:
        return say(caller, Type::Request, {{code::kRequestedAddress, address}});
      case What::Release:
        return say(caller, Type::Release, {}, address);
      case What::Decline:
        return say(caller, Type::Decline,
                   {{code::kServerIdentifier, kGatewayLan}, {code::kRequestedAddress, address}});
      case What::Inform:
        return say(caller, Type::Inform, {}, address);
      case What::Babble:
        return babble(caller, how);
      default:
        return change(caller.phone, how);
    }
  }
  void babble(Caller& caller, std::uint8_t how) {
    Addresses addresses;
    if ((how & 8) != 0) addresses.emplace_back(code::kRequestedAddress, caller.address);
    if ((how & 16) != 0)
      addresses.emplace_back(code::kServerIdentifier, (how & 32) != 0 ? kOtherServer : kGatewayLan);
    say(caller, static_cast<Type>(1 + how % 8), std::move(addresses),
        (how & 64) != 0 ? caller.address : Ipv4{});
  }
  /// Its own, another caller's, or any.
  [[nodiscard]] Ipv4 address_for(const Caller& caller, std::uint8_t how) const {
    if (how == 0) return caller.address;
    if (how < 128) return callers_[how % callers_.size()].address;
    return {kFirstAddress.bits + how % 16};
  }

  void say(const Caller& caller, Type type, Addresses addresses = {}, Ipv4 ciaddr = {}) {
    const auto& phone = caller.phone;
    if (type == Type::Release || type == Type::Decline) note_end(phone, type, addresses, ciaddr);
    (void)bed_->say(phone, type, addresses, ciaddr);
    speakers_[bed_->last_xid()] = {phone, static_cast<std::size_t>(&caller - callers_.data())};
    hear();
  }
  /// Its own word, which the core may heed: from then on it does not count on the lease.
  void note_end(const Phone& phone, Type type, const Addresses& addresses, Ipv4 ciaddr) {
    if (!is_genuine(phone, ciaddr)) return;
    auto address = ciaddr;
    if (type == Type::Decline) {
      address = {};
      for (const auto& [option, value] : addresses)
        if (option == code::kRequestedAddress) address = value;
    }
    promises_.give_up(phone, address, bed_->now.time);
  }

  // ---- what the core says

  void hear() {
    for (const auto& answer : bed_->answers()) {
      const auto at = speakers_.find(answer.xid);
      expects(at != speakers_.end(), "an answer has a question");
      const auto& [phone, index] = at->second;
      expects(answer.phone == phone.mac, "the answer is the asker's");
      if (answer.type == Type::Nak) promises_.give_up(phone, bed_->now.time);
      if (answer.type == Type::Nak || answer.address.is_zero()) continue;
      claims_.check_answer(phone, answer);
      callers_[index].address = answer.address;
      if (answer.type == Type::Ack) hear_ack(phone, answer);
    }
  }
  void hear_ack(const Phone& phone, const Answer& ack) {
    const auto rows = disk_->leases();
    const auto row = std::ranges::find_if(rows, [&](const auto& known) {
      const lease::Lease& lease = known.second;
      return lease.state == lease::State::Bound && lease.mac == phone.mac &&
             lease.client == client_of(phone) && share_of(lease) == share_of(ack);
    });
    expects(row != rows.end(), "what is acknowledged is on disk");
    expects(row->second.lease_s == ack.lease_s, "for as long");
    expects(
        ack.lease_s == lease::kInfinite || row->second.until.s >= bed_->now.wall.s + ack.lease_s,
        "to the end that the phone believes in");
    for (const auto& worker : bed_->workers)
      expects(is_in(worker->bindings, phone, share_of(ack)), "and in every worker");
    promises_.make(phone, ack, bed_->now.time);
    claims_.make(phone, ack);
  }
  static bool is_in(const nappt::Bindings& bindings, const Phone& phone, const Share& share) {
    const auto held = bindings.at(bindings.slot_of(share.address));
    return held && held->mac == phone.mac &&
           Share{held->private_address, held->public_address, held->tunnel_address, held->range} ==
               share;
  }

  // ---- the world

  void go_on(What what, std::uint8_t who, std::uint8_t how) {
    switch (what) {
      case What::Pass:
        return pass(kTimes[how % kTimes.size()]);
      case What::Turn:
        return turn();
      case What::Commit:
        return commit(how);
      case What::Tell:
        return tell();
      case What::Write:
        commit(bed_->world.queue.size());
        return tell();
      case What::Serve:
        return bed_->workers[who % bed_->workers.size()]->serve(how);
      case What::Break:
        if (how % 2 == 0) disk_->break_with({"no", "disk"});
        if (how % 2 == 1) bed_->world.room = how / 2;
        return;
      default:
        return mend();
    }
  }
  void pass(Duration time) {
    bed_->pass(time);
    bed_->hear_branch_router();
  }
  void turn() {
    bed_->turn();
    hear();
  }
  void commit(std::size_t most) { bed_->core->set_store_health(bed_->commit(most)); }
  void tell() {
    bed_->tell();
    hear();
  }
  void mend() {
    disk_->mend();
    bed_->world.room = BedWorld{}.room;
    commit(0);
  }
  void settle() {
    for (int i = 0; i < 1000; ++i) {
      turn();
      if (bed_->is_at_rest()) return;
      commit(bed_->world.queue.size());
      tell();
      bed_->serve();
    }
    expects(false, "the gateway comes to rest");
  }

  // ---- operators, and what they cannot help

  void intervene(What what, const Caller& caller, std::uint8_t how) {
    switch (what) {
      case What::Policy:
        return set_policy(how);
      case What::Revoke:
        return revoke(caller.phone.mac);
      case What::Settle:
        mend();
        return settle();
      case What::Crash:
        return crash(how);
      default:
        if (bed_->core->accept_loss(bed_->now)) promises_.accept_loss();
    }
  }
  void revoke(const Mac& who) {
    promises_.revoke(bed_->now.time, [&](const Mac& m) { return m == who; });
    (void)bed_->core->revoke(who, bed_->now);
  }
  void set_policy(std::uint8_t how) {
    policy_ = how;
    const auto on_deny =
        how % 2 == 0 ? gateway::Gateway::OnDeny::AtRenewal : gateway::Gateway::OnDeny::AtOnce;
    if (on_deny == gateway::Gateway::OnDeny::AtOnce)
      promises_.revoke(bed_->now.time, [&](const Mac& m) { return !is_admitted(m); });
    apply_policy(on_deny);
  }
  void apply_policy(gateway::Gateway::OnDeny on_deny) {
    std::vector<admission::MacRule> rules;
    for (const auto& caller : callers_)
      if (!is_admitted(caller.phone.mac))
        rules.push_back(
            {{caller.phone.mac.bits(), admission::kFullMask}, admission::Verdict::Deny});
    bed_->set_policy(admission::Verdict::Allow, std::move(rules), on_deny);
  }
  /// The policy's bits, each for every seventh MAC.
  [[nodiscard]] bool is_admitted(const Mac& who) const {
    return (policy_ >> 1 >> who.octets[5] % 7 & 1) == 0;
  }

  void start(Now now) {
    bed_ = std::make_unique<GatewayBed>(*disk_, plan_, now, kLimits, BedStart::Restored);
    apply_policy(gateway::Gateway::OnDeny::AtRenewal);
    speakers_.clear();
    reclaimed_ = 0;
  }
  void crash(std::uint8_t how) {
    const auto now = bed_->now;
    bed_.reset();
    disk_->mend();
    if (how >= 192) lose_rows(how);
    start(now);
  }
  void lose_rows(std::uint8_t how) {
    std::vector<lease::Lease> kept;
    for (const auto& [id, row] : disk_->leases()) {
      if (id % 2 == how % 2) {
        kept.push_back(row);
      } else {
        promises_.lose(row);
        claims_.lose(row);
      }
    }
    const auto next_id = disk_->load()->next_id;
    (void)disk_->rewrite(kept, next_id);
    disk_->set_recovery(lease::kUndecided);
  }

  // ---- what holds

  void check() {
    check_all(*bed_, kLimits);
    promises_.check(*bed_->core, bed_->now.time);
    const auto reclaimed = bed_->core->leases().counters().reclaimed.value();
    claims_.check(*bed_->core, reclaimed - reclaimed_);
    reclaimed_ = reclaimed;
  }
  void nothing_is_left() {
    auto& core = *bed_->core;
    expects(core.book().offers().size() == 0 && core.leases().pending() == 0,
            "nothing is under way");
    std::size_t rows = 0;
    core.leases().table().for_each([&](const gateway::Entry& entry) {
      ++rows;
      expects(entry.lease.state == lease::State::Remembered && !gateway::is_nobodys(entry.lease),
              "what ended is remembered for its client");
    });
    expects(disk_->leases().size() == rows, "and on disk as it is here");
    for (std::size_t worker = 0; worker < bed_->workers.size(); ++worker)
      expects(bed_->published(worker) == plan_.statics.size(), "static phones stay");
  }
  /// As many new phones as may be under way at once are served.
  void room_is_whole() {
    std::vector<Caller> guests;
    for (std::uint8_t i = 0; i < kLimits.pending; ++i)
      guests.push_back(
          {{.mac = mac(static_cast<std::uint8_t>(100 + i)), .vendor_class = "LASTING"}});
    callers_ = std::move(guests);
    for (const auto& guest : callers_) say(guest, Type::Discover);
    for (const auto& guest : callers_)
      say(guest, Type::Request,
          {{code::kServerIdentifier, kGatewayLan}, {code::kRequestedAddress, guest.address}});
    expects(bed_->core->leases().pending() == kLimits.pending, "all of them at once");
    const auto acks = bed_->count(&dhcp::Counters::acks);
    settle();
    expects(bed_->count(&dhcp::Counters::acks) == acks + kLimits.pending, "all of them");
    check();
  }

  struct Speaker {
    Phone phone;
    std::size_t caller = 0;
  };

  const gateway::Plan& plan_;
  std::vector<Caller> callers_;
  std::unique_ptr<fake::MemoryStore> disk_ = std::make_unique<fake::MemoryStore>();
  std::unique_ptr<GatewayBed> bed_;
  std::map<std::uint32_t, Speaker> speakers_;  // by xid
  std::uint8_t policy_ = 0;
  std::uint64_t reclaimed_ = 0;
  Promises promises_;
  Claims claims_;
};

}  // namespace
}  // namespace portico::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portico::fuzz;
  if (size == 0) return 0;
  Site site(plan_by(data[0]));
  for (std::size_t i = 1; i + 3 <= size && i < 3 * kMostSteps; i += 3)
    site.step(static_cast<What>(data[i] % kWhats), data[i + 1], data[i + 2]);
  site.finish();
  return 0;
}
