// SPDX-License-Identifier: BSD-3-Clause
#include "config/document.hpp"
#include "config/keys_of.hpp"
#include "config/load.hpp"
#include "config/names.hpp"
#include "config/options.hpp"
#include "config/place.hpp"

#include <concepts>
#include <optional>
#include <tuple>

namespace portico::config {
namespace {

template <class Struct, class Table>
Json object(const Struct& from, const Table& table, Role role);

template <class T>
Json value(const T& v) {
  if constexpr (std::is_enum_v<T>)
    return name_of(v);
  else if constexpr (std::integral<T> || std::same_as<T, std::string>)
    return v;
  else
    return to_string(v);
}

template <class T>
Json value(const std::vector<T>& list) {
  auto json = Json::array();
  for (const auto& v : list) json.push_back(value(v));
  return json;
}

template <class Struct, class Declared>
requires requires { Declared::kRequired; }
void field(Json& json, const Struct& from, const Declared& option, Role) {
  json[option.name] = value(from.*option.member);
}

/// What is not set does not appear.
template <class Struct, class T, template <class, class> class Declared>
requires requires { Declared<Struct, std::optional<T>>::kRequired; }
void field(Json& json, const Struct& from, const Declared<Struct, std::optional<T>>& option, Role) {
  if (const auto& v = from.*option.member) json[option.name] = value(*v);
}

template <class Struct, class T, class Table>
void field(Json& json, const Struct& from, const Object<Struct, T, Table>& option, Role role) {
  json[option.name] = object(from.*option.member, option.options, role);
}

template <class Struct, class T, class Table>
void field(Json& json, const Struct& from, const Object<Struct, std::optional<T>, Table>& option,
           Role role) {
  if (const auto& v = from.*option.member) json[option.name] = object(*v, option.options, role);
}

template <class Struct, class T, class Table>
void field(Json& json, const Struct& from, const List<Struct, T, Table>& option, Role role) {
  auto list = Json::array();
  for (const auto& v : from.*option.member) list.push_back(object(v, option.options, role));
  json[option.name] = std::move(list);
}

template <class Struct, class Declared>
void field(Json& json, const Struct& from, const Only<Declared>& option, Role role) {
  if (option.role == role) field(json, from, option.declared(), role);
}

template <class Struct, class Table>
Json object(const Struct& from, const Table& table, Role role) {
  auto json = Json::object();
  std::apply([&](const auto&... option) { (field(json, from, option, role), ...); }, table);
  return json;
}

}  // namespace

std::string render(const Config& config) {
  return object(config, kOptions, config.role).dump(2, ' ', false, Json::error_handler_t::replace) +
         '\n';
}

std::vector<Key> all_keys() { return keys_of(kOptions); }

}  // namespace portico::config
