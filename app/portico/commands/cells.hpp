// SPDX-License-Identifier: BSD-3-Clause
// How the tables of the command line write what several of them show.
#pragma once

#include "base/addresses.hpp"
#include "base/port_range.hpp"
#include "management/control.hpp"
#include "stats/table.hpp"

#include <string>

namespace portico::commands {

[[nodiscard]] inline std::string address_or_dash(Ipv4 a) {
  return a.is_zero() ? "-" : to_string(a);
}

[[nodiscard]] inline std::string ports_of(PortRange range) {
  return std::to_string(range.first) + "-" + std::to_string(range.last());
}

/// The table, and how much of all it is.
template <class Row>
[[nodiscard]] std::string text_of(const stats::Table& table, const management::Page<Row>& page) {
  return table.text() + std::to_string(page.rows.size()) + " of " + std::to_string(page.total);
}

}  // namespace portico::commands
