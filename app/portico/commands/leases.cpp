// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/commands/cells.hpp"
#include "app/portico/commands/commands.hpp"
#include "management/moment.hpp"
#include "stats/table.hpp"

namespace portico::commands {
namespace {

using management::Page;
using management::PageRequest;
using stats::Table;

std::string end_of(const lease::Lease& lease) {
  const bool never = lease.state == lease::State::Bound && lease.lease_s == lease::kInfinite;
  return never ? "never" : management::to_text(lease.until);
}

std::string table_of(const Page<lease::Lease>& page) {
  Table table{
      {{"mac"}, {"state"}, {"class"}, {"private"}, {"public"}, {"tunnel"}, {"ports"}, {"until"}}};
  for (const auto& l : page.rows)
    table.row({to_string(l.mac), std::string{lease::to_string(l.state)}, l.class_name,
               to_string(l.private_address), address_or_dash(l.public_address),
               address_or_dash(l.tunnel_address), ports_of(l.range), end_of(l)});
  return text_of(table, page);
}

std::string table_of(const std::vector<lease::HistoryRecord>& records) {
  Table table{{{"at"}, {"event"}, {"mac"}, {"private"}, {"ports"}}};
  for (const auto& r : records)
    table.row({management::to_text(r.at), std::string{lease::to_string(r.event)},
               to_string(r.lease.mac), to_string(r.lease.private_address),
               ports_of(r.lease.range)});
  return table.text();
}

void show(management::Control& control, cli::Out& out, const PageRequest& request) {
  print_or_fail(control.leases(request), out,
                [&](const Page<lease::Lease>& page) { out.line(table_of(page)); });
}

void show_holder(management::Control& control, const cli::Args& args, cli::Out& out) {
  const auto at = management::parse_moment(args.text("at"));
  if (!at) return out.fail({"must be like 2026-01-31T23:59:59Z, or seconds since 1970", "at"});
  if (args.num("port") > 65535) return out.fail({"must be at most 65535", "port"});
  const lease::HistoryQuery query{args.ipv4("public"), static_cast<std::uint16_t>(args.num("port")),
                                  *at};
  print_or_fail(control.history(query), out, [&](const auto& records) {
    out.line(records.empty() ? "nobody" : table_of(records));
  });
}

}  // namespace

void add_leases(cli::Cli& cli, management::Control& control) {
  cli.add("show leases", "the first hundred leases",
          [&control](const cli::Args&, cli::Out& out) { show(control, out, {}); });
  cli.add("show leases from <row:num>", "a hundred, from this row on",
          [&control](const cli::Args& args, cli::Out& out) {
            show(control, out, {args.num("row"), PageRequest{}.limit});
          });
  cli.add("show leases holder <public:ipv4> <port:num> <at:string>",
          "who held this address and port at that time",
          [&control](const cli::Args& args, cli::Out& out) { show_holder(control, args, out); });
  cli.add("revoke <mac:mac>", "end every lease of this MAC address",
          [&control](const cli::Args& args, cli::Out& out) {
            print_or_fail(control.revoke(args.mac("mac")), out, [&](std::size_t revoked) {
              out.line(std::to_string(revoked) + " revoked");
            });
          });
  cli.add("leases accept-loss",
          "serve unknown phones at once, though some may hold leases lost with a damaged file",
          [&control](const cli::Args&, cli::Out& out) {
            print_or_fail(control.accept_loss(), out, [&](bool was_on) {
              if (!was_on) return out.fail({"no leases were lost", {}});
              out.line("unknown phones are served");
            });
          });
}

}  // namespace portico::commands
