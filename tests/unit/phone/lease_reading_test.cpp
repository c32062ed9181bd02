// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/lease_reading.hpp"

#include <catch2/catch.hpp>

#include "server.hpp"

using namespace portico;
using namespace portico::phone;
using namespace portico::phone::test;

namespace {

Result<Lease> read(const Edit& edit = {}) {
  const auto octets = reply(Type::Ack, 1, edit);
  return read_lease(parsed(octets), kEnterprise);
}

Octets text(std::string_view t) { return {t.begin(), t.end()}; }
Octets settings_option(const wire::dhcp::PhoneSettings& told) { return option_125(told); }

}  // namespace

TEST_CASE("a telephone reads its address, ports and software from a reply", "[phone][P6][D-17]") {
  const auto lease = read();
  REQUIRE(lease);
  CHECK(lease->address == "10.0.0.7"_ip);
  CHECK(lease->prefix_length == 24);
  CHECK(lease->router == "10.0.0.1"_ip);
  CHECK(lease->server == "10.0.0.1"_ip);
  CHECK(lease->identity.public_address == "203.0.113.1"_ip);
  CHECK(lease->identity.tunnel_address.is_zero());
  CHECK(lease->identity.ports == PortRange{24000, 64});
  CHECK(lease->firmware.server == "10.0.0.1"_ip);
  CHECK(lease->firmware.file == "t46/firmware.bin");
  CHECK(lease->firmware.digest == Sha256{1, 2, 3});
  CHECK(lease->firmware.version == "2.1");
}

TEST_CASE("a telephone refuses a lease that it could not use", "[phone][P6]") {
  auto told = settings();
  SECTION("without option 125") { CHECK_FALSE(read(without(code::kVendorInformation))); }
  SECTION("with option 125 of another enterprise") {
    const auto octets = reply(Type::Ack, 1);
    CHECK_FALSE(read_lease(parsed(octets), kEnterprise + 1));
  }
  SECTION("with option 125 cut short") {
    auto cut = option_125(told);
    cut.pop_back();
    CHECK_FALSE(read(with(code::kVendorInformation, cut)));
  }
  SECTION("without ports") {
    told.range.reset();
    CHECK_FALSE(read(with(code::kVendorInformation, settings_option(told))));
  }
  SECTION("with system ports") {
    told.range = PortRange{512, 64};
    CHECK_FALSE(read(with(code::kVendorInformation, settings_option(told))));
  }
  SECTION("with ports but no address to use them on") {
    told.public_address.reset();
    CHECK_FALSE(read(with(code::kVendorInformation, settings_option(told))));
  }
  SECTION("without a server identifier") { CHECK_FALSE(read(without(code::kServerIdentifier))); }
  SECTION("without a lease time") { CHECK_FALSE(read(without(code::kLeaseTime))); }
  SECTION("with a mask that has holes") {
    CHECK_FALSE(read(with(code::kSubnetMask, {255, 0, 255, 0})));
  }
  SECTION("with an address that is no host's") {
    const auto address = GENERATE(0x00000000u, 0x7f000001u, 0xe0000001u, 0xffffffffu);
    CHECK_FALSE(read([=](Builder& b) { b.header().yiaddr = {address}; }));
  }
}

TEST_CASE("one port is a range, and a provider's address will do", "[phone][P4]") {
  auto told = settings();
  told.public_address.reset();
  told.tunnel_address = Ipv4{0xc6336401};
  told.range = PortRange{24007, 1};
  const auto lease = read(with(code::kVendorInformation, settings_option(told)));
  REQUIRE(lease);
  CHECK(lease->identity.tunnel_address == "198.51.100.1"_ip);
  CHECK(lease->identity.ports.last() == 24007);
}

TEST_CASE("T1 and T2 are the server's where they are in order, else the defaults",
          "[phone][D-10]") {
  SECTION("half and seven eighths") {
    const auto lease = read();
    CHECK(lease->renew_s == 500);
    CHECK(lease->rebind_s == 875);
  }
  SECTION("the server's own") {
    const auto lease = read([](Builder& b) {
      b.add_number32(code::kRenewalTime, 100);
      b.add_number32(code::kRebindingTime, 200);
    });
    CHECK(lease->renew_s == 100);
    CHECK(lease->rebind_s == 200);
  }
  SECTION("T2 before T1") {
    const auto lease = read([](Builder& b) {
      b.add_number32(code::kRenewalTime, 300);
      b.add_number32(code::kRebindingTime, 200);
    });
    CHECK(lease->renew_s == 500);
  }
}

TEST_CASE("the software's server is option 150, else 66, else siaddr", "[phone][D-18]") {
  const auto siaddr = [](Builder& b) {
    b.remove(code::kTftpServers);
    b.header().siaddr = Ipv4{0x0a000003};
  };
  SECTION("150 before the others") {
    CHECK(read([](Builder& b) { b.header().siaddr = Ipv4{0x0a000003}; })->firmware.server ==
          "10.0.0.1"_ip);
  }
  SECTION("66 where it holds an address") {
    const auto lease = read([&](Builder& b) {
      siaddr(b);
      b.add_text(code::kTftpServerName, "10.0.0.2");
    });
    CHECK(lease->firmware.server == "10.0.0.2"_ip);
  }
  SECTION("siaddr where 66 holds a name") {
    const auto lease = read([&](Builder& b) {
      siaddr(b);
      b.add_text(code::kTftpServerName, "tftp.example.net");
    });
    CHECK(lease->firmware.server == "10.0.0.3"_ip);
  }
}

TEST_CASE("the software's name is option 67, else the file field, and printable", "[phone][D-18]") {
  SECTION("the file field") {
    const auto lease = read([](Builder& b) {
      b.remove(code::kBootFile);
      REQUIRE(b.header().set_file_name("from-the-field.bin"));
    });
    CHECK(lease->firmware.file == "from-the-field.bin");
  }
  SECTION("a name with control characters is none") {
    CHECK(read(with(code::kBootFile, text("a\nb")))->firmware.file.empty());
  }
  SECTION("a version is made printable") {
    auto told = settings();
    told.version = "2\x1b[1m\xff";
    CHECK(read(with(code::kVendorInformation, settings_option(told)))->firmware.version ==
          "2?[1m?");
  }
}
