// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"

namespace portico::commands {

void add_all(cli::Cli& cli, management::Control& control) {
  add_health(cli, control);
  add_ports(cli, control);
  add_workers(cli, control);
  add_counters(cli, control);
  add_bindings(cli, control);
  add_leases(cli, control);
  add_neighbors(cli, control);
  add_tunnels(cli, control);
  add_config(cli, control);
  add_audit(cli, control);
}

}  // namespace portico::commands
