// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/cells.hpp"
#include "app/portico/commands/commands.hpp"
#include "stats/table.hpp"

namespace portico::commands {
namespace {

using management::BindingFilter;
using management::BindingRow;
using management::Page;
using management::PageRequest;
using stats::Table;

std::string table_of(const Page<BindingRow>& page) {
  constexpr auto kRight = Table::Align::Right;
  Table table{{{"private"},
               {"mac"},
               {"public"},
               {"tunnel"},
               {"ports"},
               {"class"},
               {"via"},
               {"packets out", kRight},
               {"packets in", kRight}}};
  for (const auto& row : page.rows) {
    const auto& b = row.binding;
    table.row({to_string(b.private_address), to_string(b.mac), address_or_dash(b.public_address),
               address_or_dash(b.tunnel_address), ports_of(b.range), row.class_name,
               row.via ? to_string(*row.via) : "-", std::to_string(row.usage.packets_out),
               std::to_string(row.usage.packets_in)});
  }
  return text_of(table, page);
}

void show(management::Control& control, const BindingFilter& filter, cli::Out& out,
          const PageRequest& request = {}) {
  print_or_fail(control.bindings(filter, request), out,
                [&](const Page<BindingRow>& page) { out.line(table_of(page)); });
}

}  // namespace

void add_bindings(cli::Cli& cli, management::Control& control) {
  cli.add("show bindings", "the first hundred phones with their addresses and ports",
          [&control](const cli::Args&, cli::Out& out) { show(control, {}, out); });
  cli.add("show bindings from <row:num>", "a hundred, from this row on",
          [&control](const cli::Args& args, cli::Out& out) {
            show(control, {}, out, {args.num("row"), PageRequest{}.limit});
          });
  cli.add("show bindings <phone:ipv4>", "addresses and ports that one phone holds",
          [&control](const cli::Args& args, cli::Out& out) {
            BindingFilter filter;
            filter.private_address = args.ipv4("phone");
            show(control, filter, out);
          });
  cli.add("show bindings mac <mac:mac>", "those of one MAC address",
          [&control](const cli::Args& args, cli::Out& out) {
            BindingFilter filter;
            filter.mac = args.mac("mac");
            show(control, filter, out);
          });
  cli.add("show bindings public <address:ipv4>", "those of one public or tunnel address",
          [&control](const cli::Args& args, cli::Out& out) {
            BindingFilter filter;
            filter.public_address = args.ipv4("address");
            show(control, filter, out);
          });
  cli.add("show bindings public <address:ipv4> port <port:num>", "who holds this port of it",
          [&control](const cli::Args& args, cli::Out& out) {
            if (args.num("port") > 65535) return out.fail({"must be at most 65535", "port"});
            BindingFilter filter;
            filter.public_address = args.ipv4("address");
            filter.port = static_cast<std::uint16_t>(args.num("port"));
            show(control, filter, out);
          });
}

}  // namespace portico::commands
