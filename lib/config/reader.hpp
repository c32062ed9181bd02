// SPDX-License-Identifier: BSD-3-Clause
// From JSON to structs, by the tables that declare their options (option.hpp).
#pragma once

#include "base/result.hpp"
#include "config/document.hpp"
#include "config/names.hpp"
#include "config/option.hpp"
#include "config/place.hpp"
#include "config/spelling.hpp"

#include <algorithm>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace portico::config {

/// A value as the file has it, for a message; long ones are cut.
inline std::string shown(const Json& value) {
  constexpr std::size_t kMost = 60;
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

/// Fills structs from objects, and notes what does not fit, or is another role's.
class Reader {
 public:
  explicit Reader(std::vector<Error>& errors, Role role = Role::Gateway)
      : errors_(errors), role_(role) {}

  template <class Struct, class Table>
  void object(const Json& json, Struct& into, const Table& table, const std::string& place) {
    if (!json.is_object()) return refuse(place, "must be an object, is " + shown(json));
    std::vector<std::string_view> known;
    std::apply([&](const auto&... option) { (known.push_back(option.name), ...); }, table);
    for (const auto& [key, value] : json.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        refuse(under(place, key), "is an unknown key" + suggestion(key, known));
    std::apply([&](const auto&... option) { (field(json, into, option, place), ...); }, table);
  }

 private:
  template <class Struct, class Declared>
  requires requires { Declared::kRequired; }
  void field(const Json& json, Struct& into, const Declared& option, const std::string& place) {
    const auto found = json.find(option.name);
    if (found != json.end())
      value(*found, into.*option.member, option.between, under(place, option.name));
    else if (Declared::kRequired)
      refuse(under(place, option.name), "is missing: " + std::string{option.help});
  }

  template <class Struct, class T, class Table>
  void field(const Json& json, Struct& into, const Object<Struct, T, Table>& option,
             const std::string& place) {
    const auto found = json.find(option.name);
    static const Json kEmpty = Json::object();
    object(found != json.end() ? *found : kEmpty, into.*option.member, option.options,
           under(place, option.name));
  }

  template <class Struct, class T, class Table>
  void field(const Json& json, Struct& into, const Object<Struct, std::optional<T>, Table>& option,
             const std::string& place) {
    const auto found = json.find(option.name);
    if (found != json.end())
      object(*found, (into.*option.member).emplace(), option.options, under(place, option.name));
  }

  template <class Struct, class T, class Table>
  void field(const Json& json, Struct& into, const List<Struct, T, Table>& option,
             const std::string& place) {
    const auto found = json.find(option.name);
    if (found == json.end()) return;
    const auto here = under(place, option.name);
    if (!found->is_array()) return refuse(here, "must be a list, is " + shown(*found));
    auto& list = into.*option.member;
    list.assign(found->size(), {});
    for (std::size_t i = 0; i < list.size(); ++i)
      object((*found)[i], list[i], option.options, under(here, i));
  }

  template <class Struct, class Declared>
  void field(const Json& json, Struct& into, const Only<Declared>& option,
             const std::string& place) {
    if (option.role == role_) return field(json, into, option.declared(), place);
    if (json.contains(option.name))
      refuse(under(place, option.name),
             "must not be given: it is for a " + std::string{name_of(option.role)} + " only");
  }

  template <class T>
  void value(const Json& json, std::vector<T>& into, Between between, const std::string& place) {
    if (!json.is_array()) return refuse(place, "must be a list, is " + shown(json));
    into.assign(json.size(), {});
    for (std::size_t i = 0; i < into.size(); ++i) value(json[i], into[i], between, under(place, i));
  }

  template <class T>
  void value(const Json& json, std::optional<T>& into, Between between, const std::string& place) {
    value(json, into.emplace(), between, place);
  }

  void value(const Json& json, bool& into, Between, const std::string& place) {
    if (!json.is_boolean()) return refuse(place, "must be true or false, is " + shown(json));
    into = json.get<bool>();
  }

  template <std::unsigned_integral T>
  void value(const Json& json, T& into, Between between, const std::string& place) {
    const auto most = std::min<std::uint64_t>(between.most, std::numeric_limits<T>::max());
    const auto number = json.is_number_unsigned() ? json.get<std::uint64_t>() : most + 1;
    if (!json.is_number_unsigned() || number < between.least || number > most)
      return refuse(place, "must be a whole number from " + std::to_string(between.least) + " to " +
                               std::to_string(most) + ", is " + shown(json));
    into = static_cast<T>(number);
  }

  template <class Enum>
  requires std::is_enum_v<Enum>
  void value(const Json& json, Enum& into, Between, const std::string& place) {
    std::string allowed;
    for (const auto& n : names(Enum{})) {
      if (json.is_string() && json.get_ref<const std::string&>() == n.name)
        return void(into = n.value);
      allowed += (allowed.empty() ? "\"" : " or \"") + std::string{n.name} + '"';
    }
    refuse(place, "must be " + allowed + ", is " + shown(json));
  }

  void value(const Json& json, std::string& into, Between, const std::string& place) {
    if (!json.is_string()) return refuse(place, "must be text, is " + shown(json));
    into = json.get<std::string>();
    if (into.find('\0') != into.npos) refuse(place, "must not contain a NUL character");
  }

  void value(const Json& json, Ipv4& into, Between, const std::string& place) {
    spelled(json, into, parse_ipv4, "an IPv4 address like 192.0.2.1", place);
  }
  void value(const Json& json, Prefix& into, Between, const std::string& place) {
    spelled(json, into, parse_prefix, "a network like 192.0.2.0/24, its host bits zero", place);
  }
  void value(const Json& json, InterfaceAddress& into, Between, const std::string& place) {
    spelled(json, into, parse_interface, "an address with its length like 192.0.2.1/24", place);
  }
  void value(const Json& json, Mac& into, Between, const std::string& place) {
    spelled(json, into, parse_mac, "a MAC address like 00:00:5e:00:53:01", place);
  }

  template <class T>
  void spelled(const Json& json, T& into, std::optional<T> (*parse_text)(std::string_view) noexcept,
               std::string_view wanted, const std::string& place) {
    const auto parsed =
        json.is_string() ? parse_text(json.get_ref<const std::string&>()) : std::nullopt;
    if (!parsed) return refuse(place, "must be " + std::string{wanted} + ", is " + shown(json));
    into = *parsed;
  }

  void refuse(const std::string& place, std::string what) {
    errors_.push_back({std::move(what), place});
  }

  std::vector<Error>& errors_;
  Role role_;
};

}  // namespace portico::config
