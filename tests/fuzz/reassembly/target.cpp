// SPDX-License-Identifier: BSD-3-Clause
// Fragments in any order, against a model that keeps every octet apart: what becomes whole is what
// was sent, and each fragment is held, and then joined, refused or given up.
//
// Input: steps of four octets: whose fragment it is and its marks (or that time goes by), where it
// begins, how long it is, and whether it is the last.
#include "base/expects.hpp"
#include "tunnel/reassembly.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

using namespace portico;
using tunnel::Reassembly;
using Kind = Reassembly::Outcome::Kind;

namespace {

constexpr std::size_t kHeader = wire::Ipv4Header::kSize;
constexpr std::size_t kRoom = 3;

struct Step {
  std::uint8_t who, where, length, how;

  [[nodiscard]] bool is_time() const { return who % 8 == 7; }
  [[nodiscard]] std::uint16_t identification() const { return who % 8; }
  [[nodiscard]] std::uint8_t ecn() const { return who / 8 % 4; }
  [[nodiscard]] std::size_t offset() const { return where % 226u * 8; }
  [[nodiscard]] bool is_last() const { return how % 2 == 1; }
  /// Most are of a length that may be.
  [[nodiscard]] std::size_t size() const {
    return length * 8u + (is_last() || how % 16 == 14 ? how / 2 % 8 : 0);
  }
};

std::vector<std::uint8_t> fragment_of(const Step& step, std::uint8_t content) {
  std::vector<std::uint8_t> packet(kHeader + step.size(), content);
  const wire::Ipv4Header header{.source = {0xc0586309},
                                .destination = {0xc6336402},
                                .protocol = wire::kProtocolEsp,
                                .ttl = 61,
                                .tos = step.ecn(),
                                .identification = step.identification(),
                                .dont_fragment = false};
  header.write(packet, step.size());
  store_be(&packet[6],
           static_cast<std::uint16_t>((step.is_last() ? 0 : 0x2000) | step.offset() / 8));
  store_be<std::uint16_t>(&packet[10], 0);
  store_be(&packet[10], wire::checksum_of(Bytes{packet}.first(kHeader)));
  return packet;
}

/// What came of one packet that is incomplete.
struct Incomplete {
  std::uint16_t identification = 0;
  std::map<std::size_t, std::uint8_t> octets;  // by place
  std::optional<std::size_t> end;
  std::size_t pieces = 0;
  bool is_old = false;
  std::array<bool, 4> marks{};

  [[nodiscard]] bool fits(const Step& step) const {
    const auto last = step.offset() + step.size();
    if (step.size() == 0 || last > Reassembly::kMostPayload) return false;
    if (!step.is_last() && step.size() % 8 != 0) return false;
    if (end && (step.is_last() || last > *end)) return false;
    if (step.is_last() && !octets.empty() && octets.rbegin()->first >= last) return false;
    const auto next = octets.lower_bound(step.offset());
    return next == octets.end() || next->first >= last;
  }
  void add(const Step& step, std::uint8_t content) {
    for (std::size_t i = 0; i < step.size(); ++i) octets[step.offset() + i] = content;
    if (step.is_last()) end = step.offset() + step.size();
    marks[step.ecn()] = true;
    ++pieces;
  }
  [[nodiscard]] bool is_whole() const { return end == octets.size(); }
  /// It met congestion and another part of it could not have said so.
  [[nodiscard]] bool is_contradictory() const { return marks[0] && marks[3]; }

  void check(Bytes packet) const {
    const auto view = wire::Ipv4View::parse(packet);
    expects(view && view->total_length() == packet.size() && !view->is_fragment(),
            "the whole is a valid packet");
    expects(end == view->payload().size(), "as long as was sent");
    for (const auto& [at, octet] : octets)
      expects(view->payload()[at] == octet, "it says what was sent");
    expects(!marks[3] || view->tos() == 3, "and that it met congestion");
  }
};

class Model {
 public:
  void take(const Step& step, std::uint8_t content, const Reassembly::Outcome& outcome) {
    auto at = std::ranges::find(all_, step.identification(), &Incomplete::identification);
    std::size_t given_up = 0;
    if (at == all_.end()) {
      if (all_.size() == kRoom) {
        given_up = all_.front().pieces;
        all_.pop_front();
      }
      at = all_.emplace(all_.end());
      at->identification = step.identification();
    }
    expects(outcome.given_up == given_up, "the eldest makes room");
    const bool fits = at->fits(step);
    const auto earlier = at->pieces;
    if (fits) at->add(step, content);
    if (fits && !at->is_whole()) {
      expects(outcome.kind == Kind::Held, "it waits for others");
      return;
    }
    expects(outcome.earlier == earlier, "those before it go the same way");
    const bool is_good = fits && !at->is_contradictory();
    expects(outcome.kind == (is_good ? Kind::Whole : Kind::Refused), "whole or refused");
    if (is_good) at->check(outcome.packet);
    all_.erase(at);
  }
  void age(std::size_t given_up) {
    std::size_t pieces = 0;
    for (auto at = all_.begin(); at != all_.end();)
      if (std::exchange(at->is_old, true)) {
        pieces += at->pieces;
        at = all_.erase(at);
      } else {
        ++at;
      }
    expects(given_up == pieces, "what did not become whole in time is given up");
  }

 private:
  std::list<Incomplete> all_;  // the eldest in front
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reassembly table{{.packets = kRoom}, std::pmr::get_default_resource()};
  Model model;
  std::uint8_t content = 0;
  for (std::size_t i = 0; i + 4 <= size; i += 4) {
    const Step step{data[i], data[i + 1], data[i + 2], data[i + 3]};
    if (step.is_time()) {
      model.age(table.age());
      continue;
    }
    auto octets = fragment_of(step, ++content);
    model.take(step, content, table.take(*wire::Ipv4Edit::parse(octets)));
  }
  return 0;
}
