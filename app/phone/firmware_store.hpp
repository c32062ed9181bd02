// SPDX-License-Identifier: BSD-3-Clause
// The software that the telephone has: DIR/software-SHA256, each name its content's digest, and the
// link DIR/software to the one that was verified last. Nothing unverified ever gets here.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace portico::phone {

struct Program {
  std::filesystem::path path;
  Sha256 digest{};
  std::string version;  ///< as the lease told; empty if it did not
};

class FirmwareStore {
 public:
  FirmwareStore(std::filesystem::path folder, std::size_t max_octets, Digest& digest)
      : folder_(std::move(folder)), max_octets_(max_octets), digest_(digest) {}

  /// The file of that digest, read and hashed again: what a bad disk made of it is not run.
  [[nodiscard]] std::optional<Program> find(const Sha256& digest);
  /// The one that keep() or choose() was called for last.
  [[nodiscard]] std::optional<Program> current();

  /// Stores software, executable, and makes it the current one.
  [[nodiscard]] Result<Program> keep(Bytes octets, const Sha256& digest);
  /// Makes `program` the current one, and removes all but it and the one before it.
  [[nodiscard]] Result<void> choose(const Program& program);

 private:
  [[nodiscard]] std::filesystem::path link() const { return folder_ / "software"; }
  [[nodiscard]] std::filesystem::path path_of(const Sha256& digest) const;
  void remove_others(const std::filesystem::path& one, const std::filesystem::path& other) const;

  std::filesystem::path folder_;
  std::size_t max_octets_;
  Digest& digest_;
};

}  // namespace portico::phone
