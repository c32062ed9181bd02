// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/commands.hpp"
#include "app/portico/commands/port_counts.hpp"
#include "stats/table.hpp"

#include <memory>

namespace portico::commands {
namespace {

using management::PortRow;
using stats::Table;

/// The ports that `name` means: one, or all of them.
Result<std::vector<PortRow>> find(management::Control& control, const std::string& name) {
  auto statistics = control.statistics(management::Moment::Running);
  if (!statistics) return fail(statistics.error());
  if (name == "all") return std::move(statistics->ports);
  for (const auto& port : statistics->ports)
    if (port.name == name) return std::vector{port};
  return fail("there is no such port", name);
}

std::string info_of(const std::vector<PortRow>& ports) {
  Table table{{{"port"},
               {"side"},
               {"device"},
               {"driver"},
               {"mac"},
               {"vlan", Table::Align::Right},
               {"mtu", Table::Align::Right},
               {"link"},
               {"Mbit/s", Table::Align::Right},
               {"rx queues", Table::Align::Right},
               {"tx queues", Table::Align::Right}}};
  for (const auto& p : ports)
    table.row({p.name, p.side == Side::Lan ? "lan" : "wan", p.device, p.driver, to_string(p.mac),
               p.vlan == 0 ? "-" : std::to_string(p.vlan), std::to_string(p.mtu),
               p.link_up ? "up" : "down", p.speed_mbps == 0 ? "-" : std::to_string(p.speed_mbps),
               std::to_string(p.receive_queues), std::to_string(p.transmit_queues)});
  return table.text();
}

std::string stats_of(const std::vector<PortRow>& ports, const PortCounts& counts) {
  constexpr auto kRight = Table::Align::Right;
  Table table{{{"port"},
               {"packets in", kRight},
               {"octets in", kRight},
               {"packets out", kRight},
               {"octets out", kRight},
               {"missed", kRight},
               {"no buffer", kRight},
               {"errors in", kRight},
               {"errors out", kRight}}};
  for (const auto& p : ports) {
    const auto s = counts.since(p);
    table.row({p.name, std::to_string(s.packets_in), std::to_string(s.octets_in),
               std::to_string(s.packets_out), std::to_string(s.octets_out),
               std::to_string(s.missed), std::to_string(s.no_buffer), std::to_string(s.errors_in),
               std::to_string(s.errors_out)});
  }
  return table.text();
}

}  // namespace

void add_ports(cli::Cli& cli, management::Control& control) {
  const auto counts = std::make_shared<PortCounts>();
  cli.add("show port info <name:string>", "a port, or all: device, addresses, link",
          [&control](const cli::Args& args, cli::Out& out) {
            print_or_fail(find(control, args.text("name")), out,
                          [&](const auto& ports) { out.line(info_of(ports)); });
          });
  cli.add("show port stats <name:string>", "what a port, or all, received and sent",
          [&control, counts](const cli::Args& args, cli::Out& out) {
            print_or_fail(find(control, args.text("name")), out,
                          [&](const auto& ports) { out.line(stats_of(ports, *counts)); });
          });
  cli.add("clear port stats <name:string>", "count from now, on the command line only",
          [&control, counts](const cli::Args& args, cli::Out& out) {
            print_or_fail(find(control, args.text("name")), out, [&](const auto& ports) {
              for (const auto& port : ports) counts->clear(port);
            });
          });
}

}  // namespace portico::commands
