// SPDX-License-Identifier: BSD-3-Clause
// The control core with a world around it that does what the test says: the store writes when told,
// the workers carry out their orders when told, and time passes when told.
#pragma once

#include "config/load.hpp"
#include "fake/memory_store.hpp"
#include "gateway/gateway.hpp"
#include "nappt/bindings.hpp"
#include "support/packet_builder.hpp"
#include "wire/dhcp.hpp"
#include "wire/dhcp_options.hpp"
#include "wire/udp.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portico::support {

namespace code = wire::dhcp::code;
using wire::dhcp::Type;

inline const Mac kGatewayMac = "02:00:00:00:00:01"_mac;
inline const Mac kBranchRouterMac = "02:00:00:00:00:99"_mac;
inline const Ipv4 kGatewayLan = "10.20.0.1"_ip;
inline constexpr std::uint32_t kEnterprise = 32473;

/// Two classes with a pool each, one with two identities; a branch behind a relay.
inline constexpr std::string_view kBedConfig = R"({
  "ports": [{"name": "lan0", "device": "a"}, {"name": "wan0", "device": "b"}],
  "lan": {"port": "lan0", "address": "10.20.0.1/16", "relays": ["10.30.0.1"],
          "routes": [{"prefix": "10.30.0.0/24", "via": "10.20.0.2"}]},
  "wan": {"port": "wan0", "address": "198.51.100.2/24", "router": "198.51.100.1"},
  "pools": {
    "private": [
      {"name": "phones", "network": "10.20.0.0/16", "first": "10.20.1.0", "last": "10.20.1.31"},
      {"name": "branch", "network": "10.30.0.0/24", "via": "10.20.0.2", "router": "10.30.0.1"}],
    "public": [
      {"name": "direct", "addresses": "203.0.113.0/32"},
      {"name": "provider", "addresses": "192.0.2.0/31", "identity": "tunnel"}]},
  "phones": {
    "macs": {"default": "allow"},
    "classes": [
      {"name": "sip", "vendor_class": ["ACME-*"], "ports": 2048, "private_pool": "phones",
       "public_pool": "direct", "lease_s": 3600, "dns": ["192.0.2.53"],
       "firmware": {"file": "acme.bin", "version": "1.2"},
       "templates": [{"name": "{mac}.cfg", "text": "{public_address}:{first_port}-{last_port}"}]},
      {"name": "softphone", "vendor_class": ["SOFT"], "ports": 1024, "private_pool": "phones",
       "public_pool": "direct", "tunnel_pool": "provider", "uses": "signalling", "lease_s": 600},
      {"name": "branch", "vendor_class": ["BRANCH"], "ports": 4096, "private_pool": "branch",
       "tunnel_pool": "provider", "uses": "tunnel"}],
    "static": []},
  "tunnel": {"file": "tunnels.jsonl", "keys": "tunnel-keys.jsonl",
             "signalling": {"servers": ["198.18.0.0/15"]}},
  "dhcp": {"enterprise": 32473},
  "tftp": {"root": "/srv/tftp"}
})";

/// The text with its first `was` replaced by `now`.
inline std::string with(std::string text, std::string_view was, std::string_view now) {
  const auto at = text.find(was);
  expects(at != std::string::npos, "the text to replace is there");
  return text.replace(at, was.size(), now);
}

inline gateway::Plan plan_of(std::string_view config) {
  const auto loaded = config::parse(config);
  expects(loaded.errors.empty(),
          loaded.errors.empty() ? "" : (loaded.errors.front().where.c_str()));
  auto plan = gateway::make_plan(loaded.config);
  expects(plan.has_value(), "a valid configuration makes a plan");
  return std::move(*plan);
}

/// Who speaks DHCP.
struct Phone {
  Mac mac;
  std::string vendor_class = "ACME-T46";
  std::string identifier = {};  ///< option 61; empty: none
  Ipv4 giaddr = {};
  std::optional<Mac> frame_source = {};  ///< of another device than chaddr says
  std::uint32_t lease_s = 0;             ///< option 51; 0: none
  Ipv4 link_selection = {};              ///< option 82, sub-option 5; zero: none
};

/// An answer of the DHCP server, read back.
struct Answer {
  Type type{};
  std::uint32_t xid = 0;
  Mac phone;  ///< chaddr
  Ipv4 address;
  std::uint32_t lease_s = 0;
  wire::dhcp::PhoneSettings settings;
  Octets dns;
  std::string file;
  Mac to_mac;
  Ipv4 to;
  std::size_t stamp = 0;  ///< BedWorld::stamp when it was sent
};

struct BedWorker {
  static constexpr std::size_t kMailbox = 64;
  explicit BedWorker(const nappt::Shape& shape, std::size_t room = kMailbox)
      : mailbox(room), bindings(shape) {}
  orders::Mailbox mailbox;
  nappt::Bindings bindings;
  std::size_t bindings_held = 0;

  void add(const nappt::Binding& binding) {
    bindings.add(binding);
    ++bindings_held;
  }
  void serve(std::size_t most = kMailbox) {
    mailbox.serve(most, [this](const orders::Order& order) {
      if (const auto* o = std::get_if<orders::AddBinding>(&order)) add(o->binding);
      if (const auto* o = std::get_if<orders::RemoveBinding>(&order)) {
        bindings.remove(o->private_address);
        --bindings_held;
      }
    });
  }
};

