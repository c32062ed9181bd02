// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/files_thread.hpp"

#include <catch2/catch.hpp>

#include "folder.hpp"
#include <atomic>
#include <thread>

using namespace bench;
using namespace std::chrono_literals;
using portico::app::FilesThread;
using portico::app::FirmwareFiles;
using portico::app::MacListFile;
using portico::tftp::SnapshotPtr;

namespace {

constexpr std::uint64_t kLimit = 1 << 20;

cpu_set_t own_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  REQUIRE(::sched_getaffinity(0, sizeof cpus, &cpus) == 0);
  return cpus;
}

/// Waits for what another thread does; the test program's time limit is the only one.
SnapshotPtr next(FilesThread& thread) {
  for (;;) {
    if (auto snapshot = thread.take_firmware()) return *snapshot;
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("the thread hands each snapshot over once, and stops although the next scan is far off",
          "[files]") {
  const Folder root;
  root.put("fw.bin", "firmware");
  FirmwareFiles files{root.path().string(), kLimit, std::make_unique<CountingDigest>([] {})};
  FilesThread thread{{std::move(files), MacListFile{portico::config::Macs{}}}, 1h, own_cpus()};
  CHECK(next(thread)->files.contains("fw.bin"));
  CHECK_FALSE(thread.take_firmware());
}

TEST_CASE("a changed file arrives in a later snapshot", "[files][P9]") {
  const Folder root;
  root.put("fw.bin", "old");
  FirmwareFiles files{root.path().string(), kLimit, std::make_unique<CountingDigest>([] {})};
  FilesThread thread{{std::move(files), MacListFile{portico::config::Macs{}}}, 0s, own_cpus()};
  CHECK(next(thread)->files.at("fw.bin")->octets.size() == 3);
  root.put("fw.bin", "renewed");
  CHECK(next(thread)->files.at("fw.bin")->octets.size() == 7);
}

TEST_CASE("the thread runs on the CPUs it is given, not on its maker's one", "[files]") {
  const auto all = own_cpus();
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);

  const Folder root;
  root.put("fw.bin", "firmware");
  std::atomic<int> cpus = 0;
  FirmwareFiles files{root.path().string(), kLimit, std::make_unique<CountingDigest>([&cpus] {
                        cpu_set_t mine;
                        ::sched_getaffinity(0, sizeof mine, &mine);
                        cpus = CPU_COUNT(&mine);
                      })};
  {
    FilesThread thread{{std::move(files), MacListFile{portico::config::Macs{}}}, 1h, all};
    next(thread);
  }
  CHECK(::sched_setaffinity(0, sizeof all, &all) == 0);
  CHECK(cpus == CPU_COUNT(&all));
}
