// SPDX-License-Identifier: BSD-3-Clause
// A session of random datagrams and ticks. However it goes: memory is bounded, every reply is a
// TFTP message from one of our ports, every payload lies in the image it came from, and in the end
// nothing is left.
//
// The input is a sequence of steps: a selector octet, then what the step needs. Bits 0-1 choose the
// client, bits 2-3 the port (69, the last TID seen, a TID of its range, none of ours), bits 4-7 the
// step.
#include "base/expects.hpp"
#include "tftp/engine.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

using namespace portico;
using namespace portico::tftp;
using wire::Endpoint;

namespace {

constexpr Ipv4 kOwn{0x0a140001};
constexpr std::uint16_t kFirstTid = 50000;
constexpr std::uint16_t kLastTid = 50015;
constexpr std::uint32_t kTransfers = 6;
constexpr std::uint32_t kPerPhone = 2;

class Input {
 public:
  explicit Input(Bytes bytes) : rest_(bytes) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const auto first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  std::uint16_t number() {
    const auto high = octet();
    return static_cast<std::uint16_t>(high << 8 | octet());
  }
  Bytes take(std::size_t size) {
    const auto taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  Bytes rest_;
};

/// A file for every first letter: of 0 to some thousand octets, either wrap; 'n' has no lease.
class Files final : public Library {
 public:
  Files() {
    for (std::size_t i = 0; i < images_.size(); ++i) {
      auto image = std::make_shared<Image>();
      image->octets.assign(i * 129, static_cast<std::uint8_t>(i % 3 == 0 ? '\n' : 'a' + i));
      images_[i] = std::move(image);
    }
  }
  std::variant<Served, Refusal> open(Ipv4, std::string_view name) override {
    expects(!name.empty() && name.find('\0') == std::string_view::npos, "a name is a name");
    const auto letter = static_cast<std::size_t>(name[0]) % 32;
    if (letter == 'n' % 32) return Refusal{ErrorCode::NoSuchUser, "no lease"};
    if (letter >= images_.size()) return Refusal{ErrorCode::NotFound, std::string(1000, 'x')};
    return Served{images_[letter], letter % 2 == 0 ? BlockWrap::ToZero : BlockWrap::ToOne};
  }
  [[nodiscard]] bool hold(Bytes payload) const {
    return std::any_of(images_.begin(), images_.end(), [payload](const ImagePtr& image) {
      const Bytes all{image->octets};
      return payload.data() >= all.data() &&
             payload.data() + payload.size() <= all.data() + all.size();
    });
  }

 private:
  std::array<ImagePtr, 14> images_;
};

class Checker final : public Sender {
 public:
  explicit Checker(const Files& files) : files_(files) {}

  void send(const Endpoint& from, const Endpoint& to, Bytes head, Bytes body) override {
    expects(from.address == kOwn && from.port >= kFirstTid && from.port <= kLastTid,
            "a reply comes from a TID of ours");
    expects(to.port != 0 && !to.address.is_zero(), "a reply has somebody to go to");
    std::vector<std::uint8_t> datagram{head.begin(), head.end()};
    datagram.insert(datagram.end(), body.begin(), body.end());
    const auto message = wire::tftp::parse(datagram);
    expects(message.has_value(), "a reply is a TFTP message");
    expects(!std::holds_alternative<wire::tftp::Request>(*message) &&
                !std::holds_alternative<wire::tftp::Ack>(*message),
            "a server sends DATA, OACK and ERROR");
    const bool is_data = std::holds_alternative<wire::tftp::Data>(*message);
    expects(is_data || body.empty(), "only DATA has a body");
    if (is_data && !netascii_possible) expects(body.empty() || files_.hold(body), "in the image");
    expects(datagram.size() <= 1472, "no reply is fragmented");
    ++sent;
    if (!std::holds_alternative<wire::tftp::Error>(*message)) last_tid = from.port;
  }

  bool netascii_possible = false;
  std::uint32_t sent = 0;
  std::uint16_t last_tid = kFirstTid;

 private:
  const Files& files_;
};

class Session {
 public:
  explicit Session(Bytes input)
      : input_(input),
        checker_(files_),
        engine_(config(), files_, [this] { return random_ += 7; }) {}

  void run() {
    while (!input_.at_end()) {
      step();
      expects(engine_.live() <= kTransfers, "transfers are limited");
      expects(engine_.next_deadline().has_value() == (engine_.live() > 0),
              "whoever is live has a deadline");
    }
    for (int n = 0; engine_.live() > 0; ++n) {
      expects(n < 1000, "a silent client is given up");
      now_ = std::max(now_, *engine_.next_deadline());
      engine_.tick(now_, checker_);
    }
    balance();
  }

 private:
  static Config config() {
    Config c{.address = kOwn, .first_tid = kFirstTid, .last_tid = kLastTid, .limits = {}};
    c.transfers = kTransfers;
    c.transfers_per_phone = kPerPhone;
    c.limits.max_windowsize = 8;
    return c;
  }

  void step() {
    const auto selector = input_.octet();
    switch (selector >> 4) {
      case 0:
        now_ = now_ + std::chrono::milliseconds{input_.number()};
        engine_.tick(now_, checker_);
        break;
      case 1:
      case 2:
      case 3:
        receive(selector, input_.take(input_.octet()));
        break;
      case 4:
        receive(selector, input_.take(input_.number()));
        break;
      default:
        receive(selector, wire::tftp::ack(static_cast<std::uint16_t>(
                              selector & 0x10 ? input_.octet() : input_.number())));
        break;
    }
  }

  void receive(std::uint8_t selector, Bytes payload) {
    const std::array clients{Endpoint{{0x0a140007}, 2070}, Endpoint{{0x0a140007}, 2071},
                             Endpoint{{0x0a140008}, 2070}, Endpoint{{0}, 0}};
    const std::array<std::uint16_t, 4> ports{
        69, checker_.last_tid, static_cast<std::uint16_t>(kFirstTid + selector % 16), 1};
    // An exact-size copy, so that the sanitizer sees a read beyond the datagram.
    const std::vector<std::uint8_t> exact{payload.begin(), payload.end()};
    if (const auto message = wire::tftp::parse(exact))
      if (const auto* const request = std::get_if<wire::tftp::Request>(&*message))
        checker_.netascii_possible |= request->mode == wire::tftp::Mode::Netascii;
    const auto before = checker_.sent;
    engine_.receive({clients[selector & 3], {kOwn, ports[selector >> 2 & 3]}, exact}, now_,
                    checker_);
    expects(checker_.sent - before <= 8, "one datagram is answered by a window at most");
  }

  /// Every transfer that began has ended in one way.
  void balance() const {
    const auto& c = engine_.counters();
    expects(c.started.value() == c.completed.value() + c.failed_timed_out.value() +
                                     c.failed_by_client.value() + c.failed_restarted.value(),
            "transfers begun are transfers ended");
  }

  Input input_;
  Files files_;
  Checker checker_;
  std::uint32_t random_ = 0;
  Time now_{0};
  Engine engine_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Session{Bytes{data, size}}.run();
  return 0;
}
