// SPDX-License-Identifier: BSD-3-Clause
// The command line of the appliance, a file a feature. Handlers ask management and print; they
// decide nothing. `control` must outlive `cli`.
#pragma once

#include "drivers/cli/cli.hpp"
#include "management/control.hpp"

namespace portico::commands {

void add_all(cli::Cli& cli, management::Control& control);

void add_health(cli::Cli& cli, management::Control& control);
void add_ports(cli::Cli& cli, management::Control& control);
void add_workers(cli::Cli& cli, management::Control& control);
void add_counters(cli::Cli& cli, management::Control& control);
void add_bindings(cli::Cli& cli, management::Control& control);
void add_leases(cli::Cli& cli, management::Control& control);
void add_neighbors(cli::Cli& cli, management::Control& control);
void add_tunnels(cli::Cli& cli, management::Control& control);
void add_config(cli::Cli& cli, management::Control& control);
void add_audit(cli::Cli& cli, management::Control& control);

/// Puts a good answer to `print`, a bad one to `out` as a failure.
template <class T, class Print>
void print_or_fail(const Result<T>& result, cli::Out& out, Print&& print) {
  if (result)
    print(*result);
  else
    out.fail(result.error());
}

}  // namespace portico::commands
