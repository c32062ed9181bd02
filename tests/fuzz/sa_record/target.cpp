// SPDX-License-Identifier: BSD-3-Clause
// An SA's record and the witness of their store: read as they are, and with the right checksum put
// behind them, so that the fields are reached.
#include "base/expects.hpp"
#include "drivers/sqlite/sa_file.hpp"
#include "drivers/sqlite/witness.hpp"
#include "support/checksummed.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace portico;

namespace {

template <class Decoded>
void check(const Decoded& decoded, Bytes octets) {
  if (!decoded) return;
  expects(std::ranges::equal(sqlite::encode(*decoded), octets),
          "what is accepted can be written again, octet for octet");
}

void check(Bytes octets) {
  check(sqlite::decode_state(octets), octets);
  check(sqlite::decode_witness(octets), octets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size});
  check(support::checksummed({data, size}));
  return 0;
}
