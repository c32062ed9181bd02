// SPDX-License-Identifier: BSD-3-Clause
// Stores of leases in files, and rows to put into them.
#pragma once

#include "drivers/sqlite/lease_store.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace portico::sqlite {

inline std::unique_ptr<LeaseStore> open_store(const std::string& file) {
  return LeaseStore::open({.file = file}).value();
}

inline lease::Lease row_of(std::uint64_t id, std::uint64_t epoch,
                           lease::State state = lease::State::Bound) {
  return {.id = id,
          .client = "\1client",
          .mac = "00:1b:2c:00:00:01"_mac,
          .class_name = "desk",
          .vendor_class = "ACME",
          .private_address = "10.20.0.7"_ip,
          .public_address = "203.0.113.7"_ip,
          .tunnel_address = "198.51.100.7"_ip,
          .range = {24000, 64},
          .relay = {},
          .state = state,
          .granted = {1000},
          .until = {4600},
          .lease_s = 3600,
          .epoch = epoch};
}

inline lease::Change change(lease::Event event, std::int64_t at, const lease::Lease& row) {
  return {.ticket = 0, .event = event, .at = {at}, .lease = row, .usage = {}};
}

inline void commit(LeaseStore& store, const std::vector<lease::Change>& batch) {
  REQUIRE(store.commit(batch));
}

/// A file of 300 leases, closed, its log emptied.
inline void make_file(const std::string& file) {
  auto store = open_store(file);
  REQUIRE(store->load());
  std::vector<lease::Change> batch;
  for (std::uint64_t id = 1; id <= 300; ++id)  // no history: rows only
    batch.push_back(change(lease::Event::Renewed, 1000, row_of(id, 1)));
  commit(*store, batch);
}

}  // namespace portico::sqlite
