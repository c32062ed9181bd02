// SPDX-License-Identifier: BSD-3-Clause
// Many phones fetch one file at the same time, each by the TFTP client of portico-phone, from one
// thread: `fetches SPECIFICATION.json` prints one line of JSON. tests/bench/tftp_fetches.py writes
// the specification. Where fifty processes use up their CPU, the server is the limit.
#include "app/phone/transfer.hpp"
#include "app/portico/clock.hpp"
#include "base/addresses.hpp"

#include <nlohmann/json.hpp>

#include "program.hpp"
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <vector>

namespace portico::load {
namespace {

using nlohmann::json;
using State = phone::TftpClient::State;

constexpr std::uint32_t kMaxEvents = 64;
constexpr int kTickMs = 100;  // how late a client may notice that the server is silent
constexpr PortRange kPorts{.first = 49152, .size = 16384};

[[nodiscard]] Time now() { return app::read_clock().time; }

[[nodiscard]] Ipv4 address_of(const json& text) {
  const auto address = parse_ipv4(text.get<std::string>());
  if (!address) throw std::runtime_error("no address: " + text.dump());
  return *address;
}

[[nodiscard]] std::vector<std::uint8_t> octets_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw std::runtime_error("cannot read " + file);
  return {std::istreambuf_iterator<char>{in}, {}};
}

[[nodiscard]] bool has_ended(const phone::Transfer& transfer) {
  const auto state = transfer.client().state();
  return state == State::Complete || state == State::Failed;
}

/// All begin before any is served; each is looked at until it is complete or has failed.
class Crowd {
 public:
  Crowd(const json& spec)
      : content_(octets_of(spec.at("content"))), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw std::runtime_error("epoll");
    const phone::TftpRead read{.server = address_of(spec.at("server")),
                               .file = spec.at("file"),
                               .blksize = spec.at("blksize"),
                               .windowsize = spec.at("windowsize")};
    for (const auto& address : spec.at("addresses")) begin(read, address_of(address));
  }

  void run() {
    auto ticked = began_;
    for (auto left = transfers_.size(); left > 0;) {
      std::array<epoll_event, kMaxEvents> ready;
      const auto n = ::epoll_wait(epoll_.get(), ready.data(), kMaxEvents, kTickMs);
      const auto time = now();
      for (int i = 0; i < n; ++i) {
        const auto which = ready[static_cast<std::size_t>(i)].data.u32;
        transfers_[which]->readable(time);
        left -= settle(which, time);
      }
      if (time - ticked < std::chrono::milliseconds{kTickMs}) continue;
      ticked = time;
      for (std::uint32_t which = 0; which < transfers_.size(); ++which) {
        if (!transfers_[which]) continue;
        transfers_[which]->tick(time);
        left -= settle(which, time);
      }
    }
  }

  [[nodiscard]] json report() const { return {{"took_s", took_s_}, {"failures", failures_}}; }

 private:
  void begin(const phone::TftpRead& read, Ipv4 address) {
    const auto which = static_cast<std::uint32_t>(transfers_.size());
    auto transfer = phone::Transfer::begin(read, address, kPorts, which, began_);
    if (!transfer) throw std::runtime_error(to_string(transfer.error()));
    if (*transfer == nullptr) throw std::runtime_error("no port is free");
    epoll_event event{.events = EPOLLIN, .data = {.u32 = which}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, (*transfer)->fd(), &event);
    transfers_.push_back(std::move(*transfer));
  }

  /// How many have ended: 0 or 1.
  std::size_t settle(std::uint32_t which, Time time) {
    auto& transfer = transfers_[which];
    if (!has_ended(*transfer)) return 0;
    const auto& client = transfer->client();
    if (client.state() == State::Failed)
      failures_.push_back(client.failure());
    else if (client.octets() != content_)
      failures_.push_back("wrong content");
    else
      took_s_.push_back(std::chrono::duration<double>(time - began_).count());
    transfer.reset();
    return 1;
  }

  std::vector<std::uint8_t> content_;
  posix::Descriptor epoll_;
  Time began_ = now();
  std::vector<std::unique_ptr<phone::Transfer>> transfers_;  // null: it has ended
  std::vector<double> took_s_;
  std::vector<std::string> failures_;
};

[[nodiscard]] json run(const json& specification) {
  Crowd crowd{specification};
  crowd.run();
  return crowd.report();
}

}  // namespace
}  // namespace portico::load

int main(int argc, char** argv) { return portico::load::carry_out(portico::load::run, argc, argv); }
