// SPDX-License-Identifier: BSD-3-Clause
// Where leases outlive the process. Called from the store thread only, but for checkpoint(),
// empty_log(), scrub(), rows() and history(), each of which may have a thread of its own.
#pragma once

#include "base/result.hpp"
#include "lease/lease.hpp"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace portico::lease {

/// Leases were lost with a damaged file, and nobody has said yet when that will be over.
inline constexpr WallTime kUndecided{std::numeric_limits<std::int64_t>::max()};

/// What a store held when it was opened.
struct Loaded {
  std::vector<Lease> leases;                 ///< every row, one a lease id
  std::uint64_t next_id = 1;                 ///< greater than any id ever used
  WallTime newest_event;                     ///< a wall clock before this is not to be believed
  std::optional<std::string> salvaged_from;  ///< the file was damaged: where it was set aside
  /// Leases were lost, now or at an earlier start, and until then phones may hold what no row says;
  /// kUndecided until a RecoverySet is committed. Zero: none were, or that is over.
  WallTime recovery_until;
};

/// Who held (address, port) at a moment.
struct HistoryQuery {
  Ipv4 public_address;
  std::uint16_t port = 0;
  WallTime at;
};

class LeaseStore {
 public:
  virtual ~LeaseStore() = default;

  [[nodiscard]] virtual Result<Loaded> load() = 0;
  /// Writes all of `batch` in one transaction; on return it survives a power cut. On an error the
  /// caller tries the same batch again later, before any other: writes are idempotent, and the
  /// store mends what it can by itself.
  [[nodiscard]] virtual Result<void> commit(std::span<const Change> batch) = 0;
  /// The last commit failed because the file is damaged: trying again does not help, rewrite()
  /// does.
  [[nodiscard]] virtual bool is_damaged() const noexcept = 0;
  /// Begins a new file with these rows and no others, the old one being set aside under the name
  /// returned. `next_id` as in Loaded.
  [[nodiscard]] virtual Result<std::string> rewrite(std::span<const Lease> leases,
                                                    std::uint64_t next_id) = 0;
  /// Moves what was committed out of the write-ahead log. Any one thread.
  [[nodiscard]] virtual Result<void> checkpoint() = 0;
  /// The same while nothing is committed, and cuts the log to nothing. False: somebody uses it, try
  /// again. Any one thread.
  [[nodiscard]] virtual Result<bool> empty_log() = 0;
  /// Reads back a bounded part of what is on the disk, going on where the last call ended. An
  /// error: it is damaged, and from now on every commit fails as damaged, until rewrite(). Any one
  /// thread.
  [[nodiscard]] virtual Result<void> scrub() = 0;
  /// Deletes a bounded number of history records older than `before`, but none of a lease that is
  /// still bound. True: there may be more, call again.
  [[nodiscard]] virtual Result<bool> prune_history(WallTime before) = 0;
  /// Every row as it is on disk now, for an audit. Any one thread.
  [[nodiscard]] virtual Result<std::vector<Lease>> rows() = 0;
  /// The records of the lease that held it then; empty if nobody did. Any one thread.
  [[nodiscard]] virtual Result<std::vector<HistoryRecord>> history(const HistoryQuery& query) = 0;
};

}  // namespace portico::lease
