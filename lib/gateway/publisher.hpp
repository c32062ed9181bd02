// SPDX-License-Identifier: BSD-3-Clause
// Orders to every worker. Each gets the same orders in the same sequence, so one number says how
// far all of them are, whatever room their mailboxes have at the moment.
#pragma once

#include "base/time.hpp"
#include "orders/mailbox.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace portico::gateway {

/// A worker that has not carried out an order for this long is silent: no lease is acknowledged.
inline constexpr Duration kSilence = 1s;

class Publisher {
 public:
  explicit Publisher(std::vector<orders::Mailbox*> mailboxes);

  /// The order's number: 1, 2, …. Never fails; what a mailbox has no room for waits here.
  std::uint64_t post(const orders::Order& order, Time now);
  /// Hands on what waits, and looks who has moved. Call once a turn.
  void pump(Time now);
  /// Every worker has carried out the orders up to this number.
  [[nodiscard]] std::uint64_t applied() const noexcept;
  /// A worker that has owed an order for kSilence.
  [[nodiscard]] std::optional<std::size_t> silent_worker(Time now) const noexcept;
  /// Orders that some worker has not carried out yet.
  [[nodiscard]] std::uint64_t outstanding() const noexcept { return posted_ - applied(); }

 private:
  struct Reader {
    orders::Mailbox* mailbox;
    std::uint64_t handed_on = 0;  // orders put into its mailbox
    std::uint64_t applied = 0;    // as last seen
    Time moved;                   // when `applied` last grew, or it last owed nothing
  };

  std::vector<Reader> readers_;
  std::deque<orders::Order> waiting_;  // the last of them has number posted_
  std::uint64_t posted_ = 0;
};

}  // namespace portico::gateway
