// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/cli/cli.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using Catch::Matchers::Contains;

TEST_CASE("a grammar's words and arguments reach its handler", "[cli]") {
  cli::Cli cli;
  std::string seen;
  cli.add("show one <phone:ipv4>", "a phone", [&](const cli::Args& args, cli::Out& out) {
    seen = to_string(args.ipv4("phone"));
    out.line("done");
  });
  cli.add("show all", "all phones", [&](const cli::Args&, cli::Out&) { seen = "all"; });
  cli.add("revoke <mac:mac> <times:num>", "end leases", [&](const cli::Args& args, cli::Out&) {
    seen = to_string(args.mac("mac")) + " " + std::to_string(args.num("times"));
  });
  cli.add("port info|stats <name:string>", "a port", [&](const cli::Args& args, cli::Out&) {
    seen = args.text("info|stats") + " of " + args.text("name");
  });

  CHECK(cli.run("show one 10.20.0.2").text() == "done\n");
  CHECK(seen == "10.20.0.2");
  CHECK_FALSE(cli.run("show all").failed());
  CHECK(seen == "all");
  CHECK_FALSE(cli.run("revoke 00:1b:2c:00:00:02 18446744073709551615").failed());
  CHECK(seen == "00:1b:2c:00:00:02 18446744073709551615");
  CHECK_FALSE(cli.run("  port   stats lan0 ").failed());
  CHECK(seen == "stats of lan0");
}

TEST_CASE("a word is given in full", "[cli]") {
  cli::Cli cli;
  int drops = 0;
  cli.add("show drops", "x", [&](const cli::Args&, cli::Out&) { ++drops; });
  CHECK(cli.run("show dro").failed());
  CHECK_FALSE(cli.run("show drops").failed());
  CHECK(drops == 1);
}

TEST_CASE("a command that does not fit any grammar fails and says so", "[cli]") {
  cli::Cli cli;
  cli.add("show one <phone:ipv4>", "a phone", [](const cli::Args&, cli::Out&) {});
  for (const auto* bad :
       {"frobnicate", "show", "show one", "show one 10.20.0", "show one 1.2.3.4 5", "show one ::1",
        "show one\t1.2.3.4", "show\none 1.2.3.4"}) {
    CAPTURE(bad);
    const auto out = cli.run(bad);
    CHECK(out.failed());
    CHECK_FALSE(out.text().empty());
  }
  CHECK(cli.run(std::string(600, 'x')).failed());
  CHECK(cli.run(std::string(300, 'x')).failed());
}

TEST_CASE("an empty line and a comment are no commands and no failures", "[cli]") {
  cli::Cli cli;
  CHECK_FALSE(cli.run("").failed());
  CHECK_FALSE(cli.run("   ").failed());
  CHECK_FALSE(cli.run("# a comment").failed());
}

TEST_CASE("help lists every command with its phrase, quit ends the conversation", "[cli]") {
  cli::Cli cli;
  cli.add("show one <phone:ipv4>", "what one phone holds", [](const cli::Args&, cli::Out&) {});
  const auto help = cli.run("help").text();
  CHECK_THAT(help, Contains("show one <phone:ipv4>  what one phone holds\n"));
  CHECK_THAT(help, Contains("quit"));
  CHECK(cli.run("quit").closes());
}

TEST_CASE("a failed command says where and why", "[cli]") {
  cli::Cli cli;
  cli.add("try", "x", [](const cli::Args&, cli::Out& out) {
    out.line("first");
    out.fail({"is down", "lan0"});
  });
  const auto out = cli.run("try");
  CHECK(out.failed());
  CHECK(out.text() == "first\nlan0: is down\n");
}
