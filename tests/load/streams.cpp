// SPDX-License-Identifier: BSD-3-Clause
// Paced UDP streams through a gateway between two network namespaces, both ways, and what became of
// each packet: `streams SPECIFICATION.json` prints one line of JSON. Every packet says how it must
// arrive (tests/load/label.hpp); tests/functional/lib/streams.py writes the specification.
#include "support/packet_builder.hpp"

#include <nlohmann/json.hpp>

#include "frame_socket.hpp"
#include "label.hpp"
#include "program.hpp"
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

namespace portico::load {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLabelAt = 14 + 20 + 8;
constexpr std::size_t kChecksumAt = 14 + 20 + 6;

[[nodiscard]] std::uint64_t nanoseconds() {
  return static_cast<std::uint64_t>(Clock::now().time_since_epoch() / std::chrono::nanoseconds{1});
}

/// Microseconds, each as often as it occurred.
class Latencies {
 public:
  void add(std::uint64_t ns) { ++counts_[std::min<std::uint64_t>(ns / 1000, kMost)], ++total_; }
  /// The smallest that `share` of all do not exceed.
  [[nodiscard]] std::uint64_t quantile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0, us = 0;
    for (; us < kMost && (seen += counts_[us]) < wanted;) ++us;
    return us;
  }

 private:
  static constexpr std::uint64_t kMost = 1'000'000;
  std::vector<std::uint32_t> counts_ = std::vector<std::uint32_t>(kMost + 1);
  std::uint64_t total_ = 0;
};

/// Where packets enter or leave the network under test.
struct Edge {
  std::string netns;
  std::string interface;
};

/// Sends the frames in turn at an even pace.
class Sender {
 public:
  Sender(Edge edge, std::vector<support::Octets> frames, double rate, double seconds)
      : edge_(std::move(edge)), frames_(std::move(frames)), rate_(rate), seconds_(seconds) {}

  void run() {
    enter(edge_.netns);
    FrameSocket socket{edge_.interface, false};
    const auto all = static_cast<std::uint64_t>(rate_ * seconds_);
    const auto began = Clock::now();
    std::vector<MutableBytes> burst;
    while (sent_ < all) {
      const std::chrono::duration<double> passed = Clock::now() - began;
      const auto due = std::min(all, static_cast<std::uint64_t>(passed.count() * rate_) + 1);
      if (due <= sent_) {
        std::this_thread::sleep_for(std::chrono::microseconds{50});
        continue;
      }
      burst.clear();
      for (auto n = std::min<std::uint64_t>(due - sent_, FrameSocket::kBurst); n > 0; --n)
        burst.push_back(next());
      socket.send(burst);
      sent_ += burst.size();
    }
    took_ = Clock::now() - began;
  }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] double rate() const { return static_cast<double>(sent_) / took_.count(); }

 private:
  MutableBytes next() {
    auto& frame = frames_[at_];
    at_ = (at_ + 1) % frames_.size();
    Label::stamp(&frame[kLabelAt], nanoseconds(), &frame[kChecksumAt]);
    return frame;
  }

  const Edge edge_;
  std::vector<support::Octets> frames_;
  const double rate_;
  const double seconds_;
  std::size_t at_ = 0;
  std::uint64_t sent_ = 0;
  std::chrono::duration<double> took_{};
};

/// Judges what arrives by its label: outbound by its source, inbound by its destination.
class Receiver {
 public:
  Receiver(Edge edge, bool outbound) : edge_(std::move(edge)), outbound_(outbound) {}

  /// Until a moment of silence after `ends`.
  void run(const std::atomic<bool>& ends, std::atomic<int>& ready) {
    enter(edge_.netns);
    FrameSocket socket{edge_.interface, true};
    socket.receive_only(Label::kMagic, kLabelAt);  // others may never be silent
    ++ready;
    while (socket.receive([this](Bytes frame) { take(frame, nanoseconds()); }) > 0 || !ends)
      continue;
    lost_here_ = socket.lost();
  }
  [[nodiscard]] json report() const {
    return {{"received", received_},
            {"wrong", wrong_},
            {"lost_by_receiver", lost_here_},
            {"latency_us",
             {{"p50", latencies_.quantile(0.5)},
              {"p99", latencies_.quantile(0.99)},
              {"p99.9", latencies_.quantile(0.999)},
              {"most", latencies_.quantile(1)}}}};
  }

