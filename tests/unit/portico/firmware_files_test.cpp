// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/firmware_files.hpp"

#include <catch2/catch.hpp>

#include "folder.hpp"
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace bench;
using portico::app::FirmwareFiles;
using portico::tftp::SnapshotPtr;

namespace {

class Root : public Folder {
 public:
  FirmwareFiles files(std::uint64_t memory_limit = 1 << 20) {
    return {path().string(), memory_limit, std::make_unique<CountingDigest>([this] {
              ++hashed;
              if (while_hashing) while_hashing();
            })};
  }
  int hashed = 0;
  std::function<void()> while_hashing;
};

std::vector<std::string> names(const SnapshotPtr& snapshot) {
  std::vector<std::string> found;
  for (const auto& [name, image] : snapshot->files) found.push_back(name);
  return found;
}

std::string content(const SnapshotPtr& snapshot, const std::string& name) {
  const auto& octets = snapshot->files.at(name)->octets;
  return {octets.begin(), octets.end()};
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the first scan reads every regular file by its path below the root", "[files][P9]") {
  Root root;
  root.put("fw.bin", "firmware");
  root.put("acme/t46/fw.bin", "another");
  root.put("empty", "");
  auto files = root.files();
  const auto snapshot = files.scan();
  CHECK(names(snapshot) == Names{"acme/t46/fw.bin", "empty", "fw.bin"});
  CHECK(content(snapshot, "fw.bin") == "firmware");
  CHECK(content(snapshot, "empty").empty());
  CHECK(snapshot->files.at("fw.bin")->digest != snapshot->files.at("empty")->digest);
  CHECK(snapshot->left_out.empty());
}

TEST_CASE("an unchanged root gives the same snapshot and is not read again", "[files][P9]") {
  Root root;
  root.put("a", "one");
  root.put("b", "two");
  auto files = root.files();
  const auto snapshot = files.scan();
  CHECK(files.scan() == snapshot);
  CHECK(files.scan() == snapshot);
  CHECK(root.hashed == 2);
}

TEST_CASE("a replaced file is taken once two scans found it the same; others keep their image",
          "[files][P9]") {
  Root root;
  root.put("a", "one");
  root.put("b", "two");
  auto files = root.files();
  const auto before = files.scan();
  root.put("a", "one, renewed");
  CHECK(files.scan() == before);
  const auto after = files.scan();
  CHECK(content(after, "a") == "one, renewed");
  CHECK(content(before, "a") == "one");
  CHECK(after->files.at("b") == before->files.at("b"));
  CHECK(root.hashed == 3);
}

TEST_CASE("a file that grows from scan to scan is not served half", "[files][P9]") {
  Root root;
  root.put("old", "complete");
  auto files = root.files();
  files.scan();
  root.put("new", "ha");
  root.append("old", "ly different");
  const auto growing = files.scan();
  CHECK(names(growing) == Names{"old"});
  CHECK(content(growing, "old") == "complete");
  CHECK(growing->left_out == Names{"new: changed just now, the next scan looks again"});
  root.append("new", "lf");
  CHECK(names(files.scan()) == Names{"old"});
  const auto quiet = files.scan();
  CHECK(content(quiet, "new") == "half");
  CHECK(content(quiet, "old") == "completely different");
  CHECK(quiet->left_out.empty());
}

TEST_CASE("a file that changes while it is read is left for the next scan", "[files][P9]") {
  Root root;
  root.put("fw.bin", "first");
  // Hashing comes after the check, so what changes during it is seen by the next scan.
  root.while_hashing = [&root] {
    if (root.hashed == 1) root.append("fw.bin", ", and more");
  };
  auto files = root.files();
  CHECK(content(files.scan(), "fw.bin") == "first");
  CHECK(content(files.scan(), "fw.bin") == "first");
  CHECK(content(files.scan(), "fw.bin") == "first, and more");
}

TEST_CASE("a file touched without a change keeps its very image", "[files][P9]") {
  Root root;
  root.put("a", "same");
  auto files = root.files();
  const auto before = files.scan();
  root.put("a", "same");
  files.scan();
  CHECK(files.scan() == before);
  CHECK(root.hashed == 2);
}

TEST_CASE("a removed file is gone with the next scan", "[files][P9]") {
  Root root;
  root.put("a", "one");
  root.put("b/c", "two");
  auto files = root.files();
  files.scan();
  std::filesystem::remove_all(root.path() / "b");
  CHECK(names(files.scan()) == Names{"a"});
}

TEST_CASE("a symbolic link is never followed, wherever it leads", "[files][X-10]") {
  Root root;
  const Folder outside;
  outside.put("secret", "secret");
  root.put("real/fw.bin", "firmware");
  std::filesystem::create_symlink(outside.path() / "secret", root.path() / "file");
  std::filesystem::create_directory_symlink(outside.path(), root.path() / "folder");
  std::filesystem::create_symlink("real/fw.bin", root.path() / "inside");
  auto files = root.files();
  const auto snapshot = files.scan();
  CHECK(names(snapshot) == Names{"real/fw.bin"});
  CHECK(snapshot->left_out ==
        Names{"file: a symbolic link", "folder: a symbolic link", "inside: a symbolic link"});
}

TEST_CASE("what is no regular file, or has a name no request can hold, is left out",
          "[files][X-10]") {
  Root root;
  root.put("back\\slash", "x");
  REQUIRE(::mkfifo((root.path() / "pipe").c_str(), 0600) == 0);
  auto files = root.files();
  const auto snapshot = files.scan();
  CHECK(snapshot->files.empty());
  CHECK(snapshot->left_out ==
        Names{"back\\slash: a name that no request can hold", "pipe: not a regular file"});
}

TEST_CASE("folders inside each other have a limit", "[files][X-10]") {
  Root root;
  std::string path;
  for (int depth = 0; depth < 17; ++depth) path += "d/";
  root.put(path + "deep", "x");
  root.put(path.substr(2) + "shallower", "x");
  auto files = root.files();
  const auto snapshot = files.scan();
  CHECK(names(snapshot) == Names{path.substr(2) + "shallower"});
  CHECK(snapshot->left_out.size() == 1);
}

TEST_CASE("beyond the memory limit a file is left out, the ones that fit are served",
          "[files][P9]") {
  Root root;
  root.put("a", std::string(60, 'a'));
  root.put("b", std::string(60, 'b'));
  root.put("c", std::string(40, 'c'));
  auto files = root.files(100);
  const auto snapshot = files.scan();
  CHECK(names(snapshot) == Names{"a", "c"});
  CHECK(snapshot->left_out == Names{"b: beyond the memory limit of 100 octets"});
  CHECK(files.scan() == snapshot);
  CHECK(root.hashed == 2);
  SECTION("and comes in when there is room") {
    std::filesystem::remove(root.path() / "a");
    CHECK(names(files.scan()) == Names{"b", "c"});
  }
  SECTION("a file that grew beyond it is no longer served") {
    root.put("c", std::string(50, 'c'));
    files.scan();
    const auto grown = files.scan();
    CHECK(names(grown) == Names{"a"});
    CHECK(grown->left_out.size() == 2);
  }
}

TEST_CASE("a huge sparse file is left out without being read", "[files][P9]") {
  Root root;
  root.put("huge", "");
  std::filesystem::resize_file(root.path() / "huge", std::uint64_t{1} << 40);
  auto files = root.files();
  CHECK(files.scan()->files.empty());
  CHECK(root.hashed == 0);
}

TEST_CASE("while the root cannot be read, its images stay and the reason is told", "[files][P9]") {
  Root root;
  root.put("a", "one");
  auto files = root.files();
  const auto before = files.scan();
  const auto aside = root.path().string() + ".away";
  std::filesystem::rename(root.path(), aside);
  const auto without = files.scan();
  CHECK(without->files == before->files);
  CHECK(without->left_out == Names{root.path().string() + ": No such file or directory"});
  CHECK(files.scan() == without);
  std::filesystem::rename(aside, root.path());
  const auto back = files.scan();
  CHECK(back->files == before->files);
  CHECK(back->left_out.empty());
  CHECK(root.hashed == 1);
}

TEST_CASE("a scan that is stopped changes nothing", "[files][P9]") {
  Root root;
  root.put("a", "one");
  auto files = root.files();
  std::stop_source stop;
  stop.request_stop();
  CHECK(files.scan(stop.get_token())->files.empty());
  CHECK(names(files.scan()) == Names{"a"});
}
