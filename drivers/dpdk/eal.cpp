// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/dpdk/eal.hpp"

#include "drivers/dpdk/runtime_folder.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <unistd.h>
#include <utility>

namespace portico::dpdk {
namespace {

/// Sum over all page sizes: each folder is hugepages-2048kB or the like.
std::uint64_t free_hugepage_mib() {
  std::uint64_t kib = 0;
  std::error_code none;
  for (const auto& size : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", none)) {
    const auto name = size.path().filename().string();
    std::ifstream file(size.path() / "free_hugepages");
    std::uint64_t pages = 0;
    if (file >> pages) kib += pages * std::stoull(name.substr(name.find('-') + 1));
  }
  return kib / 1024;
}

bool wants_hugepages(const EalOptions& options) {
  if (options.hugepages != Hugepages::Auto) return options.hugepages == Hugepages::Yes;
  return free_hugepage_mib() >= options.memory_mib;
}

/// Lcore 0 is the main one, 1 and up are the workers: "0@2,1@3,2@4" (lcore@CPU).
std::string lcore_map(const EalOptions& options) {
  auto map = "0@" + std::to_string(options.main_core);
  for (std::size_t i = 0; i < options.worker_cores.size(); ++i)
    map += ',' + std::to_string(i + 1) + '@' + std::to_string(options.worker_cores[i]);
  return map;
}

std::vector<std::string> arguments_for(const EalOptions& options, bool hugepages) {
  std::vector<std::string> args{options.program,
                                "--lcores=" + lcore_map(options),
                                "--main-lcore=0",
                                "--file-prefix=" + runtime_folder_name(options.program),
                                "--log-level=error",
                                "-m",
                                std::to_string(options.memory_mib)};
  args.push_back(hugepages ? "--in-memory" : "--no-huge");
  bool pci = false;
  for (const auto& device : options.devices)
    if (is_pci_address(device)) {
      args.insert(args.end(), {"-a", device});
      pci = true;
    }
  if (!pci) args.push_back("--no-pci");
  args.insert(args.end(), options.arguments.begin(), options.arguments.end());
  return args;
}

}  // namespace

bool is_pci_address(const std::string& device) {
  static const std::regex kAddress{
      "([0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7](,.*)?"};
  return std::regex_match(device, kAddress);
}

Result<Eal> Eal::start(const EalOptions& options) {
  const bool hugepages = wants_hugepages(options);
  auto args = arguments_for(options, hugepages);
  std::vector<char*> argv;
  for (auto& arg : args) argv.push_back(arg.data());
  if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
    const std::string why = rte_strerror(rte_errno);
    remove_own_runtime_folder(options.program);
    return fail("DPDK did not start: " + why, "eal");
  }
  remove_runtime_folders_of_the_dead(options.program);
  std::vector<unsigned> lcores;
  for (unsigned i = 1; i <= options.worker_cores.size(); ++i) lcores.push_back(i);
  return Eal{options.program, hugepages, std::move(lcores)};
}

Eal::Eal(std::string program, bool hugepages, std::vector<unsigned> lcores) noexcept
    : program_(std::move(program)), hugepages_(hugepages), lcores_(std::move(lcores)) {}

Eal::Eal(Eal&& other) noexcept
    : up_(std::exchange(other.up_, false)),
      program_(std::move(other.program_)),
      hugepages_(other.hugepages_),
      lcores_(std::move(other.lcores_)) {}

Eal::~Eal() {
  if (!up_) return;
  rte_eal_cleanup();
  remove_own_runtime_folder(program_);
}

Result<void> launch(unsigned lcore, int (*task)(void*), void* argument) {
  if (const int rc = rte_eal_remote_launch(task, argument, lcore); rc != 0)
    return fail("a worker did not start: " + std::string{rte_strerror(-rc)},
                "lcore " + std::to_string(lcore));
  return {};
}

void wait_for(unsigned lcore) noexcept { rte_eal_wait_lcore(lcore); }

}  // namespace portico::dpdk
