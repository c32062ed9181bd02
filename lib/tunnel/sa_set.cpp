// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/sa_set.hpp"

#include <algorithm>

namespace portico::tunnel {
namespace {

/// They stand together.
std::span<const SaState> states_of(const std::string& key, std::span<const SaState> states) {
  const auto key_of = [](const SaState& state) -> const std::string& { return state.name.key; };
  return {std::ranges::lower_bound(states, key, {}, key_of),
          std::ranges::upper_bound(states, key, {}, key_of)};
}

SaState state_in(std::span<const SaState> states, const SaName& name) {
  const auto found = std::ranges::find(states, name, &SaState::name);
  return found == states.end() ? SaState{.name = name} : *found;
}

/// The octets of a key set as one end uses them.
struct Sides {
  Sides(const KeySet& keys, End end)
      : sending(end == End::Gateway ? keys.out : keys.in),
        receiving(end == End::Gateway ? keys.in : keys.out) {}
  std::span<const Secret> sending;
  std::span<const Secret> receiving;
};

/// When any of these keys was first used, as far as is known; else now.
WallTime first_use(std::span<const SaState> states, WallTime now) {
  std::optional<WallTime> first;
  for (const auto& state : states)
    if (state.since != WallTime{}) first = std::min(first.value_or(state.since), state.since);
  return first.value_or(now);
}

/// The worker that opens an SA's packets. With one SA a tunnel, tunnels are spread by their SPIs.
std::uint16_t owner_of(const Record& record, std::uint32_t base, std::uint32_t index,
                       std::uint16_t workers) {
  const auto number = record.sas == 1 ? base * 0x9e37'79b1u >> 16 : index;
  return static_cast<std::uint16_t>(number % workers);
}

}  // namespace

Result<std::unique_ptr<SaSet>> SaSet::make(const Record& record, const KeySet& keys,
                                           std::span<const SaState> all_states, const Shape& shape,
                                           const MakeKey& make_key) {
  const bool is_gateway = shape.end == End::Gateway;
  const auto [sending, receiving] = Sides{keys, shape.end};
  const auto send_base = is_gateway ? record.spi_out : record.spi_in;
  const auto receive_base = is_gateway ? record.spi_in : record.spi_out;
  const auto states = states_of(keys.name, all_states);
  const Age age{first_use(states, shape.now.wall), shape.now};
  std::unique_ptr<SaSet> set{new SaSet(keys.name, age, shape)};
  set->senders_ = std::vector<OutboundSa>(record.sas);
  for (std::uint32_t i = 0; i < record.sas; ++i) {
    auto send_key = make_key(record.algorithm, sending[i].octets());
    auto receive_key = make_key(record.algorithm, receiving[i].octets());
    if (!send_key || !receive_key)
      return fail((send_key ? receive_key : send_key).error().what, "key set " + keys.name);

    const auto sent = state_in(states, {keys.name, Way::Sending, i});
    auto& reservation = set->reservations_.emplace_back(sent.number, record.esn);
    set->octets_.push_back({sent.octets, sent.octets});
    auto& out = set->senders_[i];
    out.key = send_key->get();
    out.spi = send_base + i;
    out.algorithm = record.algorithm;
    out.esn = record.esn;
    out.next += reservation.first();
    out.reserved = reservation.end();
    out.most = std::min(last_number(record.esn), shape.hard.packets);
    out.octets_left = shape.hard.octets - std::min(sent.octets, shape.hard.octets);

    const auto received = state_in(states, {keys.name, Way::Receiving, i});
    auto& kept = set->kept_.emplace_back();
    kept.words.resize(ReplayWindow::words_for(shape.window));
    kept.first = kept.top = kept.heard = received.number;
    kept.octets = {received.octets, received.octets};
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

/// They are made ready for the cipher as those in use are, and compared with them: neither octets
/// nor a digest of them are kept for that, and there is nothing more to wipe.
bool SaSet::is_made_of(const KeySet& keys, const MakeKey& make_key) const {
  const auto [sending, receiving] = Sides{keys, end_};
  if (std::min(sending.size(), receiving.size()) < senders_.size()) return false;
  const auto is_key = [&](const KeyPtr& key, Algorithm algorithm, const Secret& octets) {
    const auto made = make_key(algorithm, octets.octets());
    return made && key->is_same_as(**made);
  };
  for (std::size_t i = 0; i < senders_.size(); ++i)
    if (!is_key(keys_[2 * i], senders_[i].algorithm, sending[i]) ||
        !is_key(keys_[2 * i + 1], senders_[i].algorithm, receiving[i]))
      return false;
  return true;
}

/// Whatever is reserved by now: of what waits for the disk, the newest is written only.
SaState SaSet::sender_state(std::uint32_t index) {
  auto& octets = octets_[index];
  octets.kept = octets_of(index);
  return {.name = {key_, Way::Sending, index},
          .number = reservations_[index].asked(),
          .octets = octets.kept,
          .since = age_.since()};
}

void SaSet::for_each_reservation(const Keep& keep) {
  for (std::uint32_t i = 0; i < senders_.size(); ++i)
    if (reservations_[i].ask(senders_[i].next.value())) keep(sender_state(i));
}

void SaSet::for_each_moved(const Keep& keep) {
  for (std::uint32_t i = 0; i < receivers_.size(); ++i) {
    const auto top = receivers_[i]->seen.top();
    const auto octets = octets_taken(i);
    if (top == kept_[i].top && octets == kept_[i].octets.kept) continue;
    kept_[i].top = top;
    kept_[i].octets.kept = octets;
    keep({.name = {key_, Way::Receiving, i},
          .number = top,
          .octets = octets,
          .since = age_.since()});
  }
  for (std::uint32_t i = 0; i < senders_.size(); ++i)
    if (octets_of(i) != octets_[i].kept) keep(sender_state(i));
}

/// A number is a packet, as it is for who sends.
Use SaSet::most_taken(Now now) noexcept {
  Use most{.time = age_.at(now)};
  for (std::uint32_t i = 0; i < receivers_.size(); ++i) {
    most.packets = std::max(most.packets, receivers_[i]->seen.top());
    most.octets = std::max(most.octets, octets_taken(i));
  }
  return most;
}

Wear SaSet::wear(std::uint16_t full, Now now) noexcept {
  const auto taken = most_taken(now);
  Wear worst{reached(soft_, taken), reached(hard_, taken)};
  for (std::uint32_t i = 0; i < senders_.size(); ++i) {
    const auto& sa = senders_[i];
    Use use{.packets = sa.next.value() - 1, .octets = octets_of(i), .time = taken.time};
    if (!worst.soft) worst.soft = reached(soft_, use);
    if (!worst.soft && reservations_[i].is_last()) worst.soft = Limit::Numbers;
    use.octets += full - 1u;
    if (!worst.hard) worst.hard = reached(hard_, use);
    if (!worst.hard && use.packets >= last_number(sa.esn)) worst.hard = Limit::Numbers;
  }
  return worst;
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
