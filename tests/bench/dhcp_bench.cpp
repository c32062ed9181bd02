// SPDX-License-Identifier: BSD-3-Clause
// Leases a second in one process: phones that are new say DISCOVER and REQUEST, the whole control
// core answers them, and one worker carries its orders out. The store is memory, or the lease file
// that the gateway uses with the thread that writes it. One run, one line of JSON;
// tests/bench/dhcp takes medians.
//
// The generator runs on control's thread and is counted with it. So many exchanges are in flight:
// what one group commit can carry.
#include "app/portico/clock.hpp"
#include "app/portico/store_thread.hpp"
#include "drivers/sqlite/lease_store.hpp"
#include "fake/memory_store.hpp"
#include "support/gateway_bed.hpp"

#include <nlohmann/json.hpp>

#include "phone_frames.hpp"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>

namespace portico::bench {
namespace {

constexpr Ipv4 kServer{0x0a140001};  // 10.20.0.1
constexpr std::string_view kConfig = R"({
  "ports": [{"name": "lan0", "device": "a"}, {"name": "wan0", "device": "b"}],
  "lan": {"port": "lan0", "address": "10.20.0.1/8"},
  "wan": {"port": "wan0", "address": "198.51.100.2/24", "router": "198.51.100.1"},
  "pools": {
    "private": [{"name": "phones", "network": "10.0.0.0/8", "first": "10.32.0.0",
                 "last": "10.47.255.255"}],
    "public": [{"name": "direct", "addresses": "203.0.112.0/22"}]},
  "phones": {
    "macs": {"default": "deny", "rules": [{"match": "00:1b:2c", "verdict": "allow"}]},
    "classes": [
      {"name": "sip", "vendor_class": ["ACME-*"], "ports": 32, "private_pool": "phones",
       "public_pool": "direct", "lease_s": 3600, "option_43": true, "dns": ["192.0.2.53"],
       "firmware": {"file": "acme.bin", "version": "1.2"}}]},
  "dhcp": {"enterprise": 32473, "per_port_per_s": 4000000},
  "tftp": {"root": "/srv/tftp"}
})";

/// Where changes go to become durable, and their tickets come from.
class Disk {
 public:
  virtual ~Disk() = default;
  [[nodiscard]] virtual bool submit(const lease::Change& change) = 0;
  virtual void take_stored(std::vector<std::uint64_t>& tickets) = 0;
  /// Transactions so far.
  [[nodiscard]] virtual std::uint64_t commits() const = 0;
};

class Memory final : public Disk {
 public:
  bool submit(const lease::Change& change) override {
    waiting_.push_back(change);
    return true;
  }
  void take_stored(std::vector<std::uint64_t>& tickets) override {
    if (waiting_.empty()) return;
    expects(store_.commit(waiting_).has_value(), "memory does not fail");
    for (const auto& change : waiting_) tickets.push_back(change.ticket);
    waiting_.clear();
  }
  std::uint64_t commits() const override { return store_.commits(); }

 private:
  fake::MemoryStore store_;
  std::vector<lease::Change> waiting_;
};

class File final : public Disk {
 public:
  explicit File(const std::string& name)
      : store_(*sqlite::LeaseStore::open({.file = name})), loaded_(*store_->load()) {}
  bool submit(const lease::Change& change) override { return thread_.submit(change); }
  void take_stored(std::vector<std::uint64_t>& tickets) override { thread_.take_stored(tickets); }
  std::uint64_t commits() const override { return thread_.counters().commits.value(); }

 private:
  std::unique_ptr<sqlite::LeaseStore> store_;
  lease::Loaded loaded_;
  app::StoreThread thread_{*store_, {}};
};

gateway::Settings settings_of(const gateway::Plan& plan) {
  gateway::Settings settings;
  settings.links[0] = {support::kGatewayMac, {kServer, plan.lan_network.length}, 0};
  settings.links[1] = {"02:00:00:00:00:02"_mac, {"198.51.100.2"_ip, 24}, 0};
  settings.dhcp.server = kServer;
  settings.dhcp.enterprise = support::kEnterprise;
  settings.dhcp.per_port_per_s = 4'000'000;  // the rest of the flood guard is on
  return settings;
}

class Bench final : private gateway::World {
 public:
  Bench(Disk& disk, std::uint32_t phones, std::uint32_t in_flight)
      : disk_(disk), in_flight_(in_flight), has_lease_(phones) {
    const std::array rules{
        admission::MacRule{*admission::parse_mac_pattern("00:1b:2c"), admission::Verdict::Allow}};
    core_.set_mac_policy(std::make_shared<const admission::MacPolicy>(
                             *admission::MacPolicy::build(admission::Verdict::Deny, false, rules)),
                         gateway::Gateway::OnDeny::AtRenewal, app::read_clock());
    core_.start(app::read_clock());
  }

