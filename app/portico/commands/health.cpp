// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"

namespace portico::commands {

void add_health(cli::Cli& cli, management::Control& control) {
  cli.add("show health", "whether every worker turns and the store writes",
          [&control](const cli::Args&, cli::Out& out) {
            print_or_fail(control.health(), out, [&](const management::Health& health) {
              if (health.ok()) out.line("ok");
              for (const auto& warning : health.warnings) out.line("warning: " + warning);
              for (const auto& reason : health.reasons) out.fail({reason, {}});
            });
          });
}

}  // namespace portico::commands