struct BedWorld final : gateway::World {
  Result<tunnel::KeyPtr> make_key(tunnel::Algorithm, Bytes) override {
    return fail("there are no tunnels here");
  }
  void keep(const tunnel::SaState&) override {}
  struct Sent {
    Side side;
    Octets frame;
    std::size_t stamp;
  };
  std::function<std::size_t()> stamp = [] { return 0; };  ///< put on each frame that is sent
  std::vector<Sent> sent;
  std::deque<lease::Change> queue;     ///< handed to the store, not on disk
  std::vector<lease::Change> written;  ///< on disk, in order
  std::deque<std::uint64_t> untold;    ///< tickets of what is on disk, unknown to the gateway
  std::size_t room = 65536;
  std::size_t given_up = 0;

  void send(Side side, Bytes head, Bytes body) override {
    Octets frame(head.begin(), head.end());
    frame.insert(frame.end(), body.begin(), body.end());
    sent.push_back({side, std::move(frame), stamp()});
  }
  void give_up(stats::Drop) override { ++given_up; }
  bool store(const lease::Change& change) override {
    if (queue.size() >= room) return false;
    queue.push_back(change);
    return true;
  }
  Usage usage(Ipv4) override { return {7, 700, 5, 500}; }
};

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
  gateway::Gateway::Outcome say(const Phone& phone, Type type,
                                std::vector<std::pair<std::uint8_t, Ipv4>> addresses = {},
                                Ipv4 ciaddr = {}) {
    wire::dhcp::Header header;
    header.xid = ++xid_;
    header.ciaddr = ciaddr;
    header.giaddr = phone.giaddr;
    header.set_mac(phone.mac);
    wire::dhcp::Builder builder;
    builder.start(header);
    builder.add_number8(code::kMessageType, static_cast<std::uint8_t>(type));
    if (!phone.vendor_class.empty()) builder.add_text(code::kVendorClass, phone.vendor_class);
    if (!phone.identifier.empty()) builder.add_text(code::kClientIdentifier, phone.identifier);
    if (phone.lease_s != 0) builder.add_number32(code::kLeaseTime, phone.lease_s);
    for (const auto& [option, address] : addresses) builder.add_address(option, address);
    if (!phone.link_selection.is_zero()) {
      Octets link{wire::dhcp::relay::kLinkSelection, 4, 0, 0, 0, 0};
      store_be(&link[2], phone.link_selection.bits);
      builder.set_relay_information(link);
    }
    const std::uint8_t wanted[] = {1, 3, 6, 51};
    builder.add(code::kParameterRequestList, wanted);
    const auto payload = *builder.finish(1400);
    const bool relayed = !phone.giaddr.is_zero();
    const bool unicast = relayed || !ciaddr.is_zero();
    Frame frame{.to_mac = unicast ? kGatewayMac : kBroadcastMac,
                .from_mac = phone.frame_source.value_or(relayed ? kBranchRouterMac : phone.mac),
                .from = relayed ? phone.giaddr : ciaddr,
                .to = unicast ? kGatewayLan : kBroadcastIp,
                .from_port = static_cast<std::uint16_t>(relayed ? 67 : 68),
                .to_port = 67,
                .payload = {payload.begin(), payload.end()}};
    return core->on_udp(Side::Lan, frame.build(), now);
  }
  /// What was answered since the last look; the other frames are let go.
  std::vector<Answer> answers() {
    std::vector<Answer> found;
    for (const auto& sent : world.sent)
      if (auto answer = read(sent)) found.push_back(std::move(*answer));
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
        wish.is_zero() ? std::vector<std::pair<std::uint8_t, Ipv4>>{}
                       : std::vector{std::pair{code::kRequestedAddress, wish}});
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
  static std::optional<Answer> read(const BedWorld::Sent& sent) {
    const auto ethernet = wire::EthernetView::parse(Bytes{sent.frame});
    const auto ip = wire::Ipv4View::parse(ethernet->payload());
    const auto udp = ip ? wire::UdpView::parse(ip->payload()) : std::nullopt;
    if (!udp || udp->source_port() != 67) return std::nullopt;
    const auto parsed = wire::dhcp::Message::parse(udp->payload());
    const auto* message = std::get_if<wire::dhcp::Message>(&parsed);
    expects(message != nullptr, "an answer is a DHCP message");
    Answer answer{.type = *message->type(),
                  .xid = message->header().xid,
                  .phone = message->header().mac(),
                  .address = message->header().yiaddr,
                  .lease_s = message->number32(code::kLeaseTime).value_or(0),
                  .settings = {},
                  .dns = {},
                  .file = std::string{message->header().file_name()},
                  .to_mac = ethernet->destination(),
                  .to = ip->destination(),
                  .stamp = sent.stamp};
    if (const auto dns = message->option(code::kDns)) answer.dns = {dns->begin(), dns->end()};
    if (const auto vendor = message->option(code::kVendorInformation))
      answer.settings = *wire::dhcp::parse_settings(*wire::dhcp::vendor_part(*vendor, kEnterprise));
    return answer;
  }

  lease::LeaseStore& disk_;
  std::uint32_t xid_ = 0;
};

}  // namespace portico::support
