// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/reassembly.hpp"

#include "base/endian.hpp"
#include "tunnel/ecn.hpp"
#include "wire/checksum.hpp"

#include <algorithm>
#include <utility>

namespace portico::tunnel {
namespace {

constexpr std::size_t kHeader = wire::Ipv4Header::kSize;

}  // namespace

Reassembly::Key Reassembly::key_of(const wire::Ipv4Edit& fragment) noexcept {
  return Key{fragment.source().bits} << 32 | Key{fragment.identification()} << 16 |
         fragment.protocol();
}

/// Where its packet is, or will be.
std::size_t Reassembly::place_of(Key key, Outcome& outcome) noexcept {
  const auto known = std::ranges::find(keys_, key);
  if (known != keys_.end()) return static_cast<std::size_t>(known - keys_.begin());
  auto at = static_cast<std::size_t>(std::ranges::find(keys_, kNone) - keys_.begin());
  if (at == keys_.size()) {
    const auto eldest = std::ranges::min_element(packets_, {}, &Packet::began);
    at = static_cast<std::size_t>(eldest - packets_.begin());
    outcome.given_up = eldest->pieces;
  }
  keys_[at] = key;
  auto& packet = packets_[at];
  packet.have.reset();
  packet.payload = packet.pieces = 0;
  packet.marks = 0;
  packet.is_old = false;
  packet.began = ++begun_;
  return at;
}

/// False: it does not fit what came of its packet, or goes beyond what we take. Fragments that
/// overlap are never of one sender's making (RFC 1858, RFC 3128).
bool Reassembly::add(Packet& packet, const wire::Ipv4Edit& fragment) noexcept {
  const Bytes payload = fragment.payload();
  const std::size_t offset = fragment.fragment_offset();
  const auto end = offset + payload.size();
  const bool is_last = !fragment.more_fragments();
  if (payload.empty() || end > kMostPayload || (!is_last && payload.size() % kUnit != 0))
    return false;
  if (packet.payload != 0 && (is_last || end > packet.payload)) return false;
  const auto first = offset / kUnit;
  const auto units = (payload.size() + kUnit - 1) / kUnit;
  const auto fresh = (~Units{} >> (Units{}.size() - units)) << first;
  if ((packet.have & fresh).any()) return false;
  if (is_last) {
    if ((packet.have >> first).any()) return false;  // something came from behind its end
    packet.payload = static_cast<std::uint16_t>(end);
  }
  packet.have |= fresh;
  packet.marks |= static_cast<std::uint8_t>(1u << (fragment.tos() & kEcnMask));
  std::ranges::copy(payload, packet.octets.data() + kHeader + offset);
  if (offset == 0) std::ranges::copy(fragment.bytes().first(kHeader), packet.octets.data());
  return true;
}

bool Reassembly::is_whole(const Packet& packet) noexcept {
  return packet.payload != 0 && packet.have.count() == (packet.payload + kUnit - 1) / kUnit;
}

/// The header of the whole. False: a fragment met congestion, and another could not have said so
/// (RFC 3168 section 5.3).
bool Reassembly::finish(Packet& packet) noexcept {
  auto* ip = packet.octets.data();
  constexpr unsigned kNotCapable = 1u << 0, kCongestion = 1u << kEcnMask;
  if ((packet.marks & kCongestion) != 0) {
    if ((packet.marks & kNotCapable) != 0) return false;
    ip[1] |= kEcnMask;
  }
  store_be(ip + 2, static_cast<std::uint16_t>(kHeader + packet.payload));
  store_be<std::uint16_t>(ip + 6, 0);
  store_be<std::uint16_t>(ip + 10, 0);
  store_be(ip + 10, wire::checksum_of({ip, kHeader}));
  return true;
}

Reassembly::Outcome Reassembly::take(const wire::Ipv4Edit& fragment) noexcept {
  Outcome outcome;
  if (packets_.empty()) {
    outcome.kind = Outcome::Kind::Refused;
    outcome.reason = stats::Drop::IpFragment;
    return outcome;
  }
  const auto at = place_of(key_of(fragment), outcome);
  auto& packet = packets_[at];
  const bool fits = add(packet, fragment);
  if (fits && !is_whole(packet)) {
    ++packet.pieces;
    return outcome;
  }
  keys_[at] = kNone;
  outcome.earlier = packet.pieces;
  if (fits && finish(packet)) {
    outcome.kind = Outcome::Kind::Whole;
    outcome.packet = Bytes{packet.octets}.first(kHeader + packet.payload);
  } else {
    outcome.kind = Outcome::Kind::Refused;
    outcome.reason = stats::Drop::FragmentMalformed;
  }
  return outcome;
}

std::size_t Reassembly::age() noexcept {
  std::size_t given_up = 0;
  for (std::size_t at = 0; at < keys_.size(); ++at) {
    if (keys_[at] == kNone) continue;
    if (!std::exchange(packets_[at].is_old, true)) continue;
    keys_[at] = kNone;
    given_up += packets_[at].pieces;
  }
  return given_up;
}

}  // namespace portico::tunnel
