// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/cli/socket_server.hpp"

#include "app/ctl/client.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace portico;
namespace fs = std::filesystem;

namespace {

cpu_set_t here() {
  cpu_set_t cpus;
  sched_getaffinity(0, sizeof cpus, &cpus);
  return cpus;
}

struct Desk {
  Desk() {
    auto pattern = (fs::temp_directory_path() / "portico-cli-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    cli.add("echo <text:string>", "x",
            [](const cli::Args& args, cli::Out& out) { out.line(args.text("text")); });
    cli.add("fill <octets:num>", "x", [](const cli::Args& args, cli::Out& out) {
      out.line(std::string(args.num("octets"), 'x'));
    });
  }
  ~Desk() { fs::remove_all(folder); }
  [[nodiscard]] std::string path() const { return (folder / "cli.sock").string(); }

  fs::path folder;
  cli::Cli cli;
};

}  // namespace

TEST_CASE("commands over the socket are answered in order, with their outcome", "[cli]") {
  Desk desk;
  const auto server = cli::SocketServer::start(desk.path(), desk.cli, here());
  REQUIRE(server);
  auto client = ctl::Client::connect(desk.path());
  REQUIRE(client);
  const auto first = client->ask("echo hello");
  REQUIRE(first);
  CHECK(first->text == "hello\n");
  CHECK_FALSE(first->failed);
  CHECK(client->ask("no such thing")->failed);
  CHECK(client->ask("fill 300000")->text.size() == 300001);
  SECTION("several clients are served") {
    auto other = ctl::Client::connect(desk.path());
    REQUIRE(other);
    CHECK(other->ask("echo two")->text == "two\n");
    CHECK(client->ask("echo one")->text == "one\n");
  }
  SECTION("quit ends this client's conversation only") {
    CHECK(client->ask("quit"));
    CHECK_FALSE(client->ask("echo again"));
    CHECK(ctl::Client::connect(desk.path())->ask("echo again")->text == "again\n");
  }
  SECTION("a line without end is not listened to for ever") {
    CHECK_FALSE(client->ask(std::string(100000, 'x')));
    CHECK(ctl::Client::connect(desk.path())->ask("echo again")->text == "again\n");
  }
}

TEST_CASE("the socket is for its owner and group only, and goes with the server", "[cli]") {
  Desk desk;
  {
    const auto server = cli::SocketServer::start(desk.path(), desk.cli, here());
    REQUIRE(server);
    struct stat file {};
    REQUIRE(stat(desk.path().c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0660);
  }
  CHECK_FALSE(fs::exists(desk.path()));
  CHECK_FALSE(ctl::Client::connect(desk.path()));
}

TEST_CASE("a socket that is served, or a file that is none, is not taken over", "[cli]") {
  Desk desk;
  SECTION("served by another") {
    const auto server = cli::SocketServer::start(desk.path(), desk.cli, here());
    REQUIRE(server);
    CHECK_FALSE(cli::SocketServer::start(desk.path(), desk.cli, here()));
    CHECK(ctl::Client::connect(desk.path())->ask("echo still")->text == "still\n");
  }
  SECTION("a file with something in it") {
    std::ofstream(desk.path()) << "precious";
    CHECK_FALSE(cli::SocketServer::start(desk.path(), desk.cli, here()));
    CHECK(fs::file_size(desk.path()) == 8);
  }
  SECTION("a path that is too long") {
    CHECK_FALSE(cli::SocketServer::start(desk.path() + std::string(200, 'x'), desk.cli, here()));
  }
}
