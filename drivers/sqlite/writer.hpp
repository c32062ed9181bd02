// SPDX-License-Identifier: BSD-3-Clause
// The connection that writes leases and history, its statements prepared once.
#pragma once

#include "drivers/sqlite/database.hpp"
#include "drivers/sqlite/schema.hpp"
#include "drivers/sqlite/totals.hpp"
#include "lease/lease.hpp"

#include <memory>
#include <span>
#include <string>

namespace portico::sqlite {

class Writer {
 public:
  /// Sets `database` up for writing, makes the tables if there are none.
  [[nodiscard]] Result<void> open(Database database, const std::string& file, Sync sync);
  [[nodiscard]] Database& database() noexcept { return database_; }

  /// All of `batch` in one transaction; raises `totals` to what it is then. After an error the
  /// transaction may still be open.
  [[nodiscard]] Result<void> write(std::span<const lease::Change> batch, Totals& totals);
  /// These rows in one transaction, with the grants of those that are bound as their history.
  [[nodiscard]] Result<void> write_rows(std::span<const lease::Lease> leases, const Totals& totals);

 private:
  [[nodiscard]] Result<void> write_row(const lease::Lease& lease);
  [[nodiscard]] Result<void> write_one(const lease::Change& change);
  [[nodiscard]] Result<void> upsert(const lease::Lease& lease, Bytes record);
  [[nodiscard]] Result<void> remove(const lease::Lease& lease);
  [[nodiscard]] Result<void> write_history(const lease::Change& change, Bytes record);
  [[nodiscard]] Result<void> write_totals(const Totals& totals);

  Database database_;
  Statement upsert_, remove_, history_, totals_;
};

}  // namespace portico::sqlite
