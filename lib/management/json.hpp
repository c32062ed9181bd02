// SPDX-License-Identifier: BSD-3-Clause
// The rows of control.hpp as JSON. Addresses are text, counters whole numbers up to 2^64 - 1,
// moments text like 2026-01-31T23:59:59Z. Members are only ever added.
#pragma once

#include "management/control.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace portico::management {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json to_json(const Health& health);
[[nodiscard]] Json to_json(const PortRow& port);
[[nodiscard]] Json to_json(const WorkerRow& worker);
[[nodiscard]] Json to_json(const PoolRow& pool);
[[nodiscard]] Json to_json(const Balance& balance);
[[nodiscard]] Json to_json(const stats::GroupReading& group);
[[nodiscard]] Json to_json(const Statistics& statistics);
[[nodiscard]] Json to_json(const BindingRow& row);
[[nodiscard]] Json to_json(const NeighborRow& row);
[[nodiscard]] Json to_json(const TunnelRow& row);
[[nodiscard]] Json to_json(const lease::Lease& lease);
[[nodiscard]] Json to_json(const lease::HistoryRecord& record);
[[nodiscard]] Json to_json(const Difference& difference);

template <class Row>
[[nodiscard]] Json to_json(const Page<Row>& page, const PageRequest& request) {
  auto items = Json::array();
  for (const auto& row : page.rows) items.push_back(to_json(row));
  return {{"total", page.total},
          {"offset", request.offset},
          {"limit", request.limit},
          {"items", std::move(items)}};
}

/// Text that octets of a peer may be in: whatever is no UTF-8 is shown as U+FFFD.
[[nodiscard]] std::string to_text(const Json& json);

}  // namespace portico::management
