// SPDX-License-Identifier: BSD-3-Clause
// The control core with a world around it that does what the test says: the store writes when told,
// the workers carry out their orders when told, and time passes when told.
#pragma once

#include "fake/memory_store.hpp"
#include "gateway/gateway.hpp"
#include "support/bed_config.hpp"
#include "support/bed_dhcp.hpp"
#include "support/bed_world.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace portico::support {

/// How much may be under way at once, and how long a probe waits.
struct BedLimits {
  std::uint32_t pending = 8192;
  std::size_t offers = 65536;
  Duration probe_wait = 0s;
};

enum class BedStart : std::uint8_t {
  Settled,   ///< what the start brings about is written and carried out
  Restored,  ///< nothing of it is yet
};

inline constexpr Now kBedStart{{1'000'000'000}, {1'700'000'000}};

class GatewayBed {
 public:
  /// `disk` outlives the bed: another bed on the same disk is the gateway started again.
  explicit GatewayBed(lease::LeaseStore& disk, std::string_view config = kBedConfig,
                      Now start = kBedStart, std::uint32_t pending = 8192, Duration probe_wait = 0s)
      : GatewayBed(disk, plan_of(config), start, {.pending = pending, .probe_wait = probe_wait},
                   BedStart::Settled) {}
  GatewayBed(lease::LeaseStore& disk, gateway::Plan made, Now start, const BedLimits& limits,
             BedStart how)
      : now(start), plan(std::move(made)), disk_(disk) {
    for (int i = 0; i < 2; ++i)
      workers.push_back(std::make_unique<BedWorker>(gateway::bindings_shape(plan)));
    gateway::Settings settings;
    settings.links[0] = {kGatewayMac, {kGatewayLan, plan.lan_network.length}, 0};
    settings.links[1] = {"02:00:00:00:00:02"_mac, {"198.51.100.2"_ip, 24}, 0};
    settings.leases.pending = limits.pending;
    settings.offers.offers = limits.offers;
    settings.dhcp.pending = limits.pending;
    settings.probe_wait = limits.probe_wait;
    settings.dhcp.server = kGatewayLan;
    settings.dhcp.enterprise = kEnterprise;
    settings.dhcp.per_mac_per_s = 0;
    settings.dhcp.per_port_per_s = 0;
    settings.tftp.address = kGatewayLan;
    core.emplace(
        plan, settings, std::vector{&workers[0]->mailbox, &workers[1]->mailbox}, world,
        [seed = std::uint32_t{1}]() mutable { return seed = seed * 1664525 + 1013904223; });
    admit_everybody();
    const auto loaded = disk_.load();
    core->restore(*loaded, now, [this](const nappt::Binding& binding) {
      for (auto& worker : workers) worker->add(binding);
    });
    core->start(now);
    hear_branch_router();
    if (how == BedStart::Settled) settle();
    world.sent.clear();
  }

  Now now;
  gateway::Plan plan;
  BedWorld world;
  std::vector<std::unique_ptr<BedWorker>> workers;
  std::optional<gateway::Gateway> core;

  void set_policy(admission::Verdict fallback, std::vector<admission::MacRule> rules,
                  gateway::Gateway::OnDeny on_deny = gateway::Gateway::OnDeny::AtRenewal) {
    core->set_mac_policy(std::make_shared<const admission::MacPolicy>(
                             *admission::MacPolicy::build(fallback, false, rules)),
                         on_deny, now);
  }
  void admit_everybody() { set_policy(admission::Verdict::Allow, {}); }

  // ---- what the world does
  void pass(Duration time) {
    const auto whole_s = [this] { return now.time.ns / std::chrono::nanoseconds{1s}.count(); };
    const auto before_s = whole_s();
    now.time = now.time + time;
    now.wall.s += whole_s() - before_s;
  }
  void turn() { core->turn(now); }
  /// The way to the branch is known.
  void hear_branch_router() {
    (void)core->on_arp(
        Side::Lan, arp_request(kGatewayMac, kBranchRouterMac, "10.20.0.2"_ip, kGatewayLan), now);
  }
  /// The store writes so many of the rows that wait, in one transaction. False: it fails.
  [[nodiscard]] bool commit(std::size_t most) {
    const auto end =
        world.queue.begin() + static_cast<std::ptrdiff_t>(std::min(most, world.queue.size()));
    const std::vector<lease::Change> batch(world.queue.begin(), end);
    if (!disk_.commit(batch)) return false;
    world.queue.erase(world.queue.begin(), end);
    for (const auto& change : batch) {
      world.written.push_back(change);
      world.untold.push_back(change.ticket);
    }
    return true;
  }
  /// The gateway learns what was written.
  void tell() {
    for (; !world.untold.empty(); world.untold.pop_front()) core->stored(world.untold.front(), now);
  }
  /// The store writes all that waits, and the gateway learns it.
  void write() {
    expects(commit(world.queue.size()), "the disk takes it");
    tell();
  }
  void serve() {
    for (auto& worker : workers) worker->serve();
  }
  [[nodiscard]] bool is_at_rest() {
    return world.queue.empty() && world.untold.empty() && core->leases().is_idle() &&
           core->publisher().outstanding() == 0;
  }
  /// Until nothing is under way.
  void settle() {
    for (int i = 0; i < 1000; ++i) {
      turn();
      if (is_at_rest()) return;
      write();
      serve();
    }
    expects(false, "the gateway comes to rest");
  }
  /// Time goes by in steps, everything else keeping up.
  void live(Duration time, Duration step = 1s) {
    for (; time > 0s; time -= step) {
      pass(step);
      settle();
    }
  }

