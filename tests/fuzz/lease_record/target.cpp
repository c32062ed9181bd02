// SPDX-License-Identifier: BSD-3-Clause
// A lease's record: read as it is, and with the right checksum put behind it, so that the fields
// are reached.
#include "base/expects.hpp"
#include "lease/record.hpp"
#include "support/checksummed.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace portico;
using namespace portico::lease;

namespace {

void check(Bytes record) {
  const auto lease = decode(record);
  if (!lease) return;
  const auto again = encode(*lease);
  expects(again == std::vector<std::uint8_t>(record.begin(), record.end()),
          "what is accepted can be written again, octet for octet");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size});
  check(support::checksummed({data, size}));
  return 0;
}
