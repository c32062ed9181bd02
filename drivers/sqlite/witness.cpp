// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/sqlite/witness.hpp"

#include "base/octets.hpp"
#include "drivers/posix/disk.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace portico::sqlite {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kLargest = std::size_t{64} << 20;  // a million keys
constexpr mode_t kOwnersOnly = 0600;

}  // namespace

std::vector<std::uint8_t> encode(const Witness& witness) {
  OctetWriter writer;
  writer.number(kVersion);
  writer.number(witness.generation);
  writer.texts(witness.keys);
  return std::move(writer).with_checksum();
}

std::optional<Witness> decode_witness(Bytes octets) {
  const auto body = without_checksum(octets);
  if (!body) return std::nullopt;
  OctetReader reader{*body};
  if (reader.number<std::uint8_t>() != kVersion) return std::nullopt;
  Witness witness;
  witness.generation = reader.number<std::uint64_t>();
  witness.keys = reader.texts();
  if (!std::ranges::equal(encode(witness), octets)) return std::nullopt;
  return witness;
}

Result<std::optional<std::vector<std::uint8_t>>> WitnessOnDisk::read() const {
  std::error_code error;
  if (!std::filesystem::exists(name_, error)) {
    if (error) return fail(error.message(), name_);
    return std::nullopt;
  }
  auto octets = posix::read_whole(name_, kLargest);
  if (!octets) return fail(octets.error());
  return std::move(*octets);
}

Result<void> WitnessOnDisk::replace(Bytes octets) {
  return posix::write_atomically(name_, octets, kOwnersOnly);
}

}  // namespace portico::sqlite