  // ---- what phones say
  /// The answer to it has last_xid().
  gateway::Gateway::Outcome say(const Phone& phone, Type type, const Addresses& addresses = {},
                                Ipv4 ciaddr = {}) {
    return core->on_udp(Side::Lan, said_by(phone, ++xid_, type, addresses, ciaddr).build(), now);
  }
  /// What was answered since the last look; the other frames are let go.
  std::vector<Answer> answers() {
    std::vector<Answer> found;
    for (const auto& sent : world.sent)
      if (auto answer = answer_in(sent)) found.push_back(std::move(*answer));
    world.sent.clear();
    return found;
  }
  std::optional<Answer> answer() {
    auto all = answers();
    expects(all.size() <= 1, "one answer at the most");
    return all.empty() ? std::nullopt : std::optional{all.front()};
  }
  std::optional<Answer> discover(const Phone& phone, Ipv4 wish = {}) {
    say(phone, Type::Discover,
        wish.is_zero() ? Addresses{} : Addresses{{code::kRequestedAddress, wish}});
    return answer();
  }
  void select(const Phone& phone, Ipv4 address) {
    say(phone, Type::Request,
        {{code::kServerIdentifier, kGatewayLan}, {code::kRequestedAddress, address}});
  }
  void reboot(const Phone& phone, Ipv4 address) {
    say(phone, Type::Request, {{code::kRequestedAddress, address}});
  }
  void renew(const Phone& phone, Ipv4 address) { say(phone, Type::Request, {}, address); }
  void release(const Phone& phone, Ipv4 address) { say(phone, Type::Release, {}, address); }
  void decline(const Phone& phone, Ipv4 address) {
    say(phone, Type::Decline,
        {{code::kServerIdentifier, kGatewayLan}, {code::kRequestedAddress, address}});
  }
  /// DISCOVER to ACK, and everything written and applied; nothing: refused.
  std::optional<Answer> lease(const Phone& phone) {
    const auto offer = discover(phone);
    if (!offer) return std::nullopt;
    select(phone, offer->address);
    settle();
    return answer();
  }
  /// A datagram to the TFTP service.
  void fetch(Ipv4 from, Mac mac, std::string_view name) {
    Octets request{0, 1};
    request.insert(request.end(), name.begin(), name.end());
    for (const char c : std::string_view{"\0octet\0", 7})
      request.push_back(static_cast<std::uint8_t>(c));
    Frame frame{.to_mac = kGatewayMac,
                .from_mac = mac,
                .from = from,
                .to = kGatewayLan,
                .from_port = 2000,
                .to_port = 69,
                .payload = request};
    (void)core->on_udp(Side::Lan, frame.build(), now);
  }
  /// The UDP payload of the last frame sent.
  [[nodiscard]] Octets last_payload() const {
    if (world.sent.empty()) return {};
    const auto ethernet = wire::EthernetView::parse(Bytes{world.sent.back().frame});
    const auto ip = wire::Ipv4View::parse(ethernet->payload());
    const auto udp = wire::UdpView::parse(ip->payload());
    if (!udp) return {};
    return {udp->payload().begin(), udp->payload().end()};
  }

  // ---- what there is
  [[nodiscard]] std::uint32_t last_xid() const noexcept { return xid_; }
  [[nodiscard]] gateway::Entry* entry(Ipv4 address) {
    return core->leases().table().by_private(address);
  }
  [[nodiscard]] std::size_t published(std::size_t worker = 0) const {
    std::size_t count = 0;
    const auto& table = workers[worker]->bindings;
    for (nappt::Slot slot = 0; slot < table.slots(); ++slot) count += table.at(slot).has_value();
    return count;
  }
  [[nodiscard]] std::uint64_t count(stats::Counter dhcp::Counters::*member) const {
    return (core->dhcp().counters().*member).value();
  }

 private:
  lease::LeaseStore& disk_;
  std::uint32_t xid_ = 0;
};

}  // namespace portico::support
