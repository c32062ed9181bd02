// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/names.hpp"

#include <algorithm>

namespace portico::tftp {
namespace {

constexpr bool is_forbidden(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return octet < 0x20 || octet == 0x7f || c == '\\';
}

constexpr bool is_proper(std::string_view component) noexcept {
  return !component.empty() && component != "." && component != "..";
}

}  // namespace

std::optional<std::string_view> confined(std::string_view requested) noexcept {
  const auto path = requested.starts_with("./") ? requested.substr(2) : requested;
  if (std::any_of(path.begin(), path.end(), is_forbidden)) return std::nullopt;
  for (std::string_view rest = path;;) {
    const auto slash = rest.find('/');
    if (!is_proper(rest.substr(0, slash))) return std::nullopt;
    if (slash == std::string_view::npos) return path;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace portico::tftp
