// SPDX-License-Identifier: BSD-3-Clause
// A lease's record: read as it is, and with the right checksum put behind it, so that the fields
// are reached.
#include "base/crc32.hpp"
#include "base/expects.hpp"
#include "lease/record.hpp"

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
  std::vector<std::uint8_t> summed(data, data + size);
  summed.resize(size + 4);
  store_be(&summed[size], crc32({data, size}));
  check(summed);
  return 0;
}
