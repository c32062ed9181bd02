// SPDX-License-Identifier: BSD-3-Clause
#include "config/validate.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace portico;
using namespace portico::config;
namespace fs = std::filesystem;

namespace {

/// A folder of this test's own, removed at its end.
class Folder {
 public:
  Folder() {
    auto pattern = (fs::temp_directory_path() / "portico-check-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string operator/(std::string_view name) const {
    return (path_ / name).string();
  }

 private:
  fs::path path_;
};

std::vector<std::string> places(const Config& config) {
  std::vector<std::string> result;
  for (const auto& e : check_files(config)) result.push_back(e.where);
  return result;
}

}  // namespace

TEST_CASE("folders and files that the configuration names must exist", "[config]") {
  const Folder folder;
  Config config;
  config.leases.file = folder / "leases.db";
  CHECK(places(config).empty());
  SECTION("the folder of the lease file, though not the file itself") {
    config.leases.file = folder / "missing/leases.db";
    CHECK(places(config) == std::vector<std::string>{"/leases/file"});
  }
  SECTION("the MAC list") {
    config.phones.macs.file = folder / "macs";
    CHECK(places(config) == std::vector<std::string>{"/phones/macs/file"});
    std::ofstream(config.phones.macs.file) << "00:1b:2c allow\n";
    CHECK(places(config).empty());
  }
  SECTION("the tunnels' files, and the folder of their store") {
    config.tunnel.file = folder / "tunnels";
    config.tunnel.keys = folder / "keys";
    config.tunnel.store = folder / "missing/tunnels.db";
    CHECK(places(config) ==
          std::vector<std::string>{"/tunnel/file", "/tunnel/keys", "/tunnel/store"});
    std::ofstream(config.tunnel.file) << "\n";
    std::ofstream(config.tunnel.keys) << "\n";
    config.tunnel.store = folder / "tunnels.db";
    CHECK(places(config).empty());
  }
  SECTION("the lease file's of a gateway only") {
    config.leases.file = folder / "missing/leases.db";
    config.role = Role::Concentrator;
    CHECK(places(config).empty());
  }
  SECTION("the files' root, and in it the firmware that Portico serves itself") {
    config.tftp.root = folder / "";
    config.phones.classes.resize(1);
    config.phones.classes[0].firmware =
        Firmware{.file = "a.bin", .version = {}, .server = {}, .sha256 = {}};
    config.phones.classes[0].templates = {{.name = "x", .text = {}, .file = "t"}};
    CHECK(places(config) == std::vector<std::string>{"/phones/classes/0/firmware/file",
                                                     "/phones/classes/0/templates/0/file"});
    std::ofstream(folder / "a.bin") << "x";
    std::ofstream(folder / "t") << "x";
    CHECK(places(config).empty());
    config.tftp.root = folder / "missing";
    config.phones.classes.clear();
    CHECK(places(config) == std::vector<std::string>{"/tftp/root"});
  }
}
