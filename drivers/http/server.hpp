// SPDX-License-Identifier: BSD-3-Clause
// An HTTP/1.1 server that answers GET and HEAD through a management::PageHandler, nothing else.
#pragma once

#include "base/result.hpp"
#include "management/page.hpp"
#include "wire/datagram.hpp"

#include <memory>
#include <sched.h>
#include <thread>

namespace httplib {
class Server;
}

namespace portico::http {

/// Serves on threads of its own until destroyed.
class Server {
 public:
  /// Fails if the address cannot be bound. `cpus`: where its threads may run.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(wire::Endpoint endpoint,
                                                             management::PageHandler handler,
                                                             const cpu_set_t& cpus);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  explicit Server(management::PageHandler handler);

  management::PageHandler handler_;
  std::unique_ptr<httplib::Server> server_;
  std::thread thread_;
};

}  // namespace portico::http
