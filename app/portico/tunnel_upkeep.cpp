// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/tunnel_upkeep.hpp"

#include "app/portico/clock.hpp"
#include "app/portico/shapes.hpp"
#include "drivers/sqlite/sa_store.hpp"
#include "gateway/tunnel_changes.hpp"

#include <set>
#include <string>
#include <utility>

namespace portico::app {
namespace {

constexpr Duration kLook = 1s;
constexpr const char* kWitnessSuffix = ".used";  // beside the keys

}  // namespace

TunnelUpkeep::TunnelUpkeep(const config::Config& config, config::Tunnels files)
    : pools_(tunnel_pools(config)), files_(std::move(files)) {}

Result<std::unique_ptr<TunnelUpkeep>> TunnelUpkeep::open(const config::Config& config,
                                                         config::Tunnels files,
                                                         const cpu_set_t& cpus) {
  std::unique_ptr<TunnelUpkeep> made{new TunnelUpkeep(config, std::move(files))};
  const auto& settings = config.tunnel;
  auto store = sqlite::SaStore::open(
      {.file = settings.store},
      std::make_unique<sqlite::WitnessOnDisk>(settings.keys + kWitnessSuffix));
  if (!store) return fail(store.error());
  std::set<std::string> keys;
  for (const auto& set : made->files_.keys)
    if (!set.name.empty()) keys.insert(set.name);  // a tunnel without protection has none
  auto loaded = (*store)->load(keys);
  if (!loaded) return fail(loaded.error());
  made->loaded_ = std::move(*loaded);
  made->store_ = std::move(*store);
  made->thread_ =
      std::make_unique<SaStoreThread>(*made->store_, SaStoreThread::Settings{.cpus = cpus});
  return made;
}

void TunnelUpkeep::look_after(gateway::Tunnels& tunnels, management::AllTunnelTables tables) {
  tunnels_ = &tunnels;
  tables_ = tables;
  tunnels.restore(std::exchange(loaded_, {}));
  auto files = std::exchange(files_, {});
  tunnels.take({std::move(files.records), std::move(files.keys)}, read_clock());
}

void TunnelUpkeep::turn(Now now) {
  for (const auto& [name, number] : thread_->take_durable()) tunnels_->stored(name, number, now);
  if (now.time < next_look_) return;
  next_look_ = now.time + kLook;
  watch_.look(*tunnels_, tables_, now.time);
}

std::vector<Error> TunnelUpkeep::take(config::Tunnels files) {
  const gateway::TunnelFiles taken{std::move(files.records), std::move(files.keys)};
  auto objections = gateway::objections_to(taken, *tunnels_, pools_);
  if (objections.empty()) tunnels_->take(taken, read_clock());
  return objections;
}

void TunnelUpkeep::finish() {
  tunnels_->keep_moved();
  thread_->stop();
}

}  // namespace portico::app
