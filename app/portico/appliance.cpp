// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/appliance.hpp"

#include "app/portico/firmware_files.hpp"
#include "app/portico/shapes.hpp"
#include "drivers/ipsec_mb/cipher.hpp"
#include "drivers/ipsec_mb/digest.hpp"
#include "drivers/sqlite/lease_store.hpp"
#include "drivers/sqlite/sa_store.hpp"
#include "gateway/tunnel_changes.hpp"

#include <cstdio>
#include <random>
#include <set>

namespace portico::app {
namespace {

constexpr std::size_t kPuntedPerTurn = 32;       // of each worker and kind
constexpr Duration kRewriteAgain = 1s;           // when a damaged lease file could not be replaced
constexpr Duration kTunnelLook = 1s;             // which far ends were heard
constexpr const char* kWitnessSuffix = ".used";  // beside the keys
constexpr Duration kDrainFor = 3s;  // at the end; what is not stored then never was promised

std::uint32_t random_number() {
  static std::random_device device;
  return device();
}

cpu_set_t allowed_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  sched_getaffinity(0, sizeof cpus, &cpus);
  return cpus;
}

std::vector<std::uint32_t> numbers_of(const cpu_set_t& cpus) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &cpus)) numbers.push_back(cpu);
  return numbers;
}

gateway::Gateway::OnDeny on_deny_of(const config::Macs& macs) {
  return macs.on_deny == config::OnDeny::AtOnce ? gateway::Gateway::OnDeny::AtOnce
                                                : gateway::Gateway::OnDeny::AtRenewal;
}

void tell(const std::string& sentence) { std::fprintf(stderr, "portico: %s\n", sentence.c_str()); }

}  // namespace

Appliance::Appliance(const config::Config& config, config::Tunnels tunnels, gateway::Plan plan,
                     dpdk::Eal eal)
    : config_(config),
      tunnels_(std::move(tunnels)),
      worker_turn_(config.role == config::Role::Gateway ? datapath::gateway_turn
                                                        : datapath::concentrator_turn),
      cpus_(allowed_cpus()),
      plan_(std::move(plan)),
      eal_(std::move(eal)) {}

Result<std::unique_ptr<Appliance>> Appliance::start(const config::Config& config,
                                                    config::Tunnels tunnels,
                                                    const std::vector<std::string>& eal_arguments) {
  const auto cpus = allowed_cpus();  // before EAL pins this thread
  auto plan = gateway::make_plan(config, tunnels);
  if (!plan) return fail(plan.error());
  auto eal = dpdk::Eal::start(eal_options(config, eal_arguments));
  if (!eal) return fail(eal.error());
  std::unique_ptr<Appliance> made{
      new Appliance(config, std::move(tunnels), std::move(*plan), std::move(*eal))};
  made->cpus_ = cpus;
  const auto up = made->open_store()
                      .and_then([&] { return made->open_sa_store(); })
                      .and_then([&] { return made->open_ports(); })
                      .and_then([&] { return made->build_workers(); })
                      .and_then([&] { return made->build_control(); })
                      .and_then([&] { return made->start_files(); })
                      .and_then([&] { return made->launch_workers(); });
  if (!up) return fail(up.error());
  return made;
}

Result<void> Appliance::open_store() {
  if (config_.role == config::Role::Concentrator) return {};
  auto store = sqlite::LeaseStore::open({.file = config_.leases.file});
  if (!store) return fail(store.error());
  auto loaded = (*store)->load();
  if (!loaded) return fail(loaded.error());
  loaded_ = std::move(*loaded);
  lease_store_ = std::move(*store);
  StoreThread::Settings settings;
  settings.history_days = config_.leases.history_days;
  settings.cpus = numbers_of(cpus_);
  store_ = std::make_unique<StoreThread>(*lease_store_, std::move(settings));
  return {};
}

Result<void> Appliance::open_sa_store() {
  const auto& settings = config_.tunnel;
  if (settings.file.empty()) return {};
  auto store = sqlite::SaStore::open(
      {.file = settings.store},
      std::make_unique<sqlite::WitnessOnDisk>(settings.keys + kWitnessSuffix));
  if (!store) return fail(store.error());
  std::set<std::string> keys;
  for (const auto& set : tunnels_.keys)
    if (!set.name.empty()) keys.insert(set.name);  // a tunnel without protection has none
  auto loaded = (*store)->load(keys);
  if (!loaded) return fail(loaded.error());
  loaded_sas_ = std::move(*loaded);
  sa_store_ = std::move(*store);
  sas_ = std::make_unique<SaStoreThread>(*sa_store_,
                                         SaStoreThread::Settings{.cpus = numbers_of(cpus_)});
  return {};
}

