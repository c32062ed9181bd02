// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/operator_desk.hpp"

#include "app/portico/commands/commands.hpp"
#include "app/portico/telemetry.hpp"
#include "config/derived.hpp"

#include <cstdio>
#include <pthread.h>

namespace portico::app {

OperatorDesk::OperatorDesk(Appliance& appliance) : appliance_(appliance), view_(appliance) {
  commands::add_all(cli_, view_);
}

OperatorDesk::~OperatorDesk() { Telemetry::stop(); }

Result<std::unique_ptr<OperatorDesk>> OperatorDesk::open(Appliance& appliance, bool interactive) {
  std::unique_ptr<OperatorDesk> desk{new OperatorDesk(appliance)};
  const auto up = desk->start_http().and_then([&] { return desk->start_socket(); }).and_then([&] {
    return Telemetry::serve(desk->view_);
  });
  if (!up) return fail(up.error());
  if (interactive) desk->start_terminal();
  return desk;
}

Result<void> OperatorDesk::start_http() {
  const auto& address = appliance_.config().management.http;
  if (address.empty()) return {};
  auto server = http::Server::start(*config::parse_endpoint(address), pages_, appliance_.cpus());
  if (!server) return fail(server.error());
  http_ = std::move(*server);
  return {};
}

Result<void> OperatorDesk::start_socket() {
  const auto& path = appliance_.config().management.socket;
  if (path.empty()) return {};
  auto server = cli::SocketServer::start(path, cli_, appliance_.cpus());
  if (!server) return fail(server.error());
  socket_ = std::move(*server);
  return {};
}

/// The terminal is read by a thread that ends with the process: a read from it cannot be broken
/// off.
void OperatorDesk::start_terminal() {
  std::thread terminal([this] {
    if (const auto end = cli_.interact("portico> "); !end)
      std::fprintf(stderr, "portico: %s\n", to_string(end.error()).c_str());
    appliance_.stop();
  });
  pthread_setaffinity_np(terminal.native_handle(), sizeof(cpu_set_t), &appliance_.cpus());
  terminal.detach();
}

}  // namespace portico::app
