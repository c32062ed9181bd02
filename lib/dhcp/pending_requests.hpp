// SPDX-License-Identifier: BSD-3-Clause
// Messages that wait for the Book, by its ticket: REQUESTs until their lease is on disk, DISCOVERs
// until their address is known to be free. Bounded; memory is used again.
#pragma once

#include "dhcp/request.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace portico::dhcp {

class PendingRequests {
 public:
  explicit PendingRequests(std::size_t capacity);

  [[nodiscard]] bool is_full() const noexcept { return by_ticket_.size() >= capacity_; }
  /// Takes the request's content; one of the same ticket is replaced, but for when it was
  /// received. Not when full.
  void keep(std::uint64_t ticket, Request& request);
  /// Gives the content to `request`; false if the ticket is not known.
  [[nodiscard]] bool take(std::uint64_t ticket, Request& request);

 private:
  using Table = std::unordered_map<std::uint64_t, Request>;
  std::size_t capacity_;
  Table by_ticket_;
  std::vector<Table::node_type> spare_;
};

}  // namespace portico::dhcp
