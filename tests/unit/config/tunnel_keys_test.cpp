// SPDX-License-Identifier: BSD-3-Clause
#include "config/tunnel_keys.hpp"

#include <catch2/catch.hpp>

#include "unit/config/tunnel_sample.hpp"

using namespace portico;
using namespace portico::config;

namespace {

std::vector<std::string> errors_of(const std::string& text) {
  FileProblems problems{"k"};
  (void)read_keys(text, problems);
  std::vector<std::string> all;
  for (const auto& e : std::move(problems).take()) all.push_back(to_string(e));
  return all;
}

}  // namespace

TEST_CASE("a set of keys is one line, its members in any order", "[config][tunnel]") {
  FileProblems problems{"k"};
  const auto all = read_keys("// keys\n { \"in\" : [" + key(1, 64) + " , " + key(2) +
                                 "],\"out\":[" + key(3) + "],\t\"name\":\"a-1\" } \r\n",
                             problems);
  CHECK(problems.none());
  REQUIRE(all.size() == 1);
  CHECK(all[0].line == 2);
  CHECK(all[0].keys.name == "a-1");
  CHECK(all[0].keys.out.size() == 1);
  REQUIRE(all[0].keys.in.size() == 2);
  CHECK(all[0].keys.in[0].size() == 64);
  CHECK(all[0].keys.in[1].octets()[1] == 9);
}

TEST_CASE("what is no set of keys is refused, and none of it is quoted", "[config][tunnel]") {
  const std::string secret = key(1).substr(1, 40);
  const auto text = GENERATE_COPY(values<std::string>({
      "{\"name\": \"a\", \"out\": [" + key(1) + "]}",
      "{\"name\": \"a\", \"out\": " + key(1) + ", \"in\": []}",
      "{\"name\": \"a\", \"out\": [" + key(1) + "], \"in\": [" + key(2) + "], \"out\": []}",
      "{\"name\": \"a\", \"out\": [" + key(1) + "], \"in\": [" + key(2) + "], \"x\": 1}",
      "{\"name\": \"a\", \"out\": [" + key(1) + "], \"in\": [" + key(2) + "]} x",
      "{\"name\": \"a\", \"out\": [" + key(1) + ",], \"in\": [" + key(2) + "]}",
      "{\"name\": \"a\", \"out\": [" + secret + "], \"in\": [" + key(2) + "]}",
      "{\"" + secret + "\": \"a\", \"out\": [" + key(1) + "], \"in\": [" + key(2) + "]}",
      "{\"name\": \"a\\u0041\", \"out\": [" + key(1) + "], \"in\": [" + key(2) + "]}",
      "{\"name\": \"a\", \"out\": [" + key(1),
      "[]",
  }));
  CAPTURE(text);
  const auto errors = errors_of(text);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find("is not of the form") != errors[0].npos);
  CHECK(errors[0].find(secret.substr(0, 8)) == errors[0].npos);
}

TEST_CASE("keys that are none, or somebody's already, are refused", "[config][tunnel][E-4]") {
  const auto line = [](const std::string& name, const std::string& out, const std::string& in) {
    return "{\"name\": \"" + name + "\", \"out\": [" + out + "], \"in\": [" + in + "]}\n";
  };
  using Texts = std::vector<std::string>;
  const std::string no_key = ": is no key: all its octets are alike";
  CHECK(errors_of(line("a", "\"0000\"", "\"7777\"")) ==
        Texts{"k:1: /out/0" + no_key, "k:1: /in/0" + no_key});
  CHECK(errors_of(line("a", "\"012\"", key(2))) ==
        Texts{"k:1: /out/0: must be 1 to 64 octets in hexadecimal digits"});
  CHECK(errors_of(line("a", key(1, 65), key(2))) ==
        Texts{"k:1: /out/0: must be 1 to 64 octets in hexadecimal digits"});
  CHECK(errors_of(line("a", "", key(2))) == Texts{"k:1: /out: must list 1 to 64 keys"});
  CHECK(errors_of(line("a", key(1), key(1))) ==
        Texts{"k:1: /in/0: is the same key as line 1's /out/0"});
  CHECK(errors_of(line("a", key(1), key(2)) + line("b", key(3), key(1))) ==
        Texts{"k:2: /in/0: is the same key as line 1's /out/0"});
  CHECK(errors_of(line("a", key(1), key(2)) + line("a", key(3), key(4))) ==
        Texts{"k:2: /name: is the name of line 1 already"});
}
