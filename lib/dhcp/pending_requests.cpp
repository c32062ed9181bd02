// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/pending_requests.hpp"

#include "base/expects.hpp"

#include <utility>

namespace portico::dhcp {

PendingRequests::PendingRequests(std::size_t capacity) : capacity_(capacity) {
  by_ticket_.reserve(capacity);
  spare_.reserve(capacity);
}

void PendingRequests::keep(std::uint64_t ticket, Request& request) {
  if (const auto kept = by_ticket_.find(ticket); kept != by_ticket_.end()) {
    // The lease under way counts from the first: so does the time that its ACK may take.
    request.received = kept->second.received;
    std::swap(kept->second, request);
    return;
  }
  expects(!is_full(), "a request is kept only while there is room");
  if (spare_.empty()) {
    std::swap(by_ticket_[ticket], request);
    return;
  }
  auto node = std::move(spare_.back());
  spare_.pop_back();
  node.key() = ticket;
  std::swap(node.mapped(), request);
  by_ticket_.insert(std::move(node));
}

bool PendingRequests::take(std::uint64_t ticket, Request& request) {
  auto node = by_ticket_.extract(ticket);
  if (node.empty()) return false;
  std::swap(node.mapped(), request);
  spare_.push_back(std::move(node));
  return true;
}

}  // namespace portico::dhcp
