// SPDX-License-Identifier: BSD-3-Clause
#include "base/expects.hpp"

#include <cstdio>
#include <cstdlib>

namespace portico {

void stop_at(const char* file, int line, const char* what) noexcept {
  std::fprintf(stderr, "portico: bug: %s:%d: %s\n", file, line, what);
  std::abort();
}

}  // namespace portico
