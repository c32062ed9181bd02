// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/http/server.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace portico;
using Catch::Matchers::Contains;

namespace {

cpu_set_t here() {
  cpu_set_t cpus;
  sched_getaffinity(0, sizeof cpus, &cpus);
  return cpus;
}

sockaddr_in address_of(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A port that nobody has.
std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  auto address = address_of(0);
  socklen_t size = sizeof address;
  REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

/// A connection on which these octets were sent.
int say(std::uint16_t port, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const auto address = address_of(port);
  REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  return fd;
}

/// What the server answers to these octets, until it closes.
std::string ask(std::uint16_t port, const std::string& request) {
  const int fd = say(port, request);
  std::string answer;
  char text[4096];
  for (auto n = recv(fd, text, sizeof text, 0); n > 0; n = recv(fd, text, sizeof text, 0))
    answer.append(text, static_cast<std::size_t>(n));
  close(fd);
  return answer;
}

std::string get(std::uint16_t port, const std::string& target, const std::string& method = "GET") {
  return ask(port, method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

management::Response echo(const management::Request& request) {
  std::string body = request.path;
  for (const auto& [name, value] : request.parameters) body += " " + name + "=" + value;
  return {request.path == "/missing" ? 404 : 200, "application/json", body};
}

}  // namespace

TEST_CASE("GET reaches the handler with its path and decoded parameters", "[http]") {
  const auto port = free_port();
  const auto server = http::Server::start({"127.0.0.1"_ip, port}, echo, here());
  REQUIRE(server);
  const auto answer = get(port, "/v1/bindings?mac=00%3A1b&port=5");
  CHECK_THAT(answer, Contains("200 OK"));
  CHECK_THAT(answer, Contains("Content-Type: application/json"));
  CHECK_THAT(answer, Contains("/v1/bindings mac=00:1b port=5"));
  CHECK_THAT(get(port, "/missing"), Contains("404"));
  SECTION("other methods are refused") {
    for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS"})
      CHECK_THAT(get(port, "/v1/health", method), Contains("405"));
  }
  SECTION("what is no HTTP is no harm") {
    const int nonsense = say(port, "\x16\x03\x01 nonsense\r\n\r\n");
    const int endless = say(port, "GET " + std::string(100000, '/') + " HTTP/1.1\r\n\r\n");
    CHECK_THAT(get(port, "/after"), Contains("/after"));
    close(nonsense);
    close(endless);
  }
}

TEST_CASE("an address that is taken is an error, with its name", "[http]") {
  const auto port = free_port();
  const auto first = http::Server::start({"127.0.0.1"_ip, port}, echo, here());
  REQUIRE(first);
  const auto second = http::Server::start({"127.0.0.1"_ip, port}, echo, here());
  REQUIRE_FALSE(second);
  CHECK(second.error().where == "127.0.0.1:" + std::to_string(port));
  CHECK_THAT(second.error().what, Contains("in use"));
  const auto elsewhere = http::Server::start({"192.0.2.1"_ip, port}, echo, here());
  CHECK_FALSE(elsewhere);
}

TEST_CASE("a handler that throws is answered 500, and the server goes on", "[http]") {
  const auto port = free_port();
  const auto server = http::Server::start(
      {"127.0.0.1"_ip, port},
      [](const management::Request& r) -> management::Response {
        if (r.path == "/bad") throw std::runtime_error("no");
        return echo(r);
      },
      here());
  REQUIRE(server);
  CHECK_THAT(get(port, "/bad"), Contains("500"));
  CHECK_THAT(get(port, "/good"), Contains("200"));
}
