// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/publisher.hpp"

#include <algorithm>

namespace portico::gateway {

Publisher::Publisher(std::vector<orders::Mailbox*> mailboxes) {
  for (auto* mailbox : mailboxes) readers_.push_back({mailbox, 0, 0, {}});
}

std::uint64_t Publisher::post(const orders::Order& order, Time now) {
  if (outstanding() == 0)
    for (auto& reader : readers_) reader.moved = now;
  waiting_.push_back(order);
  ++posted_;
  pump(now);
  return posted_;
}

void Publisher::pump(Time now) {
  std::uint64_t all_have = posted_;
  for (auto& reader : readers_) {
    const auto first_waiting = posted_ - waiting_.size();
    while (reader.handed_on < posted_ &&
           reader.mailbox->post(waiting_[reader.handed_on - first_waiting]) != 0)
      ++reader.handed_on;
    if (const auto applied = reader.mailbox->applied(); applied != reader.applied) {
      reader.applied = applied;
      reader.moved = now;
    }
    all_have = std::min(all_have, reader.handed_on);
  }
  while (!waiting_.empty() && posted_ - waiting_.size() < all_have) waiting_.pop_front();
}

std::uint64_t Publisher::applied() const noexcept {
  std::uint64_t least = posted_;
  for (const auto& reader : readers_) least = std::min(least, reader.mailbox->applied());
  return least;
}

std::optional<std::size_t> Publisher::silent_worker(Time now) const noexcept {
  for (std::size_t i = 0; i < readers_.size(); ++i)
    if (readers_[i].mailbox->applied() < posted_ && now - readers_[i].moved > kSilence) return i;
  return std::nullopt;
}

}  // namespace portico::gateway
