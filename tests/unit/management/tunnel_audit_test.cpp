// SPDX-License-Identifier: BSD-3-Clause
// Control's tunnels and two workers' tables, of which one is made to say something else.
#include "management/tunnel_audit.hpp"

#include "support/tunnel_bed.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace portico::management {
namespace {

using support::TunnelBed;
using Texts = std::vector<std::string>;

/// Two ESP tunnels and one of IPIP.
struct Running : TunnelBed {
  explicit Running(tunnel::End end) : TunnelBed(end) {
    auto plain = record("plain", 3);
    plain.encapsulation = tunnel::Encapsulation::Ipip;
    plain.key.clear();
    plain.gateway = end == tunnel::End::Gateway ? plain.gateway : "203.0.113.9"_ip;
    plain.concentrator = end == tunnel::End::Gateway ? "198.51.100.9"_ip : plain.concentrator;
    take({record("a", 1), record("b", 2), plain});
    REQUIRE(found().empty());
  }
  [[nodiscard]] Texts found() const {
    Texts texts;
    for (const auto& difference : compare_tunnels(tunnels, tables()))
      texts.push_back(std::string{name_of(difference.kind)} + ": " + difference.what);
    return texts;
  }
  [[nodiscard]] tunnel::Tunnels& table() { return workers[1]->tunnels; }
};

TEST_CASE("the audit of tunnels at rest finds nothing, and each change made to a table",
          "[management][audit]") {
  Running run{GENERATE(tunnel::End::Gateway, tunnel::End::Concentrator)};
  auto& entry = *run.tunnels.entries().front();
  auto& receiver = *entry.sets.front()->receivers()[1];
  const auto spi = std::to_string(receiver.spi);
  SECTION("a worker has no path to a far end") {
    run.table().clear_path(entry.index);
    CHECK(run.found() == Texts{"tunnel_differs_in_worker: tunnel a has no path in worker 1"});
  }
  SECTION("a worker has another path") {
    run.table().set_path(entry.index, run.tunnels.entries()[1]->path->path);
    CHECK(run.found() == Texts{"tunnel_differs_in_worker: tunnel a has another path in worker 1"});
  }
  SECTION("a worker may not send") {
    run.table().set_senders(entry.index, {});
    CHECK(run.found() ==
          Texts{"tunnel_differs_in_worker: tunnel a has no SA to send by in worker 1"});
  }
  SECTION("a worker sends by another tunnel's SA") {
    run.table().set_senders(entry.index, run.tunnels.entries()[1]->sending->senders());
    CHECK(run.found() ==
          Texts{"tunnel_differs_in_worker: tunnel a sends by another SA in worker 1"});
  }
  SECTION("a worker hands over to another") {
    run.table().set_senders(entry.index, entry.sending->senders().first(1));
    CHECK(run.found() ==
          Texts{"tunnel_differs_in_worker: tunnel a has no SA to send by in worker 1",
                "tunnel_differs_in_worker: tunnel a hands over to another worker in worker 1"});
  }
  SECTION("an SPI is gone") {
    run.table().remove_receiver(receiver.spi);
    CHECK(run.found() == Texts{"receiver_differs_in_worker: SPI " + spi +
                               " of tunnel a is not known in worker 1"});
  }
  SECTION("an SPI's packets are opened by another worker") {
    run.table().add_receiver({&receiver, 0});
    CHECK(run.found() == Texts{"receiver_differs_in_worker: SPI " + spi +
                               " of tunnel a is opened by worker 1, and by worker 0 in worker 1"});
  }
  SECTION("an SPI's packets go to another tunnel") {
    receiver.tunnel = run.tunnels.entries()[1]->index;
    const auto said = "receiver_differs_in_worker: SPI " + spi + " of tunnel a is another SA";
    CHECK(run.found() == Texts{said + " in worker 0", said + " in worker 1"});
    receiver.tunnel = entry.index;
  }
  SECTION("an SPI is taken that no tunnel has") {
    std::vector<std::uint64_t> words(tunnel::ReplayWindow::words_for(64));
    tunnel::InboundSa stray{64, words, 0};
    stray.spi = 999;
    run.table().add_receiver({&stray, 0});
    CHECK(run.found() == Texts{"receiver_differs_in_worker: SPI 999 is no tunnel's, and is taken"
                               " in worker 1"});
  }
  SECTION("a tunnel is up that is in no record") {
    run.table().set_path(7, entry.path->path);
    CHECK(run.found() == Texts{"tunnel_differs_in_worker: tunnel 7 is none of the records', and is"
                               " up in worker 1"});
  }
  SECTION("an IPIP tunnel's far end is not known") {
    const auto& plain = *run.tunnels.entries()[2];
    run.table().clear_path(plain.index);
    CHECK(run.found() ==
          Texts{"tunnel_differs_in_worker: tunnel plain has no path in worker 1",
                "receiver_differs_in_worker: " + to_string(plain.path->path.peer) +
                    " is tunnel plain's far end, and is not known as that in worker 1"});
  }
}

TEST_CASE("at a concentrator the audit finds each block that leads elsewhere",
          "[management][audit]") {
  Running run{tunnel::End::Concentrator};
  auto& blocks = run.workers[1]->blocks;
  const PortBlock own{"192.0.2.1"_ip, 1024, 2047};
  SECTION("a block leads nowhere") {
    blocks.remove(own);
    CHECK(run.found() == Texts{"block_differs_in_worker: ports 1024-2047 of 192.0.2.1 through"
                               " tunnel a are not found in worker 1"});
  }
  SECTION("a block leads through another tunnel") {
    blocks.remove(own);
    blocks.add(own, run.tunnels.entries()[2]->index);
    const std::string ports =
        "block_differs_in_worker: ports 1024-2047 of 192.0.2.1 through tunnel ";
    CHECK(run.found() == Texts{ports + "a are not found in worker 1",
                               ports + "plain are in no record, and found in worker 1"});
  }
  SECTION("ports lead somewhere that are in no record") {
    blocks.add({"192.0.2.3"_ip, 0, 65535}, 5);
    CHECK(run.found() == Texts{"block_differs_in_worker: ports 0-65535 of 192.0.2.3 through"
                               " tunnel 5 are in no record, and found in worker 1"});
  }
}

TEST_CASE("while workers have orders to carry out there is nothing to audit",
          "[management][audit]") {
  Running run{tunnel::End::Concentrator};
  CHECK(audit_tunnels(run.tunnels, run.publisher, run.tables()));
  const auto more = std::vector{TunnelBed::record("a", 1), TunnelBed::record("c", 4)};
  run.tunnels.take(support::files_of(more), run.now);
  CHECK_FALSE(audit_tunnels(run.tunnels, run.publisher, run.tables()));
  run.settle();
  CHECK(audit_tunnels(run.tunnels, run.publisher, run.tables())->empty());
}

}  // namespace
}  // namespace portico::management
