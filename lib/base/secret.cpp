// SPDX-License-Identifier: BSD-3-Clause
#include "base/secret.hpp"

#include <cstring>

namespace portico {

void wipe(MutableBytes octets) noexcept {
  if (octets.empty()) return;
  std::memset(octets.data(), 0, octets.size());
  asm volatile("" : : "r"(octets.data()) : "memory");
}

}  // namespace portico
