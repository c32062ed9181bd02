// SPDX-License-Identifier: BSD-3-Clause
// A broken expectation is a bug of ours, never a peer's: stop at once, in every build.
#pragma once

namespace portico {

[[noreturn]] void stop_at(const char* file, int line, const char* what) noexcept;

// Built-ins, since Clang 14 has no std::source_location with this standard library.
inline void expects(bool holds, const char* what = "", const char* file = __builtin_FILE(),
                    int line = __builtin_LINE()) noexcept {
  if (!holds) [[unlikely]]
    stop_at(file, line, what);
}

}  // namespace portico
