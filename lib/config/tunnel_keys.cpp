// SPDX-License-Identifier: BSD-3-Clause
#include "config/tunnel_keys.hpp"

#include "base/hex.hpp"
#include "config/lines.hpp"
#include "config/place.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace portico::config {
namespace {

/// Goes through a line of JSON whose texts hold no escapes.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text), size_(text.size()) { skip_blanks(); }

  [[nodiscard]] bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    advance(1);
    return true;
  }
  [[nodiscard]] std::optional<std::string_view> text() {
    if (!rest_.starts_with('"')) return std::nullopt;
    const auto end = rest_.find_first_of("\"\\", 1);
    if (end == rest_.npos || rest_[end] != '"') return std::nullopt;
    const auto inside = rest_.substr(1, end - 1);
    advance(end + 1);
    return inside;
  }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::size_t column() const noexcept { return size_ - rest_.size() + 1; }

 private:
  void advance(std::size_t octets) {
    rest_.remove_prefix(octets);
    skip_blanks();
  }
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  std::string_view rest_;
  std::size_t size_;
};

/// The texts of a line, where they stand.
struct Texts {
  std::optional<std::string_view> name;
  std::optional<std::vector<std::string_view>> out;
  std::optional<std::vector<std::string_view>> in;
};

std::optional<std::vector<std::string_view>> list(Cursor& cursor) {
  std::vector<std::string_view> texts;
  if (!cursor.take('[')) return std::nullopt;
  if (cursor.take(']')) return texts;
  do {
    const auto text = cursor.text();
    if (!text) return std::nullopt;
    texts.push_back(*text);
  } while (cursor.take(','));
  if (!cursor.take(']')) return std::nullopt;
  return texts;
}

/// False: no such key, given twice, or of another type.
bool member(Cursor& cursor, Texts& texts) {
  const auto key = cursor.text();
  if (!key || !cursor.take(':')) return false;
  if (key == "name" && !texts.name) return (texts.name = cursor.text()).has_value();
  if (key == "out" && !texts.out) return (texts.out = list(cursor)).has_value();
  if (key == "in" && !texts.in) return (texts.in = list(cursor)).has_value();
  return false;
}

bool object(Cursor& cursor, Texts& texts) {
  if (!cursor.take('{')) return false;
  do {
    if (!member(cursor, texts)) return false;
  } while (cursor.take(','));
  return cursor.take('}') && cursor.at_end() && texts.name && texts.out && texts.in;
}

/// What no random source makes in the life of the universe: a sample's, or a mistake's.
bool is_no_key(Bytes octets) {
  return std::ranges::all_of(octets, [&](std::uint8_t o) { return o == octets[0]; });
}

/// The longest is that of AES-256 in CBC mode with HMAC-SHA2-256.
constexpr std::size_t kLongestKey = 64;

std::vector<Secret> secrets(const std::vector<std::string_view>& texts, const std::string& place,
                            std::size_t line, FileProblems& problems) {
  std::vector<Secret> keys;
  problems.add_if(texts.empty() || texts.size() > tunnel::kMostSas, line, place,
                  "must list 1 to " + std::to_string(tunnel::kMostSas) + " keys");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto octets = parse_hex(texts[i]);
    const auto where = under(place, i);
    if (!octets || octets->empty() || octets->size() > kLongestKey)
      problems.add(line, where, "must be 1 to 64 octets in hexadecimal digits");
    else if (is_no_key(*octets))
      problems.add(line, where, "is no key: all its octets are alike");
    keys.emplace_back(octets ? std::move(*octets) : std::vector<std::uint8_t>{});
  }
  return keys;
}

void read_line(std::size_t line, std::string_view text, FileProblems& problems,
               std::vector<PlacedKeys>& all) {
  Cursor cursor{text};
  Texts texts;
  if (!object(cursor, texts))
    return problems.add(line, "column " + std::to_string(cursor.column()),
                        R"(is not of the form {"name": "…", "out": ["…"], "in": ["…"]})");
  problems.add_if(!is_tunnel_name(*texts.name), line, "/name", std::string{kTunnelName});
  PlacedKeys placed{{std::string{*texts.name}, {}, {}}, line};
  placed.keys.out = secrets(*texts.out, "/out", line, problems);
  placed.keys.in = secrets(*texts.in, "/in", line, problems);
  all.push_back(std::move(placed));
}

void check_names(const std::vector<PlacedKeys>& all, FileProblems& problems) {
  std::map<std::string_view, std::size_t> lines;
  for (const auto& placed : all) {
    const auto [at, is_new] = lines.emplace(placed.keys.name, placed.line);
    problems.add_if(!is_new, placed.line, "/name",
                    "is the name of line " + std::to_string(at->second) + " already");
  }
}

/// Two SAs with one key would repeat nonces (RFC 4106 section 2).
void check_octets(const std::vector<PlacedKeys>& all, FileProblems& problems) {
  struct Placed {
    Bytes octets;
    std::size_t line;
    std::string place;
  };
  std::vector<Placed> keys;
  for (const auto& placed : all) {
    const auto add = [&](const std::vector<Secret>& secrets, const std::string& place) {
      for (std::size_t i = 0; i < secrets.size(); ++i)
        if (!is_no_key(secrets[i].octets()))
          keys.push_back({secrets[i].octets(), placed.line, under(place, i)});
    };
    add(placed.keys.out, "/out");
    add(placed.keys.in, "/in");
  }
  std::ranges::stable_sort(keys, std::ranges::lexicographical_compare, &Placed::octets);
  for (std::size_t i = 1; i < keys.size(); ++i)
    problems.add_if(
        std::ranges::equal(keys[i].octets, keys[i - 1].octets), keys[i].line, keys[i].place,
        "is the same key as line " + std::to_string(keys[i - 1].line) + "'s " + keys[i - 1].place);
}

}  // namespace

std::vector<PlacedKeys> read_keys(std::string_view text, FileProblems& problems) {
  std::vector<PlacedKeys> all;
  for_each_line(text, problems, [&](std::size_t number, std::string_view line) {
    read_line(number, line, problems, all);
  });
  check_names(all, problems);
  check_octets(all, problems);
  return all;
}

}  // namespace portico::config