Result<void> Appliance::open_ports() {
  for (const auto side : {Side::Lan, Side::Wan}) {
    auto port = dpdk::Port::open(port_options(config_, side));
    if (!port) return fail(port.error());
    ports_.push_back(std::move(*port));
  }
  return {};
}

Result<void> Appliance::build_workers() {
  const auto link = [this](Side side) {
    const auto& settings = port_of(config_, side);
    return datapath::Link{{.mac = port(side).mac(),
                           .address = network_of(config_, side).address,
                           .vlan = settings.vlan,
                           .mtu = settings.mtu}};
  };
  for (unsigned i = 0; i < worker_count(config_); ++i) {
    const auto lcore = is_one_lcore() ? 0 : eal_.worker_lcores()[i];
    memories_.push_back(std::make_unique<dpdk::Memory>(lcore));
    const datapath::WorkerShape shape{
        .index = i,
        .workers = static_cast<unsigned>(worker_count(config_)),
        .ports = {port(Side::Lan).id(), port(Side::Wan).id()},
        .links = {link(Side::Lan), link(Side::Wan)},
        .bindings = gateway::bindings_shape(plan_),
        .next_hops = next_hops_shape(config_, plan_),
        .tunnels = tunnels_shape(config_, i),
        .signalling = {config_.tunnel.signalling.servers, config_.tunnel.signalling.ports},
        .blocks = blocks_shape(config_),
        .reassembly = reassembly_shape(config_)};
    try {
      owned_workers_.push_back(std::make_unique<datapath::Worker>(shape, memories_.back().get()));
    } catch (const std::bad_alloc&) {
      return fail("too little memory for the tables of a worker: raise memory_mib", "/eal");
    }
    workers_.push_back(owned_workers_.back().get());
    if (config_.tunnel.file.empty()) continue;
    auto cipher = ipsec_mb::make_cipher();
    if (!cipher) return fail(cipher.error());
    workers_.back()->cipher = std::move(*cipher);
  }
  for (auto* worker : workers_)
    for (auto* other : workers_) worker->to_workers.push_back(other->from_workers.get());
  for (const auto* worker : workers_) tunnel_tables_.push_back({&worker->tunnels, &worker->blocks});
  return {};
}

Result<void> Appliance::build_control() {
  auto packets = dpdk::make_pool({.name = "control",
                                  .packets = 4096,
                                  .frame_size = 9216,
                                  .private_size = datapath::kPrivateSize});
  if (!packets) return fail(packets.error());
  const auto outlet = [this](Side side) -> std::optional<datapath::ControlPort::Outlet> {
    const auto queue = port(side).control_queue();
    if (!queue) return std::nullopt;
    return datapath::ControlPort::Outlet{port(side).id(), *queue};
  };
  control_ = std::make_unique<datapath::ControlPort>(datapath::ControlPort::Shape{
      .workers = workers_, .packets = *packets, .outlets = {outlet(Side::Lan), outlet(Side::Wan)}});
  world_ = std::make_unique<DpdkWorld>(workers_, *control_, store_.get(), sas_.get());
  if (config_.role == config::Role::Gateway) {
    if (auto built = build_gateway(); !built) return built;
  } else {
    core_ = std::make_unique<gateway::Core>(plan_, core_settings(config_, macs()), mailboxes(),
                                            *world_);
  }
  core_->tunnels().restore(std::move(loaded_sas_));
  core_->tunnels().take({std::move(tunnels_.records), std::move(tunnels_.keys)}, read_clock());
  return {};
}

std::array<Mac, kSides> Appliance::macs() const {
  return {port(Side::Lan).mac(), port(Side::Wan).mac()};
}

std::vector<orders::Mailbox*> Appliance::mailboxes() const {
  std::vector<orders::Mailbox*> all;
  for (auto* worker : workers_) all.push_back(&worker->orders);
  return all;
}

