// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"

namespace portico::commands {

void add_config(cli::Cli& cli, management::Control& control) {
  cli.add("show config", "the configuration that runs, defaults included",
          [&control](const cli::Args&, cli::Out& out) { out.line(control.configuration()); });
}

}  // namespace portico::commands