 private:
  void take(Bytes frame, std::uint64_t now) {
    if (frame.size() < kLabelAt + Label::kSize) return;
    const auto label = Label::read(&frame[kLabelAt]);
    if (!label) return;
    const Ipv4 address{load_be<std::uint32_t>(&frame[outbound_ ? 26 : 30])};
    const auto port = load_be<std::uint16_t>(&frame[outbound_ ? 34 : 36]);
    ++received_;
    wrong_ += address != label->address || port != label->port;
    latencies_.add(now - label->sent);
  }

  const Edge edge_;
  const bool outbound_;
  std::uint64_t received_ = 0;
  std::uint64_t wrong_ = 0;
  std::uint64_t lost_here_ = 0;
  Latencies latencies_;
};

[[nodiscard]] Ipv4 address_of(const json& text) { return *parse_ipv4(text.get<std::string>()); }
[[nodiscard]] Mac mac_of(const json& text) { return *parse_mac(text.get<std::string>()); }
[[nodiscard]] Edge edge_of(const json& edge) { return {edge.at("netns"), edge.at("interface")}; }

/// A frame for each flow, in one direction.
[[nodiscard]] std::vector<support::Octets> frames_of(const json& spec, bool outbound) {
  std::vector<support::Octets> frames;
  const auto size = std::max(spec.at("payload").get<std::size_t>(), Label::kSize);
  const auto& server = spec.at("server");
  for (const auto& flow : spec.at("flows")) {
    const auto port = flow.at("port").get<std::uint16_t>();
    const auto own = address_of(flow.at("private")), seen = address_of(flow.at("public"));
    support::Frame f;
    f.payload.resize(size);
    Label{outbound ? seen : own, port, 0}.write(f.payload.data());
    f.from = outbound ? own : address_of(server.at("address"));
    f.to = outbound ? address_of(server.at("address")) : seen;
    f.from_port = outbound ? port : server.at("port").get<std::uint16_t>();
    f.to_port = outbound ? server.at("port").get<std::uint16_t>() : port;
    f.from_mac = mac_of(outbound ? flow.at("mac") : server.at("mac"));
    f.to_mac = mac_of(spec.at("router").at(outbound ? "near_mac" : "far_mac"));
    frames.push_back(f.build());
  }
  return frames;
}

json run(const json& spec) {
  const auto near = edge_of(spec.at("near")), far = edge_of(spec.at("far"));
  const double seconds = spec.at("seconds");
  Receiver from_phones{far, true}, to_phones{near, false};
  Sender phones{near, frames_of(spec, true), spec.at("outbound_per_s"), seconds};
  Sender server{far, frames_of(spec, false), spec.at("inbound_per_s"), seconds};
  std::atomic<bool> ends = false;
  std::atomic<int> ready = 0;
  std::exception_ptr failure;
  std::atomic<bool> failed = false;
  const auto guarded = [&](auto&& work) {
    return std::thread{[&, work] {
      try {
        work();
      } catch (...) {
        if (!failed.exchange(true)) failure = std::current_exception();
        ready = 2;
      }
    }};
  };
  std::array receivers{guarded([&] { from_phones.run(ends, ready); }),
                       guarded([&] { to_phones.run(ends, ready); })};
  while (ready < 2) std::this_thread::yield();
  std::array senders{guarded([&] { phones.run(); }), guarded([&] { server.run(); })};
  for (auto& sender : senders) sender.join();
  ends = true;
  for (auto& receiver : receivers) receiver.join();
  if (failure) std::rethrow_exception(failure);
  json out{{"outbound", from_phones.report()}, {"inbound", to_phones.report()}};
  out["outbound"].update({{"sent", phones.sent()}, {"sent_per_s", phones.rate()}});
  out["inbound"].update({{"sent", server.sent()}, {"sent_per_s", server.rate()}});
  return out;
}

}  // namespace
}  // namespace portico::load

int main(int argc, char** argv) { return portico::load::carry_out(portico::load::run, argc, argv); }
