// SPDX-License-Identifier: BSD-3-Clause
// How an option is declared: the field, its name in the file, the phrase that documents it and what
// values it takes. Reading, `show config` and the sample's test all walk these declarations.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace portico::config {

enum class Role : std::uint8_t;

/// Bounds of a number, both included; a narrower field bounds it further.
struct Between {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

/// One value: a number, text, an address, a name of an enumeration, or a list of such.
template <class Struct, class T>
struct Option {
  static constexpr bool kRequired = false;
  constexpr Option(T Struct::*field, std::string_view key, std::string_view phrase,
                   Between bounds = {}) noexcept
      : member(field), name(key), help(phrase), between(bounds) {}

  T Struct::*member;
  std::string_view name;
  std::string_view help;
  Between between;
};

/// A value without which there is no configuration.
template <class Struct, class T>
struct Required : Option<Struct, T> {
  static constexpr bool kRequired = true;
  using Option<Struct, T>::Option;
};
template <class Struct, class T>
Required(T Struct::*, std::string_view, std::string_view, Between = {}) -> Required<Struct, T>;

/// A struct with options of its own. Absent, it is as if it were given empty; a std::optional one
/// stays absent.
template <class Struct, class T, class Table>
struct Object {
  constexpr Object(T Struct::*field, std::string_view key, std::string_view phrase,
                   const Table& table) noexcept
      : member(field), name(key), help(phrase), options(table) {}

  T Struct::*member;
  std::string_view name;
  std::string_view help;
  const Table& options;
};

/// A std::vector of such structs.
template <class Struct, class T, class Table>
struct List {
  constexpr List(T Struct::*field, std::string_view key, std::string_view phrase,
                 const Table& table) noexcept
      : member(field), name(key), help(phrase), options(table) {}

  T Struct::*member;
  std::string_view name;
  std::string_view help;
  const Table& options;
};

/// An option of one role; the other refuses it by name.
template <class Declared>
struct Only : Declared {
  constexpr Only(Role of, const Declared& option) noexcept : Declared(option), role(of) {}
  [[nodiscard]] constexpr const Declared& declared() const noexcept { return *this; }

  Role role;
};

}  // namespace portico::config
