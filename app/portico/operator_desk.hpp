// SPDX-License-Identifier: BSD-3-Clause
// Everything that operators talk to: the HTTP server, the command line on its socket and on the
// terminal, DPDK's telemetry. None of it runs on an lcore.
#pragma once

#include "app/portico/appliance.hpp"
#include "app/portico/operator_view.hpp"
#include "base/result.hpp"
#include "drivers/cli/cli.hpp"
#include "drivers/cli/socket_server.hpp"
#include "drivers/http/server.hpp"
#include "management/pages.hpp"

#include <memory>
#include <thread>

namespace portico::app {

class OperatorDesk {
 public:
  /// `interactive`: the command line on this process's terminal; its `quit` stops the appliance.
  [[nodiscard]] static Result<std::unique_ptr<OperatorDesk>> open(Appliance& appliance,
                                                                  bool interactive);
  ~OperatorDesk();
  OperatorDesk(const OperatorDesk&) = delete;
  OperatorDesk& operator=(const OperatorDesk&) = delete;

 private:
  explicit OperatorDesk(Appliance& appliance);
  [[nodiscard]] Result<void> start_http();
  [[nodiscard]] Result<void> start_socket();
  void start_terminal();

  Appliance& appliance_;
  OperatorView view_;
  management::Pages pages_{view_};
  cli::Cli cli_;
  std::unique_ptr<http::Server> http_;
  std::unique_ptr<cli::SocketServer> socket_;
};

}  // namespace portico::app
