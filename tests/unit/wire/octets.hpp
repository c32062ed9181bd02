// SPDX-License-Identifier: BSD-3-Clause
// What the tests of header views share.
#pragma once

#include "base/endian.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace portico::wire {

using Octets = std::vector<std::uint8_t>;

/// The shortest front of `whole` that `View` accepts; whole.size() + 1 if none. Each front lies in
/// memory of exactly its size, where the sanitizer sees a read of one octet too many.
template <class View>
std::size_t shortest_accepted(Bytes whole) {
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const Octets front(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    if (View::parse(Bytes{front})) return n;
  }
  return whole.size() + 1;
}

}  // namespace portico::wire
