// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/http/server.hpp"

#include <httplib.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <pthread.h>
#include <sys/socket.h>

namespace portico::http {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::size_t kMaxBody = 1024;  // a GET has none
constexpr time_t kTimeout_s = 5;
constexpr std::size_t kRequestsPerConnection = 100;

/// The library's own choice, SO_REUSEPORT, would let a second instance share the port unnoticed.
void set_options(socket_t s) {
  const int yes = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

void answer(const management::PageHandler& handler, const httplib::Request& request,
            httplib::Response& response) {
  auto page = handler({request.path, {request.params.begin(), request.params.end()}});
  response.status = page.status;
  response.set_content(std::move(page.body), page.content_type);
}

httplib::Server::HandlerResponse refuse_other_methods(const httplib::Request& request,
                                                      httplib::Response& response) {
  if (request.method == "GET" || request.method == "HEAD")
    return httplib::Server::HandlerResponse::Unhandled;
  response.status = 405;
  response.set_header("Allow", "GET, HEAD");
  return httplib::Server::HandlerResponse::Handled;
}

}  // namespace

Server::Server(management::PageHandler handler)
    : handler_(std::move(handler)), server_(std::make_unique<httplib::Server>()) {
  auto& s = *server_;
  s.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  s.set_socket_options(set_options);
  s.set_payload_max_length(kMaxBody);
  s.set_read_timeout(kTimeout_s);
  s.set_write_timeout(kTimeout_s);
  s.set_keep_alive_timeout(kTimeout_s);
  s.set_keep_alive_max_count(kRequestsPerConnection);
  s.set_pre_routing_handler(refuse_other_methods);
  s.set_exception_handler(
      [](const auto&, auto& response, const std::exception_ptr&) { response.status = 500; });
  s.Get(".*", [this](const auto& request, auto& response) { answer(handler_, request, response); });
}

Result<std::unique_ptr<Server>> Server::start(wire::Endpoint endpoint,
                                              management::PageHandler handler,
                                              const cpu_set_t& cpus) {
  std::unique_ptr<Server> server{new Server(std::move(handler))};
  const auto host = to_string(endpoint.address);
  errno = 0;
  if (!server->server_->bind_to_port(host.c_str(), endpoint.port))
    return fail(std::string{"cannot be bound: "} + std::strerror(errno),
                host + ':' + std::to_string(endpoint.port));
  // The library's threads are made by this one, and inherit where it may run.
  server->thread_ = std::thread([&s = *server->server_, cpus] {
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
    s.listen_after_bind();
  });
  // stop() does nothing until the loop runs.
  while (!server->server_->is_running()) std::this_thread::yield();
  return server;
}

Server::~Server() {
  if (!thread_.joinable()) return;
  server_->stop();
  thread_.join();
}

}  // namespace portico::http
