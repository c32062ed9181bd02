// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/gateway_upkeep.hpp"

#include "app/portico/clock.hpp"
#include "app/portico/firmware_files.hpp"
#include "drivers/ipsec_mb/digest.hpp"
#include "drivers/sqlite/lease_store.hpp"

#include <chrono>
#include <cstdio>
#include <utility>

namespace portico::app {
namespace {

constexpr Duration kRewriteAgain = 1s;  // when a damaged lease file could not be replaced

gateway::Gateway::OnDeny on_deny_of(const config::Macs& macs) {
  return macs.on_deny == config::OnDeny::AtOnce ? gateway::Gateway::OnDeny::AtOnce
                                                : gateway::Gateway::OnDeny::AtRenewal;
}

void tell(const std::string& sentence) { std::fprintf(stderr, "portico: %s\n", sentence.c_str()); }

}  // namespace

// ---- the start

Result<std::unique_ptr<GatewayUpkeep>> GatewayUpkeep::open(const config::Config& config,
                                                           const cpu_set_t& cpus) {
  std::unique_ptr<GatewayUpkeep> made{new GatewayUpkeep(config, cpus)};
  auto store = sqlite::LeaseStore::open({.file = config.leases.file});
  if (!store) return fail(store.error());
  auto loaded = (*store)->load();
  if (!loaded) return fail(loaded.error());
  made->loaded_ = std::move(*loaded);
  made->store_ = std::move(*store);
  StoreThread::Settings settings;
  settings.history_days = config.leases.history_days;
  settings.cpus = cpus;
  made->thread_ = std::make_unique<StoreThread>(*made->store_, std::move(settings));
  return made;
}

Result<void> GatewayUpkeep::look_after(gateway::Gateway& gateway,
                                       const std::vector<datapath::Worker*>& workers) {
  gateway_ = &gateway;
  MacListFile list{config_.phones.macs};
  auto macs = list.read();
  if (!macs) return fail(macs.error());
  const auto now = read_clock();
  const auto loaded = std::exchange(loaded_, {});
  gateway.restore(loaded, now, [&workers](const nappt::Binding& binding) {
    for (auto* worker : workers) worker->bindings.add(binding);
  });
  set_macs(std::move(*macs), now);  // after the leases: a list that has changed may end some
  set_aside_ = loaded.salvaged_from;
  tell_what_was_restored(loaded.leases.size(), now);
  return start_files(std::move(list));
}

void GatewayUpkeep::tell_what_was_restored(std::size_t leases, Now now) const {
  if (set_aside_)
    tell("the lease file was damaged: " + std::to_string(leases) +
         " leases could be read, the damaged file is " + *set_aside_);
  if (const auto reason = gateway_->recovery().reason(now.time)) tell(*reason);
  if (const auto refused = gateway_->leases().counters().not_allowed.value(); refused > 0)
    tell(std::to_string(refused) +
         " stored leases are no longer allowed by the configuration: their ranges are quarantined");
}

Result<void> GatewayUpkeep::start_files(MacListFile macs) {
  FilesThread::Watched watched{std::nullopt, std::move(macs)};
  const auto& tftp = config_.tftp;
  if (!tftp.root.empty()) {
    auto digest = ipsec_mb::make_digest();
    if (!digest) return fail(digest.error());
    watched.firmware.emplace(tftp.root, std::uint64_t{tftp.memory_mib} << 20, std::move(*digest));
    // Read before anything is offered: a lease names the digest of what it tells to run.
    gateway_->set_files(firmware_ = watched.firmware->scan());
  }
  files_ =
      std::make_unique<FilesThread>(std::move(watched), std::chrono::seconds{tftp.rescan_s}, cpus_);
  return {};
}

// ---- control's turn

std::size_t GatewayUpkeep::turn(Now now) {
  stored_.clear();
  thread_->take_stored(stored_);
  for (const auto ticket : stored_) gateway_->stored(ticket, now);
  look_after_store(now);
  take_files(now);
  return stored_.size();
}

/// A lease file found damaged is replaced by what control knows: nothing is lost.
void GatewayUpkeep::look_after_store(Now now) {
  const auto trouble = thread_->trouble();
  gateway_->set_store_health(!trouble);
  if (auto aside = thread_->take_set_aside()) {
    set_aside_ = std::move(aside);
    tell("the lease file was damaged and is written anew, the damaged one is " + *set_aside_);
  }
  if (!trouble || !trouble->is_damaged || now.time < rewrite_not_before_) return;
  rewrite_not_before_ = now.time + kRewriteAgain;
  std::vector<lease::Lease> leases;
  gateway_->leases().table().for_each(
      [&leases](const gateway::Entry& entry) { leases.push_back(entry.lease); });
  thread_->rewrite(std::move(leases), gateway_->leases().next_id());
}

void GatewayUpkeep::take_files(Now now) {
  if (auto firmware = files_->take_firmware())
    gateway_->set_files(firmware_ = std::move(*firmware));
  auto macs = files_->take_macs();
  if (!macs) return;
  mac_list_problem_.reset();
  if (*macs)
    set_macs(std::move(**macs), now);
  else
    mac_list_problem_ = macs->error();
}

void GatewayUpkeep::set_macs(MacPolicyPtr macs, Now now) {
  gateway_->set_mac_policy(std::move(macs), on_deny_of(config_.phones.macs), now);
}

bool GatewayUpkeep::is_drained() const {
  return gateway_->leases().is_idle() && !thread_->trouble();
}

std::vector<std::string> GatewayUpkeep::warnings() const {
  std::vector<std::string> warnings;
  const auto& counters = gateway_->leases().counters();
  if (mac_list_problem_)
    warnings.push_back("the MAC list is not taken, the earlier one stays: " +
                       to_string(*mac_list_problem_));
  if (set_aside_) warnings.push_back("the lease file was damaged: it is kept as " + *set_aside_);
  if (const auto& squatter = gateway_->book().last_squatter())
    warnings.push_back(
        std::to_string(counters.found_in_use.value()) +
        " addresses are withheld from phones, for devices without a lease use them: the last is " +
        to_string(squatter->address) + ", used by " + to_string(squatter->mac));
  if (const auto& declined = gateway_->book().last_declined())
    warnings.push_back(
        std::to_string(counters.declined.value()) +
        " addresses were declined by phones, which found others to use them: the last is " +
        to_string(declined->address) + ", declined by " + to_string(declined->phone));
  if (firmware_)
    for (const auto& file : firmware_->left_out) warnings.push_back("not served by TFTP: " + file);
  return warnings;
}

}  // namespace portico::app
