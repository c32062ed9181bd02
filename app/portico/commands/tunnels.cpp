// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/cells.hpp"
#include "app/portico/commands/commands.hpp"
#include "management/moment.hpp"
#include "stats/table.hpp"

#include <algorithm>

namespace portico::commands {
namespace {

using management::Page;
using management::PageRequest;
using management::TunnelRow;
using stats::Table;

constexpr auto kRight = Table::Align::Right;

std::string protection_of(const tunnel::Record& record) {
  if (record.encapsulation == tunnel::Encapsulation::Ipip) return "ipip";
  return std::string{tunnel::sizes_of(record.algorithm).name} + (record.udp ? " in udp" : "");
}

std::string count_of(const TunnelRow& row, std::string_view name) {
  const auto& fields = row.counters.fields;
  const auto found = std::ranges::find(fields, name, &stats::Reading::name);
  return found == fields.end() ? "-" : std::to_string(found->value);
}

std::string or_dash(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : "-";
}

std::string table_of(const Page<TunnelRow>& page) {
  Table table{{{"tunnel"},
               {"state"},
               {"gateway"},
               {"concentrator"},
               {"protection"},
               {"keys"},
               {"packets out", kRight},
               {"packets in", kRight},
               {"heard s ago", kRight}}};
  for (const auto& row : page.rows)
    table.row({row.record.name, std::string{name_of(row.state)}, to_string(row.record.gateway),
               to_string(row.record.concentrator), protection_of(row.record),
               row.sends_by.empty() ? "-" : row.sends_by, count_of(row, "packets_out"),
               count_of(row, "packets_in"), or_dash(row.heard_s)});
  return text_of(table, page);
}

std::string far_end_of(const TunnelRow& row) {
  const auto port = row.record.udp ? ":" + std::to_string(row.peer.port) : "";
  Table table{{{"far end"}, {"path mtu", kRight}, {"inner mtu", kRight}}};
  table.row({to_string(row.peer.address) + port, std::to_string(row.path_mtu),
             std::to_string(row.inner_mtu)});
  return table.text();
}

std::string sending_of(const TunnelRow& row) {
  Table table{{{"sends by"},
               {"spi", kRight},
               {"next", kRight},
               {"reserved to", kRight},
               {"octets", kRight},
               {"of at most", kRight},
               {"since"},
               {"for at most s", kRight}}};
  for (const auto& sa : row.sending)
    table.row({sa.keys, std::to_string(sa.spi), std::to_string(sa.next),
               std::to_string(sa.reserved), std::to_string(sa.octets), or_dash(sa.most_octets),
               management::to_text(sa.since), or_dash(sa.most_s)});
  return table.text();
}

std::string receiving_of(const TunnelRow& row) {
  Table table{{{"takes"},
               {"spi", kRight},
               {"worker", kRight},
               {"window's top", kRight},
               {"wide", kRight},
               {"octets", kRight},
               {"of at most", kRight}}};
  for (const auto& sa : row.receiving)
    table.row({sa.keys, std::to_string(sa.spi), std::to_string(sa.worker), std::to_string(sa.top),
               std::to_string(sa.window), std::to_string(sa.octets), or_dash(sa.most_octets)});
  return table.text();
}

void show(management::Control& control, cli::Out& out, const PageRequest& request) {
  print_or_fail(control.tunnels(request), out,
                [&](const Page<TunnelRow>& page) { out.line(table_of(page)); });
}

void show_one(management::Control& control, const std::string& name, cli::Out& out) {
  constexpr PageRequest kAll{0, ~std::size_t{0}};
  print_or_fail(control.tunnels(kAll), out, [&](const Page<TunnelRow>& page) {
    const auto row = std::ranges::find_if(
        page.rows, [&name](const TunnelRow& r) { return r.record.name == name; });
    if (row == page.rows.end()) return out.fail({"there is no such tunnel", name});
    out.line(table_of({1, {*row}}));
    if (row->problem) out.line(*row->problem);
    out.line(far_end_of(*row));
    out.line(sending_of(*row));
    out.line(receiving_of(*row));
    out.line(to_table(row->counters));
  });
}

void reload(management::Control& control, cli::Out& out) {
  print_or_fail(control.reload_tunnels(), out, [&](const std::vector<Error>& problems) {
    for (const auto& problem : problems) out.fail(problem);
    out.line(problems.empty() ? "the tunnels are as the files say" : "nothing is changed");
  });
}

}  // namespace

void add_tunnels(cli::Cli& cli, management::Control& control) {
  cli.add("show tunnels", "the first hundred tunnels, whether they are up and when heard",
          [&control](const cli::Args&, cli::Out& out) { show(control, out, {}); });
  cli.add("show tunnels from <row:num>", "a hundred, from this row on",
          [&control](const cli::Args& args, cli::Out& out) {
            show(control, out, {args.num("row"), PageRequest{}.limit});
          });
  cli.add("show tunnels <name:string>", "one of them, with its SAs and counters",
          [&control](const cli::Args& args, cli::Out& out) {
            show_one(control, args.text("name"), out);
          });
  cli.add("tunnels reload", "read the tunnels' files again, all of it or nothing",
          [&control](const cli::Args&, cli::Out& out) { reload(control, out); });
  cli.add("tunnels switch <name:string>", "send by a tunnel's newest keys at once",
          [&control](const cli::Args& args, cli::Out& out) {
            const auto done = control.switch_keys(args.text("name"));
            if (!done) return out.fail(done.error());
            out.line("it sends by its newest keys");
          });
}

}  // namespace portico::commands
