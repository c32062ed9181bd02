// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"
#include "stats/table.hpp"

namespace portico::commands {
namespace {

using management::Moment;
using management::Statistics;

std::string text_of(const management::Balance& b) {
  return "received " + std::to_string(b.received) + " + originated " +
         std::to_string(b.originated) + (b.holds() ? " = " : " != ") + "sent " +
         std::to_string(b.sent) + " + dropped " + std::to_string(b.dropped) + " + consumed " +
         std::to_string(b.consumed);
}

}  // namespace

void add_counters(cli::Cli& cli, management::Control& control) {
  cli.add("show drops", "why packets were not forwarded: reasons that occurred",
          [&control](const cli::Args&, cli::Out& out) {
            print_or_fail(control.statistics(Moment::Running), out, [&](const Statistics& s) {
              for (const auto& group : s.groups)
                if (group.name == "drops") out.line(to_table(group, stats::Zeros::Hide));
            });
          });
  cli.add("show stats", "every counter", [&control](const cli::Args&, cli::Out& out) {
    print_or_fail(control.statistics(Moment::Running), out, [&](const Statistics& s) {
      for (const auto& group : s.groups) out.line(to_table(group));
    });
  });
  cli.add("show balance", "where every packet went, counted at one moment",
          [&control](const cli::Args&, cli::Out& out) {
            print_or_fail(control.statistics(Moment::TurnBoundary), out,
                          [&](const Statistics& s) { out.line(text_of(s.balance)); });
          });
}

}  // namespace portico::commands
