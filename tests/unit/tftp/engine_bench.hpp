// SPDX-License-Identifier: BSD-3-Clause
// An engine on a bench: files from memory, what it sends kept, time in the test's hand.
#pragma once

#include "tftp/engine.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using namespace portico;
using namespace portico::tftp;
using namespace std::string_view_literals;
using wire::Endpoint;
using wire::tftp::Mode;
using wire::tftp::Options;
using Octets = std::vector<std::uint8_t>;

const Ipv4 kGateway = "10.20.0.1"_ip;
const Ipv4 kPhone = "10.20.0.7"_ip;
const Ipv4 kOtherPhone = "10.20.0.8"_ip;

/// Serves what stands in `files`, to anybody but `stranger`.
class Files final : public Library {
 public:
  std::variant<Served, Refusal> open(Ipv4 requester, std::string_view name) override {
    if (requester == "10.20.0.66"_ip) return Refusal{ErrorCode::NoSuchUser, "no lease"};
    if (name.starts_with("..")) return Refusal{ErrorCode::AccessViolation, "outside the root"};
    const auto found = files.find(std::string{name});
    if (found == files.end()) return Refusal{ErrorCode::NotFound, "no such file"};
    return found->second;
  }
  void add(const std::string& name, std::size_t size) {
    auto image = std::make_shared<Image>();
    for (std::size_t i = 0; i < size; ++i) image->octets.push_back(static_cast<std::uint8_t>(i));
    files[name] = {image, BlockWrap::ToZero};
  }

  std::map<std::string, Served> files;
};

struct Sent {
  Endpoint from;
  Endpoint to;
  Octets payload;

  [[nodiscard]] wire::tftp::Message message() const {
    const auto parsed = wire::tftp::parse(payload);
    REQUIRE(parsed);
    return *parsed;
  }
  template <class T>
  [[nodiscard]] T as() const {
    const auto parsed = message();
    REQUIRE(std::holds_alternative<T>(parsed));
    return std::get<T>(parsed);
  }
  [[nodiscard]] std::uint16_t data() const { return as<wire::tftp::Data>().block; }
  [[nodiscard]] std::size_t data_size() const { return as<wire::tftp::Data>().payload.size(); }
  [[nodiscard]] ErrorCode error() const { return as<wire::tftp::Error>().code; }
  [[nodiscard]] Options option_ack() const { return as<wire::tftp::OptionAck>().options; }
};

class Wire final : public Sender {
 public:
  void send(const Endpoint& from, const Endpoint& to, Bytes head, Bytes body) override {
    Sent s{from, to, {head.begin(), head.end()}};
    s.payload.insert(s.payload.end(), body.begin(), body.end());
    sent.push_back(std::move(s));
  }
  /// What was sent since the last call.
  std::vector<Sent> take() { return std::exchange(sent, {}); }

  std::vector<Sent> sent;
};

class Bench {
 public:
  explicit Bench(const Config& config = {.address = kGateway, .limits = {}})
      : engine(config, files, [this] { return random++; }) {
    files.add("fw.bin", 1300);
    files.add("whole.bin", 1024);
  }

  std::vector<Sent> receive(const Endpoint& source, std::uint16_t port, Bytes payload) {
    const Octets exact{payload.begin(), payload.end()};  // the sanitizer sees one octet too many
    engine.receive({source, {kGateway, port}, exact}, now, wire);
    return wire.take();
  }
  std::vector<Sent> request(const Endpoint& client, std::string_view file,
                            const Options& options = {}, Mode mode = Mode::Octet) {
    const auto packet =
        wire::tftp::Packet::request({wire::tftp::RequestKind::Read, file, mode, options});
    REQUIRE(packet);
    return receive(client, 69, packet->bytes());
  }
  std::vector<Sent> ack(const Endpoint& client, std::uint16_t tid, std::uint16_t block) {
    return receive(client, tid, wire::tftp::ack(block));
  }
  std::vector<Sent> error(const Endpoint& client, std::uint16_t tid) {
    return receive(client, tid, wire::tftp::Packet::error(ErrorCode::Undefined, "enough").bytes());
  }
  std::vector<Sent> after(Duration wait) {
    now = now + wait;
    engine.tick(now, wire);
    return wire.take();
  }
  [[nodiscard]] const Counters& counters() const { return engine.counters(); }

  Files files;
  Wire wire;
  std::uint32_t random = 4000;
  Time now{1'000'000'000};
  Engine engine;
};

}  // namespace bench
