// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/templates.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::tftp;

namespace {

const Mac kMac = "00:1b:2c:aa:0b:ff"_mac;

Tenant tenant(PortRange range = {24000, 64}) {
  return {kMac, "10.20.0.7"_ip, "203.0.113.1"_ip, {}, range};
}

}  // namespace

TEST_CASE("a text is filled from the phone's own lease", "[tftp][P9]") {
  CHECK(fill("me={private_address} {mac}\nnat={public_address}:{first_port}-{last_port}\n",
             tenant()) == "me=10.20.0.7 001b2caa0bff\nnat=203.0.113.1:24000-24063\n");
  CHECK(fill("{sip_port}{sip_port}", tenant()) == "2400024000");
}

TEST_CASE("an address that the phone does not have is nothing", "[tftp][P9]") {
  CHECK(fill("tunnel=[{tunnel_address}]", tenant()) == "tunnel=[]");
  auto both = tenant();
  both.tunnel_address = "198.51.100.9"_ip;
  CHECK(fill("tunnel=[{tunnel_address}]", both) == "tunnel=[198.51.100.9]");
}

TEST_CASE("SIP has the first port, RTP pairs of even and odd ones have the rest", "[tftp][V-1]") {
  const auto ports = [](PortRange range) {
    return fill("{sip_port} {rtp_first} {rtp_last}", tenant(range));
  };
  CHECK(ports({24000, 64}) == "24000 24002 24063");
  CHECK(ports({24000, 4}) == "24000 24002 24003");
  CHECK(ports({49152, 16384}) == "49152 49154 65535");
  SECTION("two ports hold SIP and RTP, without RTCP") {
    CHECK(ports({24000, 2}) == "24000 24001 24001");
  }
  SECTION("one port is all there is for both") { CHECK(ports({24001, 1}) == "24001 24001 24001"); }
}

TEST_CASE("an unknown placeholder is found when the configuration is read", "[tftp][P9]") {
  CHECK(
      check_text("{mac} {private_address} {public_address} {tunnel_address} {first_port} "
                 "{last_port} {sip_port} {rtp_first} {rtp_last}"));
  const auto wrong = check_text("{mac} and {password}");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().what == "unknown placeholder {password}");
}

TEST_CASE("braces that hold no placeholder are text", "[tftp][P9]") {
  for (const auto* const text :
       {"{", "}", "{}", "{ mac }", "{\"a\": {\"b\": 1}}", "{mac", "{Mac}", "${", "{{}}", "a{1}"}) {
    CAPTURE(text);
    CHECK(check_text(text));
    CHECK(fill(text, tenant()) == text);
  }
  CHECK(fill("{{mac}}", tenant()) == "{001b2caa0bff}");
}

TEST_CASE("a file's name holds the address in the spellings that vendors use", "[tftp][P9]") {
  for (const auto* const requested : {"cfg/001b2caa0bff.xml", "cfg/001B2CAA0BFF.xml",
                                      "cfg/00:1b:2c:aa:0b:ff.xml", "cfg/00-1B-2C-AA-0B-FF.xml"}) {
    CAPTURE(requested);
    CHECK(name_matches("cfg/{mac}.xml", requested, kMac));
  }
  CHECK(name_matches("SEP{mac}-{mac}", "SEP001b2caa0bff-001B2CAA0BFF", kMac));
  CHECK(name_matches("same.cfg", "same.cfg", kMac));
}

TEST_CASE("another phone's file, or anything near it, is not this phone's", "[tftp][P9]") {
  for (const auto* const requested :
       {"", "cfg/", "cfg/.xml", "cfg/001b2caa0bfe.xml", "cfg/001b2caa0bf.xml",
        "cfg/001b2caa0bfff.xml", "cfg/001b2caa0bff.xm", "cfg/001b2caa0bff.xmlx",
        "cfg/00:1b-2c:aa:0b:ff.xml", "cfg/00:1b2caa0bff.xml", "Cfg/001b2caa0bff.xml",
        "cfg/{mac}.xml", "cfg/00.1b.2c.aa.0b.ff.xml"}) {
    CAPTURE(requested);
    CHECK_FALSE(name_matches("cfg/{mac}.xml", requested, kMac));
  }
}

TEST_CASE("a template's name is a path below the root with no placeholder but {mac}",
          "[tftp][P9][X-10]") {
  CHECK(check_name("cfg/{mac}.xml"));
  CHECK(check_name("plain.cfg"));
  CHECK_FALSE(check_name(""));
  CHECK_FALSE(check_name("/{mac}.xml"));
  CHECK_FALSE(check_name("./{mac}.xml"));
  CHECK_FALSE(check_name("../{mac}.xml"));
  CHECK(check_name("{sip_port}.xml").error().what ==
        "a file name may hold {mac} only, not {sip_port}");
}
