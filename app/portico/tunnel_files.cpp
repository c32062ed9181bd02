// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/tunnel_files.hpp"

#include "config/load.hpp"
#include "drivers/posix/private_file.hpp"

#include <string_view>

namespace portico::app {
namespace {

Result<Secret> keys_of(const config::Tunnel& tunnel) {
  if (tunnel.keys.empty()) return Secret{};
  return posix::read_private_file(tunnel.keys);
}

}  // namespace

config::Tunnels load_tunnels(const config::Config& config) {
  config::Tunnels none;
  if (config.tunnel.file.empty()) return none;
  const auto records = config::read_text(config.tunnel.file);
  const auto keys = keys_of(config.tunnel);
  if (!records) none.errors.push_back(records.error());
  if (!keys) none.errors.push_back(keys.error());
  if (!none.errors.empty()) return none;
  const auto octets = keys->octets();
  return config::read_tunnels(config, *records,
                              {reinterpret_cast<const char*>(octets.data()), octets.size()});
}

}  // namespace portico::app
