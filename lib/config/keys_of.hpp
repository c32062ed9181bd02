// SPDX-License-Identifier: BSD-3-Clause
// The keys that a table of options declares, for the tests of what conf/ documents.
#pragma once

#include "config/load.hpp"
#include "config/option.hpp"
#include "config/place.hpp"

#include <string>
#include <tuple>
#include <vector>

namespace portico::config {

template <class Table>
void collect(const Table& table, const std::string& place, std::vector<Key>& keys);

template <class Declared>
void collect_one(const Declared& option, const std::string& place, std::vector<Key>& keys) {
  keys.push_back({under(place, option.name), option.help});
}
template <class Struct, class T, class Table>
void collect_one(const Object<Struct, T, Table>& option, const std::string& place,
                 std::vector<Key>& keys) {
  keys.push_back({under(place, option.name), option.help});
  collect(option.options, under(place, option.name), keys);
}
template <class Struct, class T, class Table>
void collect_one(const List<Struct, T, Table>& option, const std::string& place,
                 std::vector<Key>& keys) {
  keys.push_back({under(place, option.name), option.help});
  collect(option.options, under(place, option.name) + "/*", keys);
}

template <class Table>
void collect(const Table& table, const std::string& place, std::vector<Key>& keys) {
  std::apply([&](const auto&... option) { (collect_one(option, place, keys), ...); }, table);
}

template <class Table>
[[nodiscard]] std::vector<Key> keys_of(const Table& table) {
  std::vector<Key> keys;
  collect(table, "", keys);
  return keys;
}

}  // namespace portico::config
