// SPDX-License-Identifier: BSD-3-Clause
// A witness on a disk whose power can be cut: each step of replacing a file is an operation of its
// own, as in drivers/posix/disk.cpp.
#pragma once

#include "drivers/sqlite/witness.hpp"
#include "support/power_cut_vfs.hpp"

#include <string>
#include <utility>

namespace portico::support {

class PowerCutWitness final : public sqlite::WitnessFile {
 public:
  PowerCutWitness(PowerCutDisk& disk, std::string name) : disk_(disk), name_(std::move(name)) {}

  [[nodiscard]] Result<std::optional<std::vector<std::uint8_t>>> read() const override {
    if (!disk_.exists(name_)) return std::nullopt;
    return disk_.file(name_).octets;
  }
  [[nodiscard]] Result<void> replace(Bytes octets) override {
    using Kind = PowerCutDisk::Kind;
    const std::string aside = name_ + ".new";
    disk_.apply({Kind::Truncate, aside, 0, {}});
    disk_.apply({Kind::Write, aside, 0, {octets.begin(), octets.end()}});
    disk_.apply({Kind::Sync, aside, 0, {}});
    disk_.apply({Kind::Rename, aside, 0, {}, name_});
    disk_.apply({Kind::SyncNames, {}, 0, {}});
    return {};
  }

 private:
  PowerCutDisk& disk_;
  const std::string name_;
};

}  // namespace portico::support
