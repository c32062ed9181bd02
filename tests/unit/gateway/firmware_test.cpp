// SPDX-License-Identifier: BSD-3-Clause
#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

namespace portico {
namespace {

using namespace support;

const Phone kPhone{.mac = "00:1b:2c:00:00:01"_mac};

tftp::SnapshotPtr files() {
  auto image = std::make_shared<tftp::Image>();
  image->octets = octets("software");
  image->digest[0] = 0xab;
  auto snapshot = std::make_shared<tftp::Snapshot>();
  snapshot->files["acme.bin"] = image;
  return snapshot;
}

/// The text of DATA or ERROR.
std::string text_of(const Octets& packet) {
  if (packet.size() < 4) return "nothing";
  return {packet.begin() + 4, packet.end() - (packet[1] == 5 ? 1 : 0)};
}

TEST_CASE("software is served to the holders of leases, and nobody else", "[gateway][P9]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  bed.core->set_files(files());
  const auto ack = bed.lease(kPhone);
  REQUIRE(ack);
  SECTION("a holder") {
    bed.fetch(ack->address, kPhone.mac, "acme.bin");
    CHECK(text_of(bed.last_payload()) == "software");
  }
  SECTION("a holder who asks for what is not there") {
    bed.fetch(ack->address, kPhone.mac, "other.bin");
    CHECK(text_of(bed.last_payload()) == "no such file");
  }
  SECTION("a holder who leaves the root") {
    bed.fetch(ack->address, kPhone.mac, "../etc/passwd");
    CHECK(text_of(bed.last_payload()) != "software");
    CHECK(bed.last_payload().at(1) == 5);
  }
  SECTION("who was offered a lease only") {
    const Phone other{.mac = "00:1b:2c:00:00:02"_mac};
    const auto offer = bed.discover(other);
    bed.fetch(offer->address, other.mac, "acme.bin");
    bed.turn();
    CHECK(bed.core->tftp().live() == 0);
  }
  SECTION("whose lease ended") {
    bed.release(kPhone, ack->address);
    bed.settle();
    bed.world.sent.clear();
    bed.fetch(ack->address, kPhone.mac, "acme.bin");
    CHECK(bed.core->tftp().live() == 0);
  }
}

TEST_CASE("a template is filled from the requester's own lease", "[gateway][P6][P9]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  const auto ack = bed.lease(kPhone);
  REQUIRE(ack);
  const auto& range = *ack->settings.range;
  bed.fetch(ack->address, kPhone.mac, "001b2c000001.cfg");
  CHECK(text_of(bed.last_payload()) ==
        "203.0.113.0:" + std::to_string(range.first) + "-" + std::to_string(range.last()));
  SECTION("another phone's is not there") {
    bed.fetch(ack->address, kPhone.mac, "001b2c000002.cfg");
    CHECK(text_of(bed.last_payload()) == "no such file");
  }
}

TEST_CASE("a lease names the digest of the software there is", "[gateway][P6]") {
  fake::MemoryStore disk;
  GatewayBed bed(disk);
  CHECK_FALSE(bed.discover(kPhone)->settings.firmware);
  bed.core->set_files(files());
  const auto offer = bed.discover(kPhone);
  REQUIRE(offer->settings.firmware);
  CHECK((*offer->settings.firmware)[0] == 0xab);
  CHECK(offer->settings.version == "1.2");
}

}  // namespace
}  // namespace portico
