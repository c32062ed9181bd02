// SPDX-License-Identifier: BSD-3-Clause
// Lives of leases at random: batches of changes as the control core would write them, and what must
// be in the store after each.
#pragma once

#include "lease/lease.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace portico::sqlite {

class Workload {
 public:
  using Rows = std::map<std::uint64_t, lease::Lease>;

  explicit Workload(std::uint32_t seed) : random_(seed) {}

  /// One to `most` changes.
  [[nodiscard]] std::vector<lease::Change> next_batch(std::size_t most) {
    std::vector<lease::Change> batch;
    const std::size_t size = 1 + random_() % most;
    while (batch.size() < size) batch.push_back(next_change());
    return batch;
  }
  [[nodiscard]] const Rows& rows() const noexcept { return rows_; }
  /// History records that all changes so far leave.
  [[nodiscard]] std::int64_t history() const noexcept { return history_; }

 private:
  lease::Change next_change() {
    lease::Change change;
    change.ticket = ++ticket_;
    change.at = {1'700'000'000 + static_cast<std::int64_t>(ticket_)};
    change.usage = {ticket_, ticket_ * 100, ticket_, ticket_ * 90};
    if (rows_.size() < 5 || random_() % 3 == 0)
      grant(change);
    else
      go_on(change);
    change.lease.epoch = ticket_;
    if (change.event == lease::Event::Forgotten)
      rows_.erase(change.lease.id);
    else
      rows_[change.lease.id] = change.lease;
    history_ += lease::is_history(change.event) ? 1 : 0;
    return change;
  }
  void grant(lease::Change& change) {
    const std::uint64_t id = next_id_++;
    const auto block = static_cast<std::uint32_t>(id % 1000);
    change.event = lease::Event::Granted;
    change.lease = {.id = id,
                    .client = "\1client " + std::to_string(id),
                    .mac = Mac::from_bits(0x001b2c000000 + id),
                    .class_name = "desk",
                    .vendor_class = std::string(random_() % 200, 'v'),
                    .private_address = {0x0a140000 + static_cast<std::uint32_t>(id)},
                    .public_address = {0xcb007101},
                    .tunnel_address = {},
                    .range = {static_cast<std::uint16_t>(1024 + 64 * block), 64},
                    .relay = {},
                    .state = lease::State::Bound,
                    .granted = change.at,
                    .until = {change.at.s + 3600},
                    .lease_s = 3600,
                    .epoch = 0};
  }
  void go_on(lease::Change& change) {
    auto found = rows_.begin();
    std::advance(found, static_cast<std::ptrdiff_t>(random_() % rows_.size()));
    change.lease = found->second;
    switch (change.lease.state) {
      case lease::State::Bound:
        change.event = random_() % 3 == 0 ? lease::Event::Released : lease::Event::Renewed;
        if (change.event == lease::Event::Released) change.lease.state = lease::State::Quarantined;
        change.lease.until = {change.at.s + 120};
        break;
      default:  // its client comes back, or it makes room
        change.event = random_() % 2 == 0 ? lease::Event::Granted : lease::Event::Forgotten;
        change.lease.state = lease::State::Bound;
    }
  }

  std::mt19937 random_;
  Rows rows_;
  std::uint64_t ticket_ = 0;
  std::uint64_t next_id_ = 1;
  std::int64_t history_ = 0;
};

}  // namespace portico::sqlite
