// SPDX-License-Identifier: BSD-3-Clause
// Result<T>: a value, or an Error that says what went wrong and where. Per-packet code does not use
// it; start-up, configuration, commands and the control core do.
#pragma once

#include <string>
#include <utility>
#include <version>

#if defined(__cpp_lib_expected)
#include <expected>
#else
#include <tl/expected.hpp>
#endif

namespace portico {

struct Error {
  std::string what;   ///< one sentence, lower case, no full stop
  std::string where;  ///< a JSON pointer, a file and line, a port's name; empty if nowhere

  friend bool operator==(const Error&, const Error&) = default;
};

/// "where: what", or "what" alone.
[[nodiscard]] inline std::string to_string(const Error& e) {
  return e.where.empty() ? e.what : e.where + ": " + e.what;
}

#if defined(__cpp_lib_expected)
template <class T>
using Result = std::expected<T, Error>;
[[nodiscard]] inline std::unexpected<Error> fail(std::string what, std::string where = {}) {
  return std::unexpected(Error{std::move(what), std::move(where)});
}
[[nodiscard]] inline std::unexpected<Error> fail(Error e) { return std::unexpected(std::move(e)); }
#else
template <class T>
using Result = tl::expected<T, Error>;
[[nodiscard]] inline tl::unexpected<Error> fail(std::string what, std::string where = {}) {
  return tl::unexpected<Error>(Error{std::move(what), std::move(where)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error e) {
  return tl::unexpected<Error>(std::move(e));
}
#endif

}  // namespace portico
