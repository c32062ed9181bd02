// SPDX-License-Identifier: BSD-3-Clause
#include "admission/mac_list.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace portico::admission {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kQuoted = 60;  // octets of a wrong word that an error repeats

/// Takes the next word off `rest`; empty at its end.
std::string_view next_word(std::string_view& rest) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
  rest.remove_prefix(word.size());
  return word;
}

/// In quotes, with what does not print replaced: the file may hold anything.
std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word.substr(0, kQuoted)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (word.size() > kQuoted ? "…'" : "'");
}

std::optional<Verdict> parse_verdict(std::string_view word) noexcept {
  if (word == "allow") return Verdict::Allow;
  if (word == "deny") return Verdict::Deny;
  return std::nullopt;
}

class Reader {
 public:
  void read(std::string_view line) {
    ++line_;
    std::string_view rest = line.substr(0, line.find('#'));
    const std::string_view match = next_word(rest);
    if (match.empty()) return;
    const std::string_view verdict = next_word(rest);
    const auto pattern = parse_mac_pattern(match);
    const auto parsed = parse_verdict(verdict);
    if (!pattern) return complain(quoted(match) + " is no MAC address, OUI or address/mask");
    if (!parsed) return complain("expected allow or deny, got " + quoted(verdict));
    if (!next_word(rest).empty()) return complain("more than a match and a verdict");
    if (list_.rules.size() == MacPolicy::kMaxRules)
      return complain("more than " + std::to_string(MacPolicy::kMaxRules) + " rules");
    list_.rules.push_back({*pattern, *parsed});
  }
  [[nodiscard]] MacList&& result() && { return std::move(list_); }

 private:
  void complain(std::string what) {
    if (list_.errors.size() < kMaxListErrors)
      list_.errors.push_back({line_, std::move(what)});
    else
      ++list_.errors_not_shown;
  }

  MacList list_;
  std::size_t line_ = 0;
};

}  // namespace

MacList parse_mac_list(std::string_view text) {
  Reader reader;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    reader.read(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::move(reader).result();
}

}  // namespace portico::admission
