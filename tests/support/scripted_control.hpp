// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "management/control.hpp"

#include <utility>
#include <vector>

namespace portico::support {

/// Answers operators from fields that a test sets, and remembers what it was asked.
class ScriptedControl : public management::Control {
 public:
  template <class Row>
  using Page = management::Page<Row>;

  Result<management::Health> health_answer;
  Result<management::Statistics> statistics_answer;
  Page<management::BindingRow> binding_rows;
  Page<lease::Lease> lease_rows;
  Page<management::NeighborRow> neighbor_rows;
  Page<management::TunnelRow> tunnel_rows;
  std::vector<Error> tunnel_problems;
  std::string switched;
  std::vector<lease::HistoryRecord> records;
  std::vector<management::Difference> differences;

  management::BindingFilter filter;
  management::PageRequest page;
  management::Moment moment = management::Moment::Running;
  lease::HistoryQuery query;
  Mac revoked;
  bool has_lost = true;

  Result<management::Health> health() override { return health_answer; }
  Result<management::Statistics> statistics(management::Moment m) override {
    moment = m;
    return statistics_answer;
  }
  Result<Page<management::BindingRow>> bindings(const management::BindingFilter& f,
                                                const management::PageRequest& p) override {
    filter = f;
    page = p;
    return binding_rows;
  }
  Result<Page<lease::Lease>> leases(const management::PageRequest& p) override {
    page = p;
    return lease_rows;
  }
  Result<Page<management::NeighborRow>> neighbors(const management::PageRequest& p) override {
    page = p;
    return neighbor_rows;
  }
  Result<Page<management::TunnelRow>> tunnels(const management::PageRequest& p) override {
    page = p;
    return tunnel_rows;
  }
  Result<std::vector<Error>> reload_tunnels() override { return tunnel_problems; }
  Result<void> switch_keys(const std::string& tunnel) override {
    switched = tunnel;
    return {};
  }
  Result<std::vector<lease::HistoryRecord>> history(const lease::HistoryQuery& q) override {
    query = q;
    return records;
  }
  Result<std::vector<management::Difference>> audit() override { return differences; }
  Result<std::size_t> revoke(const Mac& mac) override {
    revoked = mac;
    return 2u;
  }
  Result<bool> accept_loss() override { return std::exchange(has_lost, false); }
  std::string configuration() override { return "{\"role\": \"gateway\"}\n"; }
};

/// A router that has answered, and a host that has not.
inline management::Page<management::NeighborRow> two_neighbors() {
  using neighbor::State;
  management::NeighborRow router;
  router.neighbor = {.index = 1,
                     .hop = {.address = "198.51.100.1"_ip,
                             .mac = "02:00:00:00:00:01"_mac,
                             .side = Side::Wan,
                             .resolved = true},
                     .state = State::Reachable,
                     .pinned = true,
                     .heard = Time{},
                     .waiting = 0};
  router.age_s = 7;
  management::NeighborRow host;
  host.neighbor = {.index = 2,
                   .hop = {.address = "198.51.100.99"_ip},
                   .state = State::Incomplete,
                   .pinned = false,
                   .heard = std::nullopt,
                   .waiting = 3};
  return {2, {router, host}};
}

}  // namespace portico::support
