// SPDX-License-Identifier: BSD-3-Clause
// The files of conf/ are documentation: they must load, show every key, and say of each what the
// program says of it.
#include "config/load.hpp"
#include "config/tunnel_keys.hpp"
#include "config/tunnel_records.hpp"
#include "config/tunnels.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

using namespace portico;
using namespace portico::config;

namespace {

const std::string kFile = CONF_FOLDER "/portico.json";
const std::string kConcentratorFile = CONF_FOLDER "/concentrator.json";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Is there a value at this pointer, '*' standing for any element of a list?
bool has(const nlohmann::json& at, std::string_view pointer) {
  if (pointer.empty()) return true;
  const auto end = pointer.find('/', 1);
  const std::string key{pointer.substr(1, end == pointer.npos ? end : end - 1)};
  const auto rest = end == pointer.npos ? std::string_view{} : pointer.substr(end);
  if (key != "*") return at.contains(key) && has(at[key], rest);
  return std::any_of(at.begin(), at.end(), [&](const auto& element) { return has(element, rest); });
}

}  // namespace

TEST_CASE("the sample configuration of each role is valid", "[config]") {
  const auto loaded = load_file(GENERATE(kFile, kConcentratorFile));
  for (const auto& e : loaded.errors) UNSCOPED_INFO(to_string(e));
  CHECK(loaded.errors.empty());
}

TEST_CASE("the sample configurations show and document every key", "[config]") {
  const auto shows = [](const std::string& text, const Key& key) {
    const auto document = nlohmann::json::parse(text, nullptr, true, true);
    return has(document, key.pointer) && text.find("// " + std::string{key.help}) != text.npos;
  };
  const auto gateway = text_of(kFile);
  const auto concentrator = text_of(kConcentratorFile);
  for (const auto& key : all_keys()) {
    CAPTURE(key.pointer, key.help);
    CHECK((shows(gateway, key) || shows(concentrator, key)));
  }
}

TEST_CASE("the sample's tunnels document every key, and fit both sample configurations",
          "[config]") {
  const auto text = text_of(CONF_FOLDER "/tunnels.jsonl");
  for (const auto& key : record_keys()) {
    const auto name = key.pointer.substr(key.pointer.rfind('/') + 1);
    CAPTURE(name, key.help);
    CHECK(text.find(name + ": " + std::string{key.help}) != text.npos);
    CHECK(text.find('"' + name + '"') != text.npos);
  }
  auto keys = text_of(CONF_FOLDER "/tunnel-keys.jsonl.sample");
  const auto file = GENERATE(kFile, kConcentratorFile);
  const auto config = load_file(file).config;
  SECTION("but the sample's keys are refused as none") {
    const auto errors = read_tunnels(config, text, keys).errors;
    CHECK(errors.size() == 6);
    for (const auto& e : errors) CHECK(e.what == "is no key: all its octets are alike");
  }
  SECTION("with real keys in their place all is well") {
    const std::string none(40, '0');
    for (char digit = '1'; keys.find(none) != keys.npos; ++digit)
      keys.replace(keys.find(none), 2, std::string("a") + digit);
    const auto tunnels = read_tunnels(config, text, keys);
    for (const auto& e : tunnels.errors) UNSCOPED_INFO(to_string(e));
    CHECK(tunnels.errors.empty());
    CHECK(tunnels.records.size() == (file == kFile ? 1 : 3));
  }
}
