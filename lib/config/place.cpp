// SPDX-License-Identifier: BSD-3-Clause
#include "config/place.hpp"

namespace portico::config {

std::string under(const std::string& place, std::string_view key) {
  std::string text = place + '/';
  for (const char c : key) {
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else
      text += c;
  }
  return text;
}

std::string under(const std::string& place, std::size_t index) {
  return place + '/' + std::to_string(index);
}

}  // namespace portico::config