Result<void> Appliance::build_gateway() {
  auto made = std::make_unique<gateway::Gateway>(plan_, gateway_settings(config_, macs()),
                                                 mailboxes(), *world_, random_number);
  gateway_ = made.get();
  core_ = std::move(made);
  auto policy = macs_.emplace(config_.phones.macs).read();
  if (!policy) return fail(policy.error());
  const auto now = read_clock();
  gateway_->restore(loaded_, now, [this](const nappt::Binding& binding) {
    for (auto* worker : workers_) worker->bindings.add(binding);
  });
  // After the leases: a list that changed meanwhile may end some of them.
  gateway_->set_mac_policy(std::move(*policy), on_deny_of(config_.phones.macs), now);
  tell_what_was_restored();
  loaded_ = {};
  return {};
}

void Appliance::tell_what_was_restored() {
  lease_file_set_aside_ = loaded_.salvaged_from;
  if (lease_file_set_aside_)
    tell("the lease file was damaged: " + std::to_string(loaded_.leases.size()) +
         " leases could be read, the damaged file is " + *lease_file_set_aside_);
  if (const auto reason = gateway_->recovery().reason(read_clock().time)) tell(*reason);
  if (const auto refused = gateway_->leases().counters().not_allowed.value(); refused > 0)
    tell(std::to_string(refused) +
         " stored leases are no longer allowed by the configuration: their ranges are quarantined");
}

int Appliance::worker_main(void* launch) {
  const auto& of = *static_cast<const Launch*>(launch);
  dpdk::Idle idle{of.idle};
  while (!of.stop->load(std::memory_order_relaxed)) idle.rest(of.turn(*of.worker) > 0);
  return 0;
}

Result<void> Appliance::launch_workers() {
  if (is_one_lcore()) return {};
  const auto idle =
      config_.eal.idle == config::Idle::Spin ? dpdk::IdlePolicy::Spin : dpdk::IdlePolicy::Adaptive;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    launches_.push_back(std::make_unique<Launch>(
        Launch{workers_[i], worker_turn_, idle, &stop_workers_, eal_.worker_lcores()[i]}));
    if (auto up = dpdk::launch(launches_.back()->lcore, worker_main, launches_.back().get()); !up) {
      launches_.pop_back();
      return up;
    }
  }
  return {};
}

Result<void> Appliance::start_files() {
  if (gateway_ == nullptr) return {};
  FilesThread::Watched watched{std::nullopt, std::move(*macs_)};
  macs_.reset();
  if (!config_.tftp.root.empty()) {
    auto digest = ipsec_mb::make_digest();
    if (!digest) return fail(digest.error());
    watched.firmware.emplace(config_.tftp.root, std::uint64_t{config_.tftp.memory_mib} << 20,
                             std::move(*digest));
    // Read before anything is offered: a lease names the digest of what it tells to run.
    gateway_->set_files(firmware_ = watched.firmware->scan());
  }
  files_ = std::make_unique<FilesThread>(std::move(watched),
                                         std::chrono::seconds{config_.tftp.rescan_s}, cpus_);
  return {};
}

Appliance::~Appliance() { stop_workers(); }

void Appliance::stop_workers() {
  stop_workers_.store(true, std::memory_order_relaxed);
  for (const auto& launch : launches_) dpdk::wait_for(launch->lcore);
  launches_.clear();
}

// ---- the loop

void Appliance::run() {
  core_->start(read_clock());
  dpdk::Idle idle{dpdk::IdlePolicy::Adaptive};
  while (!stop_.load(std::memory_order_relaxed)) idle.rest(turn());
  drain();
}

bool Appliance::turn() {
  const auto now = read_clock();
  ++turns_;
  std::size_t done = is_one_lcore() ? worker_turn_(*workers_.front()) : 0;
  done += control_->for_each_punted(kPuntedPerTurn, [&](Bytes frame, const datapath::Note& note) {
    return take_in(frame, note, now);
  });
  if (is_one_lcore()) datapath::send_originated(*workers_.front());  // answers leave at once
  if (gateway_ != nullptr) done += take_stored(now);
  take_stored_sas(now);
  done += mailbox_.answer_all() ? 1 : 0;
  core_->turn(now);
  look_at_tunnels(now);
  return done > 0;
}

std::size_t Appliance::take_stored(Now now) {
  stored_.clear();
  store_->take_stored(stored_);
  for (const auto ticket : stored_) gateway_->stored(ticket, now);
  look_after_store(now);
  take_files(now);
  return stored_.size();
}

void Appliance::take_stored_sas(Now now) {
  if (sas_ == nullptr) return;
  for (const auto& [name, number] : sas_->take_durable())
    core_->tunnels().stored(name, number, now);
}

