// SPDX-License-Identifier: BSD-3-Clause
#include "tftp/engine.hpp"

#include "base/expects.hpp"

#include <algorithm>
#include <utility>

namespace portico::tftp {

using namespace wire::tftp;
using wire::Datagram;
using wire::Endpoint;

namespace {

/// Retransmissions of one call to tick(): each may be a whole window.
constexpr int kDuePerTick = 64;
/// Timeouts double up to this, or stay at what the client asked for if that is longer.
constexpr Duration kMaxBackoff = 64s;

constexpr std::uint32_t tids_of(const Config& config) noexcept {
  return std::uint32_t{config.last_tid} - config.first_tid + 1;
}

Duration backoff(Duration timeout, std::uint32_t tries) noexcept {
  const auto doubled = timeout * (std::int64_t{1} << std::min(tries, 8u));
  return std::min(doubled, std::max(timeout, kMaxBackoff));
}

/// Neither a broadcast nor an impossible source is answered (RFC 1123 section 4.2.3.5).
bool is_answerable(const Datagram& datagram, Ipv4 own) noexcept {
  const auto [address, port] = datagram.source;
  return datagram.destination.address == own && address != own && !address.is_zero() &&
         !address.is_multicast() && !address.is_limited_broadcast() && port != 0;
}

std::size_t hash_of(Bytes request) noexcept {
  return std::hash<std::string_view>{}(
      {reinterpret_cast<const char*>(request.data()), request.size()});
}

stats::Counter Counters::*counter_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::NotFound:
      return &Counters::refused_not_found;
    case ErrorCode::AccessViolation:
      return &Counters::refused_access;
    case ErrorCode::NoSuchUser:
      return &Counters::refused_no_lease;
    case ErrorCode::OptionNegotiation:
      return &Counters::refused_options;
    default:
      return &Counters::refused_other;
  }
}

}  // namespace

Engine::Engine(const Config& config, Library& library, Random random)
    : config_(config),
      library_(library),
      random_(std::move(random)),
      sessions_(tids_of(config)),
      deadlines_(tids_of(config)),
      scratch_(kMaxBlksize) {
  expects(config.first_tid > kServerPort && config.first_tid < config.last_tid,
          "transfers have at least two ports, none of them the server's");
  expects(config.limits.mtu >= 576, "RFC 791: every path passes 576 octets to a host");
}

bool Engine::listens_on(std::uint16_t port) const noexcept {
  return port == kServerPort || (port >= config_.first_tid && port <= config_.last_tid);
}

void Engine::receive(const Datagram& datagram, Time now, Sender& sender) {
  const auto message = parse(datagram.payload);
  if (!message || !is_answerable(datagram, config_.address)) {
    ++counters_.malformed;
    return;
  }
  const auto port = datagram.destination.port;
  if (port != kServerPort && listens_on(port)) {
    on_transfer(port - std::uint32_t{config_.first_tid}, datagram, *message, now, sender);
    return;
  }
  const auto* const request = std::get_if<Request>(&*message);
  if (port == kServerPort && request != nullptr)
    on_request(datagram, *request, now, sender);
  else
    ++counters_.unexpected;
}

void Engine::tick(Time now, Sender& sender) {
  for (int n = 0; n < kDuePerTick; ++n) {
    const auto slot = deadlines_.due(now);
    if (!slot) return;
    on_timeout(*slot, now, sender);
  }
}

void Engine::on_request(const Datagram& datagram, const Request& request, Time now,
                        Sender& sender) {
  ++counters_.requests;
  if (const auto running = by_client_.find(datagram.source); running != by_client_.end()) {
    const auto slot = running->second;
    const auto& session = *sessions_[slot];
    const bool silent = now - session.heard >= session.timeout;
    if (session.request_hash == hash_of(datagram.payload) &&
        (session.transfer.untouched() || !silent)) {
      on_repeated_request(slot, sender);
      return;
    }
    // The client began anew, as a phone does that was restarted and always asks from one port.
    close(slot, &Counters::failed_restarted);
  }
  auto outcome = open(datagram.source.address, request);
  if (auto* const opened = std::get_if<Opened>(&outcome)) {
    start(datagram, std::move(*opened), now, sender);
    return;
  }
  const auto& denial = std::get<Denial>(outcome);
  ++(counters_.*denial.why);
  send_error(free_slot(), datagram.source, denial.refusal, sender);
}

/// Our first answer may be lost: it is sent once more, by the same TID. Once the client has
/// answered that TID, the request is a late copy. Neither extends the life of a transfer.
void Engine::on_repeated_request(Slot slot, Sender& sender) {
  ++counters_.duplicate_requests;
  if (sessions_[slot]->transfer.untouched()) resend_flight(slot, sender);
}

void Engine::on_transfer(Slot slot, const Datagram& datagram, const Message& message, Time now,
                         Sender& sender) {
  const bool is_error = std::holds_alternative<Error>(message);
  if (!sessions_[slot]) {
    // Silence: it may be a late ACK of a transfer that is complete, and its client content.
    ++counters_.no_transfer;
  } else if (sessions_[slot]->client != datagram.source) {
    ++counters_.wrong_tid;
    if (!is_error)
      send_error(slot, datagram.source, {ErrorCode::UnknownTid, "unknown transfer ID"}, sender);
  } else if (is_error) {
    close(slot, &Counters::failed_by_client);
  } else if (const auto* const ack = std::get_if<Ack>(&message)) {
    on_ack(slot, ack->block, now, sender);
  } else {
    ++counters_.unexpected;
  }
}

