// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/sa_set.hpp"

#include <algorithm>

namespace portico::tunnel {
namespace {

SaState state_in(std::span<const SaState> states, const SaName& name) {
  const auto found = std::ranges::find(states, name, &SaState::name);
  return found == states.end() ? SaState{.name = name} : *found;
}

/// The worker that opens an SA's packets. With one SA a tunnel, tunnels are spread by their SPIs.
std::uint16_t owner_of(const Record& record, std::uint32_t base, std::uint32_t index,
                       std::uint16_t workers) {
  const auto number = record.sas == 1 ? base * 0x9e37'79b1u >> 16 : index;
  return static_cast<std::uint16_t>(number % workers);
}

}  // namespace

Result<std::unique_ptr<SaSet>> SaSet::make(const Record& record, const KeySet& keys,
                                           std::span<const SaState> states, const Shape& shape,
                                           const MakeKey& make_key) {
  const bool is_gateway = shape.end == End::Gateway;
  const auto& sending = is_gateway ? keys.out : keys.in;
  const auto& receiving = is_gateway ? keys.in : keys.out;
  const auto send_base = is_gateway ? record.spi_out : record.spi_in;
  const auto receive_base = is_gateway ? record.spi_in : record.spi_out;
  std::unique_ptr<SaSet> set{new SaSet};
  set->key_ = keys.name;
  set->senders_ = std::vector<OutboundSa>(record.sas);
  for (std::uint32_t i = 0; i < record.sas; ++i) {
    auto send_key = make_key(record.algorithm, sending[i].octets());
    auto receive_key = make_key(record.algorithm, receiving[i].octets());
    if (!send_key || !receive_key)
      return fail((send_key ? receive_key : send_key).error().what, "key set " + keys.name);

    const auto sent = state_in(states, {keys.name, Way::Sending, i});
    auto& reservation = set->reservations_.emplace_back(sent.number, record.esn);
    set->lives_.push_back({sent.octets, sent.since});
    auto& out = set->senders_[i];
    out.key = send_key->get();
    out.spi = send_base + i;
    out.algorithm = record.algorithm;
    out.esn = record.esn;
    out.next += reservation.first();
    out.reserved = reservation.end();
    out.most = std::min(last_number(record.esn), shape.allowance.packets);
    out.octets_left = shape.allowance.octets - std::min(sent.octets, shape.allowance.octets);

    const auto received = state_in(states, {keys.name, Way::Receiving, i});
    auto& kept = set->kept_.emplace_back();
    kept.words.resize(ReplayWindow::words_for(shape.window));
    kept.first = kept.top = kept.heard = received.number;
    auto& in = *set->receivers_.emplace_back(
        std::make_unique<InboundSa>(shape.window, kept.words, received.number));
    in.key = receive_key->get();
    in.spi = receive_base + i;
    in.tunnel = shape.tunnel;
    in.owner = owner_of(record, receive_base, i, shape.workers);
    in.algorithm = record.algorithm;
    in.esn = record.esn;

    set->keys_.push_back(std::move(*send_key));
    set->keys_.push_back(std::move(*receive_key));
  }
  return set;
}

SaState SaSet::state_of(Way way, std::uint32_t index, std::uint64_t number, WallTime now) {
  SaState state{.name = {key_, way, index}, .number = number};
  if (way == Way::Receiving) return state;
  auto& life = lives_[index];
  if (life.since == WallTime{}) life.since = now;
  state.since = life.since;
  state.octets = life.octets + senders_[index].octets.value();
  return state;
}

void SaSet::for_each_reservation(WallTime now, const Keep& keep) {
  for (std::uint32_t i = 0; i < senders_.size(); ++i)
    if (const auto wanted = reservations_[i].ask(senders_[i].next.value()))
      keep(state_of(Way::Sending, i, *wanted, now));
}

void SaSet::for_each_moved_window(WallTime now, const Keep& keep) {
  for (std::uint32_t i = 0; i < receivers_.size(); ++i) {
    const auto top = receivers_[i]->seen.top();
    if (top == kept_[i].top) continue;
    kept_[i].top = top;
    keep(state_of(Way::Receiving, i, top, now));
  }
}

/// A worker may have written one of the two and not the other yet: either tells.
void SaSet::for_each_heard(const Heard& heard) {
  for (std::size_t i = 0; i < receivers_.size(); ++i) {
    auto& kept = kept_[i];
    const auto top = receivers_[i]->seen.top();
    const auto from = receivers_[i]->heard_from.value();
    if (top == kept.heard && from == kept.from) continue;
    kept.heard = top;
    kept.from = from;
    if (from != wire::Endpoint{}) heard(from);
  }
}

std::optional<SaSet::Extension> SaSet::stored(const SaName& name, std::uint64_t number) {
  if (name.way == Way::Receiving || name.index >= senders_.size()) return std::nullopt;
  auto& reservation = reservations_[name.index];
  const auto before = reservation.end();
  reservation.on_durable(number);
  if (reservation.end() == before) return std::nullopt;
  return Extension{senders_[name.index].spi, reservation.end()};
}

bool SaSet::is_heard() const noexcept {
  for (std::size_t i = 0; i < receivers_.size(); ++i)
    if (receivers_[i]->seen.top() > kept_[i].first) return true;
  return false;
}

bool SaSet::waits_for_store() const noexcept {
  for (std::size_t i = 0; i < senders_.size(); ++i)
    if (senders_[i].next.value() >= reservations_[i].end()) return true;
  return false;
}

}  // namespace portico::tunnel
