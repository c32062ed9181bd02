// SPDX-License-Identifier: BSD-3-Clause
// What the telephone does, one JSON object a line on standard output.
#pragma once

#include "app/phone/lease.hpp"
#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace portico::phone {

using Fields = nlohmann::ordered_json;

class EventLog {
 public:
  /// `fields`: an object. A line is written at once and whole.
  void write(std::string_view event, const Fields& fields = Fields::object()) const;
  /// The error's text under "error".
  void write_error(std::string_view event, const Error& error) const;
};

/// A lease as the events show it; addresses that it lacks are left out.
[[nodiscard]] Fields fields_of(const Lease& lease);

}  // namespace portico::phone
