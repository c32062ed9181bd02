// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"
#include "stats/table.hpp"

namespace portico::commands {
namespace {

using stats::Table;

std::string table_of(const std::vector<management::WorkerRow>& workers) {
  constexpr auto kRight = Table::Align::Right;
  Table table{{{"worker", kRight},
               {"cpu", kRight},
               {"state"},
               {"turns", kRight},
               {"idle", kRight},
               {"packets", kRight},
               {"punted", kRight},
               {"handed over", kRight},
               {"orders posted", kRight},
               {"applied", kRight}}};
  for (const auto& w : workers)
    table.row({std::to_string(w.index), std::to_string(w.cpu), w.turning ? "turning" : "silent",
               std::to_string(w.turns), std::to_string(w.idle_turns), std::to_string(w.packets),
               std::to_string(w.punted), std::to_string(w.handed_over),
               std::to_string(w.orders_posted), std::to_string(w.orders_applied)});
  return table.text();
}

}  // namespace

void add_workers(cli::Cli& cli, management::Control& control) {
  cli.add("show workers", "turns, packets and orders of each worker",
          [&control](const cli::Args&, cli::Out& out) {
            print_or_fail(control.statistics(management::Moment::Running), out,
                          [&](const auto& s) { out.line(table_of(s.workers)); });
          });
}

}  // namespace portico::commands
