// SPDX-License-Identifier: BSD-3-Clause
// What management asks, answered from the running appliance. Each question is put to the control
// core through its mailbox; only the store's own reading happens on the asking thread.
#pragma once

#include "app/portico/appliance.hpp"
#include "app/portico/statistics_reader.hpp"
#include "management/control.hpp"
#include "management/holdings.hpp"

namespace portico::app {

class OperatorView final : public management::Control {
 public:
  explicit OperatorView(Appliance& appliance) : appliance_(appliance), statistics_(appliance) {}

  [[nodiscard]] Result<management::Health> health() override;
  [[nodiscard]] Result<management::Statistics> statistics(management::Moment moment) override;
  [[nodiscard]] Result<management::Page<management::BindingRow>> bindings(
      const management::BindingFilter& filter, const management::PageRequest& page) override;
  [[nodiscard]] Result<management::Page<management::NeighborRow>> neighbors(
      const management::PageRequest& page) override;
  [[nodiscard]] Result<management::Page<lease::Lease>> leases(
      const management::PageRequest& page) override;
  [[nodiscard]] Result<management::Page<management::TunnelRow>> tunnels(
      const management::PageRequest& page) override;
  [[nodiscard]] Result<std::vector<Error>> reload_tunnels() override;
  [[nodiscard]] Result<void> switch_keys(const std::string& tunnel) override;
  [[nodiscard]] Result<std::vector<lease::HistoryRecord>> history(
      const lease::HistoryQuery& query) override;
  [[nodiscard]] Result<std::vector<management::Difference>> audit() override;
  [[nodiscard]] Result<std::size_t> revoke(const Mac& mac) override;
  [[nodiscard]] Result<bool> accept_loss() override;
  [[nodiscard]] std::string configuration() override;

 private:
  [[nodiscard]] management::Health read_health();
  void read_health_of_gateway(management::Health& health, Time now);
  [[nodiscard]] Result<void> snapshot_workers();
  [[nodiscard]] std::optional<management::Holdings> read_holdings();
  [[nodiscard]] Result<std::vector<management::Difference>> audit_leases();
  [[nodiscard]] Result<std::vector<management::Difference>> audit_tunnels();

  Appliance& appliance_;
  StatisticsReader statistics_;
};

}  // namespace portico::app
