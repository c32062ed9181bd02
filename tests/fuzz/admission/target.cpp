// SPDX-License-Identifier: BSD-3-Clause
// The MAC list file, and globs: the first line is a pattern, the second a text, all of it a list.
#include "admission/classes.hpp"
#include "admission/mac_list.hpp"
#include "base/endian.hpp"
#include "base/expects.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace portico;
using namespace portico::admission;

namespace {

/// By its definition, so slow that it is for short inputs only.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*')
    return matches_by_definition(pattern.substr(1), text) ||
           (!text.empty() && matches_by_definition(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matches_by_definition(pattern.substr(1), text.substr(1));
}

void check_glob(std::string_view text) {
  const std::string_view pattern = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(pattern.size() + 1, text.size()));
  const std::string_view subject = text.substr(0, text.find('\n'));
  const bool matches = glob_matches(pattern, subject);
  if (pattern.size() <= 8 && subject.size() <= 16)
    expects(matches == matches_by_definition(pattern, subject), "a glob means what it says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_glob(text);
  const MacList list = parse_mac_list(text);
  for (const MacRule& rule : list.rules) {
    const auto again = parse_mac_pattern(to_string(rule.pattern));
    expects(again == rule.pattern, "what is accepted can be written and read again");
  }
  const auto policy = MacPolicy::build(Verdict::Deny, false, list.rules);
  if (policy && size >= 6)
    (void)policy->check(Mac::from_bits(load_be<std::uint32_t>(data) * std::uint64_t{0x10001}));
  return 0;
}
