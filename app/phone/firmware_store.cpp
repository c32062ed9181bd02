// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/firmware_store.hpp"

#include "base/hex.hpp"
#include "drivers/posix/disk.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

namespace portico::phone {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kNamePrefix = "software-";
constexpr mode_t kExecutable = 0755;

std::optional<Sha256> digest_in(const std::string& name) {
  if (!name.starts_with(kNamePrefix)) return std::nullopt;
  const auto octets = parse_hex(name.substr(kNamePrefix.size()));
  if (!octets || octets->size() != sizeof(Sha256)) return std::nullopt;
  Sha256 digest{};
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

}  // namespace

fs::path FirmwareStore::path_of(const Sha256& digest) const {
  return folder_ / (std::string{kNamePrefix} + to_hex(digest));
}

std::optional<Program> FirmwareStore::find(const Sha256& digest) {
  const auto path = path_of(digest);
  const auto octets = posix::read_whole(path, max_octets_);
  if (!octets || digest_.sha256(*octets) != digest) return std::nullopt;
  return Program{path, digest, {}};
}

std::optional<Program> FirmwareStore::current() {
  std::error_code error;
  const auto digest = digest_in(fs::read_symlink(link(), error).filename());
  return digest ? find(*digest) : std::nullopt;
}

Result<Program> FirmwareStore::keep(Bytes octets, const Sha256& digest) {
  Program program{path_of(digest), digest, {}};
  if (auto written = posix::write_atomically(program.path, octets, kExecutable); !written)
    return fail(written.error());
  if (auto chosen = choose(program); !chosen) return fail(chosen.error());
  return program;
}

Result<void> FirmwareStore::choose(const Program& program) {
  std::error_code error;
  const auto before = fs::read_symlink(link(), error).filename();
  const auto chosen = program.path.filename();
  if (before == chosen) return {};
  if (auto linked = posix::link_atomically(link(), chosen); !linked) return linked;
  remove_others(before, chosen);
  return {};
}

void FirmwareStore::remove_others(const fs::path& one, const fs::path& other) const {
  std::error_code error;  // a file that stays costs room and nothing else
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const auto name = entry.path().filename();
    if (digest_in(name) && name != one && name != other) fs::remove(entry.path(), error);
  }
}

}  // namespace portico::phone