void Engine::on_ack(Slot slot, std::uint16_t block, Time now, Sender& sender) {
  auto& session = *sessions_[slot];
  switch (session.transfer.acknowledge(block)) {
    case Transfer::Progress::Advanced:
      session.heard = now;
      session.tries = 0;
      deadlines_.set(slot, now + session.timeout);
      send_flight(slot, sender);
      break;
    case Transfer::Progress::Finished:
      close(slot, &Counters::completed);
      break;
    case Transfer::Progress::Duplicate:
      ++counters_.duplicate_acks;
      break;
    case Transfer::Progress::Impossible:
      ++counters_.unexpected;
      break;
  }
}

void Engine::on_timeout(Slot slot, Time now, Sender& sender) {
  auto& session = *sessions_[slot];
  if (session.tries >= config_.retries) {
    close(slot, &Counters::failed_timed_out);
    return;
  }
  deadlines_.set(slot, now + backoff(session.timeout, ++session.tries));
  resend_flight(slot, sender);
}

std::variant<Engine::Opened, Engine::Denial> Engine::open(Ipv4 phone, const Request& request) {
  if (auto denial = unacceptable(request)) return *denial;
  if (auto denial = beyond_limits(phone)) return *denial;
  auto file = library_.open(phone, request.file);
  if (const auto* const refusal = std::get_if<Refusal>(&file))
    return Denial{*refusal, counter_of(refusal->code)};
  auto& served = std::get<Served>(file);
  expects(served.image != nullptr, "a library serves an image");
  auto outcome =
      negotiate(*request.options, request.mode, served.image->octets.size(), config_.limits);
  if (const auto* const refusal = std::get_if<Refusal>(&outcome))
    return Denial{*refusal, counter_of(refusal->code)};
  const auto& terms = std::get<Terms>(outcome);
  return Opened{Transfer{std::move(served), request.mode, terms}, terms.timeout};
}

std::optional<Engine::Denial> Engine::unacceptable(const Request& request) {
  using enum ErrorCode;
  if (request.kind == RequestKind::Write)
    return Denial{{AccessViolation, "this server is read-only"}, &Counters::refused_write};
  if (request.mode == Mode::Mail)
    return Denial{{IllegalOperation, "mail mode is not supported"}, &Counters::refused_mode};
  if (request.mode == Mode::Unknown)
    return Denial{{IllegalOperation, "the mode must be octet or netascii"},
                  &Counters::refused_mode};
  if (!request.options)
    return Denial{{OptionNegotiation, "an option stands twice or is no number"},
                  &Counters::refused_options};
  return std::nullopt;
}

std::optional<Engine::Denial> Engine::beyond_limits(Ipv4 phone) const {
  // One TID stays free, so that a refusal has one to come from.
  if (live() >= std::min(config_.transfers, tids_of(config_) - 1))
    return Denial{{ErrorCode::Undefined, "too many transfers: try again later"},
                  &Counters::refused_too_many};
  const auto first = by_client_.lower_bound(Endpoint{phone, 0});
  const auto last = by_client_.upper_bound(Endpoint{phone, 65535});
  if (std::distance(first, last) >= std::ptrdiff_t{config_.transfers_per_phone})
    return Denial{{ErrorCode::Undefined, "too many transfers of one phone: try again later"},
                  &Counters::refused_phone_limit};
  return std::nullopt;
}

void Engine::start(const Datagram& datagram, Opened opened, Time now, Sender& sender) {
  const auto slot = free_slot();
  sessions_[slot] = std::make_unique<Session>(Session{
      datagram.source, hash_of(datagram.payload), std::move(opened.transfer), opened.timeout, now});
  by_client_.emplace(datagram.source, slot);
  deadlines_.set(slot, now + opened.timeout);
  ++counters_.started;
  send_flight(slot, sender);
}

void Engine::close(Slot slot, stats::Counter Counters::*why) {
  ++(counters_.*why);
  deadlines_.remove(slot);
  by_client_.erase(sessions_[slot]->client);
  sessions_[slot].reset();
}

void Engine::send_flight(Slot slot, Sender& sender) {
  auto& [client, hash, transfer, timeout, heard, tries] = *sessions_[slot];
  const auto from = endpoint_of(slot);
  if (transfer.opening()) {
    sender.send(from, client, Packet::option_ack(transfer.accepted()).bytes(), {});
    return;
  }
  while (const auto block = transfer.next(scratch_)) {
    sender.send(from, client, data_header(block->number), block->payload);
    ++counters_.blocks;
    counters_.octets += block->payload.size();
    if (block->repeated) ++counters_.retransmitted;
  }
}

void Engine::resend_flight(Slot slot, Sender& sender) {
  auto& transfer = sessions_[slot]->transfer;
  if (transfer.opening()) ++counters_.retransmitted;
  transfer.rewind();
  send_flight(slot, sender);
}

void Engine::send_error(Slot from, const Endpoint& to, const Refusal& refusal, Sender& sender) {
  sender.send(endpoint_of(from), to, Packet::error(refusal.code, refusal.message).bytes(), {});
}

/// A fresh TID, at random (RFC 1350 section 4).
Engine::Slot Engine::free_slot() {
  const auto count = static_cast<Slot>(sessions_.size());
  auto slot = random_() % count;
  while (sessions_[slot]) slot = (slot + 1) % count;
  return slot;
}

Endpoint Engine::endpoint_of(Slot slot) const noexcept {
  return {config_.address, static_cast<std::uint16_t>(config_.first_tid + slot)};
}

}  // namespace portico::tftp
