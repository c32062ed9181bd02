// SPDX-License-Identifier: BSD-3-Clause
#include "config/tunnel_records.hpp"

#include <catch2/catch.hpp>

#include "unit/config/tunnel_sample.hpp"

using namespace portico;
using namespace portico::config;

namespace {

struct Case {
  const char* sentence;
  std::string_view was;
  std::string_view now;
  const char* error;
};

std::vector<std::string> errors_of(const std::string& text) {
  FileProblems problems{"t"};
  (void)read_records(text, problems);
  std::vector<std::string> all;
  for (const auto& e : std::move(problems).take()) all.push_back(to_string(e));
  return all;
}

constexpr std::string_view kSpi = R"("spi_out": 256)";

}  // namespace

TEST_CASE("a record is one line, and says no more than it must", "[config][tunnel]") {
  FileProblems problems{"t"};
  const auto all = read_records("// a comment\n\n  \t\r\n" + record() + "  // another\n", problems);
  CHECK(problems.none());
  REQUIRE(all.size() == 1);
  CHECK(all[0].line == 4);
  const auto& r = all[0].record;
  CHECK(r.name == "one");
  CHECK(r.encapsulation == tunnel::Encapsulation::Esp);
  CHECK(r.algorithm == tunnel::Algorithm::AesGcm128);
  CHECK(r.esn);
  CHECK_FALSE(r.udp);
  CHECK(r.sas == 1);
  CHECK(r.mtu == 1500);
  CHECK(r.blocks == std::vector<tunnel::PortBlock>{{"192.0.2.0"_ip, 0, 65535}});
}

TEST_CASE("each thing wrong with a record is told with its line and place", "[config][tunnel]") {
  const auto c = GENERATE(values<Case>({
      {"an unknown key", "\"key\"", "\"kee\"",
       "t:1: /kee: is an unknown key (did you mean \"key\"?)"},
      {"a key that lacks", R"("gateway": "198.51.100.2", )", "",
       "t:1: /gateway: is missing: outer address of the end at the phones"},
      {"a reserved SPI", kSpi, R"("spi_out": 255)",
       "t:1: /spi_out: must be a whole number from 256 to 4294967295, is 255"},
      {"no SPI", "\"spi_out\": 256,", "", "t:1: /spi_out: is missing: ESP needs an SPI"},
      {"no SPI left for the last SA", kSpi, R"("sas": 2, "spi_out": 4294967295)",
       "t:1: /spi_out: leaves no SPI for the last of 2 SAs"},
      {"SAs that are no power of two", kSpi, R"("sas": 3, "spi_out": 256)",
       "t:1: /sas: must be a power of two"},
      {"too many SAs", kSpi, R"("sas": 128, "spi_out": 256)",
       "t:1: /sas: must be a whole number from 1 to 64, is 128"},
      {"a small MTU", kSpi, R"("mtu": 575, "spi_out": 256)",
       "t:1: /mtu: must be a whole number from 576 to 9000, is 575"},
      {"no keys for ESP", R"("key": "k1", )", "", "t:1: /key: is missing: ESP needs keys"},
      {"a name for no table", "\"one\"", "\"a b\"",
       "t:1: /name: must be 1 to 64 letters, digits, '.', '_' or '-'"},
      {"both ends at one address", "203.0.113.9", "198.51.100.2",
       "t:1: /concentrator: is the gateway's address already"},
      {"a block from last to first", R"("192.0.2.0")", R"("192.0.2.0", "first": 9, "last": 8)",
       "t:1: /blocks/0/last: must not be below first"},
      {"an outer address inside", R"("192.0.2.0")", R"("203.0.113.9")",
       "t:1: /blocks/0/address: 203.0.113.9 is an outer address of the tunnel"},
      {"a remote network with an outer address", "192.0.2.64/26", "203.0.113.0/24",
       "t:1: /remote/0: 203.0.113.0/24 holds 203.0.113.9, an outer address of the tunnel"},
      {"no blocks", R"({"address": "192.0.2.0"})", "",
       "t:1: /blocks: must list at least one block"},
      {"what is for ESP only", "\"spi_in\": 256, \"key\": \"k1\",", "\"encapsulation\": \"ipip\",",
       "t:1: /spi_out: must not be given: it is for esp only"},
      {"text that is no JSON", "{\"name\"", "{name",
       "t:1: column 3: is not JSON: syntax error while parsing object key - invalid literal; last "
       "read: '{na'; expected string literal"},
  }));
  INFO(c.sentence);
  CHECK(errors_of(record({{c.was, c.now}})) == std::vector<std::string>{c.error});
}

TEST_CASE("of a file full of problems a hundred are shown and the rest counted",
          "[config][tunnel]") {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "{]\n";
  const auto errors = errors_of(text);
  REQUIRE(errors.size() == FileProblems::kMostShown + 1);
  CHECK(errors.back() == "t: 50 more problems");
}

TEST_CASE("a line longer than any record is refused unread", "[config][tunnel]") {
  CHECK(errors_of(std::string(65537, '[')) ==
        std::vector<std::string>{"t:1: is longer than 65536 octets"});
}