  /// Every phone its lease.
  void run() {
    while (acknowledged_ < has_lease_.size()) {
      const auto now = app::read_clock();
      const auto before = acknowledged_;
      begin_exchanges(now);
      go_on(now);
      if (acknowledged_ > before)
        moved_ = now.time;
      else
        sched_yield();
    }
  }
  [[nodiscard]] std::uint32_t asked_again() const noexcept { return asked_again_; }

 private:
  static constexpr std::size_t kMailbox = 4096;  // as a worker's
  static constexpr Duration kPatience = 4s;      // of a phone: RFC 2131 section 4.1

  void begin_exchanges(Now now) {
    const auto phones = static_cast<std::uint32_t>(has_lease_.size());
    for (; begun_ < phones && begun_ - acknowledged_ < in_flight_; ++begun_)
      say(frames_.discover(begun_), now);
    if (now.time - moved_ < kPatience) return;
    moved_ = now.time;
    for (std::uint32_t phone = 0; phone < begun_; ++phone) {
      if (has_lease_[phone]) continue;
      ++asked_again_;
      say(frames_.discover(phone), now);
    }
  }

  /// A turn of control, and of its worker.
  void go_on(Now now) {
    for (const auto& offer : std::exchange(offered_, {}))
      say(frames_.request(offer.phone, offer.address), now);
    stored_.clear();
    disk_.take_stored(stored_);
    for (const auto ticket : stored_) core_.stored(ticket, now);
    worker_.serve(kMailbox);
    core_.turn(now);
  }

  void say(Bytes frame, Now now) {
    expects(!core_.on_udp(Side::Lan, frame, now), "a phone's message is taken in");
  }

  // What the core does to the world.
  void send(Side, Bytes head, Bytes body) override {
    expects(head.size() + body.size() <= sent_.size(), "an answer fits into a frame");
    std::ranges::copy(body, std::ranges::copy(head, sent_.begin()).out);
    const auto answer = PhoneFrames::read(sent_);
    if (!answer) return;
    if (answer->type == wire::dhcp::Type::Offer) return offered_.push_back(*answer);
    expects(answer->type == wire::dhcp::Type::Ack, "nobody is refused");
    if (has_lease_[answer->phone]) return;
    has_lease_[answer->phone] = true;
    ++acknowledged_;
  }
  void give_up(stats::Drop) override {}
  Result<tunnel::KeyPtr> make_key(tunnel::Algorithm, Bytes) override {
    return fail("there are no tunnels here");
  }
  void keep(const tunnel::SaState&) override {}
  bool store(const lease::Change& change) override { return disk_.submit(change); }
  Usage usage(Ipv4) override { return {}; }

  Disk& disk_;
  const std::uint32_t in_flight_;
  const gateway::Plan plan_ = support::plan_of(kConfig);
  support::BedWorker worker_{gateway::bindings_shape(plan_), kMailbox};
  gateway::Gateway core_{
      plan_, settings_of(plan_), {&worker_.mailbox}, *this, [seed = std::uint32_t{1}]() mutable {
        return seed = seed * 1664525 + 1013904223;
      }};
  PhoneFrames frames_{kServer, "ACME-SIP-T46"};
  std::array<std::uint8_t, 1600> sent_;
  std::vector<bool> has_lease_;
  std::vector<PhoneFrames::Answer> offered_;
  std::vector<std::uint64_t> stored_;
  std::uint32_t begun_ = 0;
  std::uint32_t acknowledged_ = 0;
  std::uint32_t asked_again_ = 0;
  Time moved_ = app::read_clock().time;
};

double seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

int run(const std::string& file, std::uint32_t phones, std::uint32_t in_flight) {
  std::unique_ptr<Disk> disk;
  if (file.empty())
    disk = std::make_unique<Memory>();
  else
    disk = std::make_unique<File>(file);
  Bench bench{*disk, phones, in_flight};
  const auto began = seconds(CLOCK_MONOTONIC);
  const auto control = seconds(CLOCK_THREAD_CPUTIME_ID);
  const auto all = seconds(CLOCK_PROCESS_CPUTIME_ID);
  bench.run();
  const auto took = seconds(CLOCK_MONOTONIC) - began;
  const auto control_took = seconds(CLOCK_THREAD_CPUTIME_ID) - control;
  const auto all_took = seconds(CLOCK_PROCESS_CPUTIME_ID) - all;
  const nlohmann::json out{{"exchanges_per_s", phones / took},
                           {"control_us", 1e6 * control_took / phones},
                           {"store_us", 1e6 * std::max(0.0, all_took - control_took) / phones},
                           {"commits_per_s", static_cast<double>(disk->commits()) / took},
                           {"asked_again", bench.asked_again()}};
  std::printf("%s\n", out.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace portico::bench

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: %s PHONES IN_FLIGHT [LEASE_FILE]\n", argv[0]);
    return 2;
  }
  const auto number = [&](int i) {
    return static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
  };
  return portico::bench::run(argc == 4 ? argv[3] : "", number(1), number(2));
}
