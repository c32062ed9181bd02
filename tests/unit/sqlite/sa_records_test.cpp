// SPDX-License-Identifier: BSD-3-Clause
// What the disk holds of an SA, and what the witness holds of their store: read back as it was
// written, or not at all.
#include "drivers/sqlite/sa_file.hpp"
#include "drivers/sqlite/witness.hpp"
#include "support/checksummed.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace portico;
using namespace portico::sqlite;
using support::checksummed_anew;
using tunnel::SaState;
using tunnel::Way;

namespace {

using Octets = std::vector<std::uint8_t>;

const SaState kState{{"branch", Way::Receiving, 3}, 0x1'0000'0007, 0x2'0000'0009, {-1}};
const Witness kWitness{0x1'0000'0007, {"a", "", "branch-7"}};

/// How many of its forms are taken that differ in a bit, or that end sooner or later.
template <class Decode>
std::size_t spoilt_and_taken(const Octets& record, const Decode& decode) {
  std::size_t taken = 0;
  for (std::size_t bit = 0; bit < 8 * record.size(); ++bit) {
    auto spoilt = record;
    spoilt[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    taken += decode(spoilt).has_value();
  }
  for (std::size_t size = 0; size < record.size(); ++size) {
    const Octets cut(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size));
    taken += decode(cut).has_value();
    taken += decode(support::checksummed(cut)).has_value() && size + 4 != record.size();
  }
  auto longer = record;
  longer.push_back(0);
  return taken + decode(checksummed_anew(longer)).has_value();
}

/// With another octet there, and the right checksum.
Octets changed(Octets record, std::size_t at, std::uint8_t octet) {
  record[at] = octet;
  return checksummed_anew(record);
}

}  // namespace

TEST_CASE("an SA's record is read back as it was written, or not at all", "[sqlite][E-4]") {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  for (const auto& state : {kState, SaState{}, SaState{{"k", Way::Sending, 0}, kMost, kMost, {1}}})
    CHECK(decode_state(encode(state)) == state);
  const auto record = encode(kState);
  CHECK(spoilt_and_taken(record, decode_state) == 0);
  SECTION("another version is not read") { CHECK_FALSE(decode_state(changed(record, 0, 2))); }
  SECTION("nor a way that there is not") {
    const auto at = 3 + kState.name.key.size();
    CHECK(decode_state(changed(record, at, 0))->name.way == Way::Sending);
    CHECK_FALSE(decode_state(changed(record, at, 2)));
  }
}

TEST_CASE("the witness of a store is read back as it was written, or not at all", "[sqlite][E-4]") {
  for (const auto& witness : {kWitness, Witness{}})
    CHECK(decode_witness(encode(witness)) == witness);
  CHECK(spoilt_and_taken(encode(kWitness), decode_witness) == 0);
  CHECK_FALSE(decode_witness(changed(encode(kWitness), 0, 2)));  // another version
  SECTION("names come in their order, each once") {
    const auto record = encode(Witness{1, {"a", "b"}});
    const auto first = record.size() - 4 - 4, second = record.size() - 4 - 1;
    CHECK(decode_witness(changed(record, first, '0')).has_value());
    CHECK_FALSE(decode_witness(changed(record, first, 'b')));
    CHECK_FALSE(decode_witness(changed(record, first, 'c')));
    CHECK_FALSE(decode_witness(changed(record, second, '0')));
  }
}
