// SPDX-License-Identifier: BSD-3-Clause
#include "config/load.hpp"

#include "config/document.hpp"
#include "config/options.hpp"
#include "config/reader.hpp"
#include "config/validate.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace portico::config {
namespace {

constexpr std::uintmax_t kMaxFileOctets = 64 << 20;

[[nodiscard]] bool lies_within(const std::string& place, const std::string& outer) {
  return place.starts_with(outer) && (place.size() == outer.size() || place[outer.size()] == '/');
}

/// Of a key that could not be read, or of what holds it, nothing more is said: it would mislead.
void append_independent(std::vector<Error>& errors, std::vector<Error> more) {
  const auto read = errors.size();
  for (auto& e : more) {
    const auto follows = [&](const Error& r) {
      return lies_within(e.where, r.where) || lies_within(r.where, e.where);
    };
    const auto end = errors.begin() + static_cast<std::ptrdiff_t>(read);
    if (std::none_of(errors.begin(), end, follows)) errors.push_back(std::move(e));
  }
}

/// What may be given depends on it, so it is read first.
Role role_of(const Json& document) {
  const auto found = document.is_object() ? document.find("role") : document.end();
  return found != document.end() && *found == name_of(Role::Concentrator) ? Role::Concentrator
                                                                          : Role::Gateway;
}

}  // namespace

Loaded parse(std::string_view text) {
  Loaded loaded;
  const auto document = parse_document(text, loaded.errors);
  if (document.is_discarded()) return loaded;
  std::vector<Error> unread;
  Reader{unread, role_of(document)}.object(document, loaded.config, kOptions, "");
  append_independent(loaded.errors, std::move(unread));
  append_independent(loaded.errors, validate(loaded.config));
  return loaded;
}

Result<std::string> read_text(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail("cannot be read: " + error.message(), path);
  if (size > kMaxFileOctets) return fail("is larger than 64 MiB", path);
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) return fail("cannot be read", path);
  return text;
}

Loaded load_file(const std::string& path) {
  const auto text = read_text(path);
  return text ? parse(*text) : Loaded{{}, {text.error()}};
}

}  // namespace portico::config
