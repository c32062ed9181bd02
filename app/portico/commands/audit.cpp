// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"

namespace portico::commands {

void add_audit(cli::Cli& cli, management::Control& control) {
  cli.add("audit", "compare store, allocator and every worker's tables",
          [&control](const cli::Args&, cli::Out& out) {
            print_or_fail(control.audit(), out, [&](const auto& differences) {
              for (const auto& d : differences)
                out.fail({d.what, std::string{management::name_of(d.kind)}});
              out.line(std::to_string(differences.size()) + " differences");
            });
          });
}

}  // namespace portico::commands
