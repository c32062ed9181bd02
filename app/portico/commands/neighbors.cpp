// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/cells.hpp"
#include "app/portico/commands/commands.hpp"

namespace portico::commands {
namespace {

using management::NeighborRow;
using management::Page;
using management::PageRequest;
using stats::Table;

std::string table_of(const Page<NeighborRow>& page) {
  constexpr auto kRight = Table::Align::Right;
  Table table{{{"side"},
               {"address"},
               {"mac"},
               {"state"},
               {"kind"},
               {"age s", kRight},
               {"packets waiting", kRight}}};
  for (const auto& row : page.rows) {
    const auto& n = row.neighbor;
    table.row({n.hop.side == Side::Lan ? "lan" : "wan", to_string(n.hop.address),
               n.heard ? to_string(n.hop.mac) : "-", std::string{neighbor::to_string(n.state)},
               n.pinned ? "router" : "host", row.age_s ? std::to_string(*row.age_s) : "-",
               std::to_string(n.waiting)});
  }
  return text_of(table, page);
}

void show(management::Control& control, cli::Out& out, const PageRequest& request) {
  print_or_fail(control.neighbors(request), out,
                [&](const Page<NeighborRow>& page) { out.line(table_of(page)); });
}

}  // namespace

void add_neighbors(cli::Cli& cli, management::Control& control) {
  cli.add("show neighbors", "the first hundred routers and hosts that are asked for by ARP",
          [&control](const cli::Args&, cli::Out& out) { show(control, out, {}); });
  cli.add("show neighbors from <row:num>", "a hundred, from this row on",
          [&control](const cli::Args& args, cli::Out& out) {
            show(control, out, {args.num("row"), PageRequest{}.limit});
          });
}

}  // namespace portico::commands