void Appliance::look_at_tunnels(Now now) {
  if (sas_ == nullptr || now.time < next_tunnel_look_) return;
  next_tunnel_look_ = now.time + kTunnelLook;
  tunnel_watch_.look(core_->tunnels(), tunnel_tables_, now.time);
}

std::vector<Error> Appliance::take_tunnels(config::Tunnels& files) {
  if (config_.tunnel.file.empty()) return {{"there are no tunnels", "/tunnel/file"}};
  gateway::TunnelFiles taken{std::move(files.records), std::move(files.keys)};
  auto objections = objections_to(taken, core_->tunnels(), tunnel_pools(config_));
  if (objections.empty()) core_->tunnels().take(std::move(taken), read_clock());
  return objections;
}

/// A lease file found damaged is replaced by what control knows: nothing is lost.
void Appliance::look_after_store(Now now) {
  const auto trouble = store_->trouble();
  gateway_->set_store_health(!trouble);
  if (auto aside = store_->take_set_aside()) {
    lease_file_set_aside_ = std::move(aside);
    tell("the lease file was damaged and is written anew, the damaged one is " +
         *lease_file_set_aside_);
  }
  if (!trouble || !trouble->is_damaged || now.time < rewrite_not_before_) return;
  rewrite_not_before_ = now.time + kRewriteAgain;
  std::vector<lease::Lease> leases;
  gateway_->leases().table().for_each(
      [&leases](const gateway::Entry& entry) { leases.push_back(entry.lease); });
  store_->rewrite(std::move(leases), gateway_->leases().next_id());
}

void Appliance::take_files(Now now) {
  if (auto firmware = files_->take_firmware())
    gateway_->set_files(firmware_ = std::move(*firmware));
  auto macs = files_->take_macs();
  if (!macs) return;
  if (*macs) {
    gateway_->set_mac_policy(std::move(**macs), on_deny_of(config_.phones.macs), now);
    mac_list_problem_.reset();
  } else {
    mac_list_problem_ = macs->error();
  }
}

std::vector<std::string> Appliance::warnings() const {
  std::vector<std::string> warnings;
  if (mac_list_problem_)
    warnings.push_back("the MAC list is not taken, the earlier one stays: " +
                       to_string(*mac_list_problem_));
  if (lease_file_set_aside_)
    warnings.push_back("the lease file was damaged: it is kept as " + *lease_file_set_aside_);
  if (gateway_ == nullptr) return warnings;
  if (const auto& squatter = gateway_->book().last_squatter())
    warnings.push_back(
        std::to_string(gateway_->leases().counters().found_in_use.value()) +
        " addresses are withheld from phones, for devices without a lease use them: the last is " +
        to_string(squatter->address) + ", used by " + to_string(squatter->mac));
  if (const auto& declined = gateway_->book().last_declined())
    warnings.push_back(
        std::to_string(gateway_->leases().counters().declined.value()) +
        " addresses were declined by phones, which found others to use them: the last is " +
        to_string(declined->address) + ", declined by " + to_string(declined->phone));
  if (firmware_)
    for (const auto& file : firmware_->left_out) warnings.push_back("not served by TFTP: " + file);
  return warnings;
}

std::optional<stats::Drop> Appliance::take_in(Bytes frame, const datapath::Note& note, Now now) {
  switch (note.kind) {
    case datapath::PuntKind::Arp:
      return core_->on_arp(note.side, frame, now);
    case datapath::PuntKind::Dhcp:
    case datapath::PuntKind::Service:
      return core_->on_udp(note.side, frame, now);
    case datapath::PuntKind::Icmp:
      return core_->on_icmp(note.side, frame, now);
    case datapath::PuntKind::Error:
      return core_->on_undeliverable(note.side, frame, note.reason, note.mtu, now);
    case datapath::PuntKind::Neighbor:
      return core_->on_unresolved(note.side, note.next_hop, note.original, frame, now);
  }
  return stats::Drop::NotAService;
}

/// What was begun is brought to its end, so that nothing stored is missing an answer, and a damaged
/// lease file is not what the next start finds.
void Appliance::drain() {
  const auto until = read_clock().time + kDrainFor;
  const auto is_drained = [this] {
    return gateway_ == nullptr || (gateway_->leases().is_idle() && !store_->trouble());
  };
  while (!is_drained() && read_clock().time < until) turn();
  if (store_) store_->stop();
  if (!sas_) return;
  stop_workers();  // windows as they stand for good
  core_->tunnels().keep_moved();
  sas_->stop();
}

}  // namespace portico::app
