// SPDX-License-Identifier: BSD-3-Clause
// What is known of a store of SAs apart from it, so that a lost one, or an older copy in its place,
// is noticed: it lies beside the keys, and is newer than any copy.
#pragma once

#include "base/endian.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace portico::sqlite {

struct Witness {
  std::uint64_t generation = 0;  ///< the store has this one, or one that came later
  std::set<std::string> keys;    ///< names of all that were ever used

  friend bool operator==(const Witness&, const Witness&) = default;
};

/// Version, generation, the names each behind its length, CRC-32; numbers in network order.
[[nodiscard]] std::vector<std::uint8_t> encode(const Witness& witness);
/// Nothing unless `octets` are exactly what encode() makes.
[[nodiscard]] std::optional<Witness> decode_witness(Bytes octets);

/// Where it lies; a test's disk is another.
class WitnessFile {
 public:
  virtual ~WitnessFile() = default;
  /// Nothing: there is no such file.
  [[nodiscard]] virtual Result<std::optional<std::vector<std::uint8_t>>> read() const = 0;
  /// Afterwards, whatever happens, it is this; during it, this or what it was.
  [[nodiscard]] virtual Result<void> replace(Bytes octets) = 0;
};

class WitnessOnDisk final : public WitnessFile {
 public:
  explicit WitnessOnDisk(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] Result<std::optional<std::vector<std::uint8_t>>> read() const override;
  [[nodiscard]] Result<void> replace(Bytes octets) override;

 private:
  const std::string name_;
};

}  // namespace portico::sqlite
