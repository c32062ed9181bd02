// SPDX-License-Identifier: BSD-3-Clause
// rtp-phone: the lab's telephone software. With a peer it sends a tone, 50 packets a second;
// without one it sends each packet back to where it came from. It tells whom it hears, and a
// datagram "who?" is answered with the address and port that it was seen to come from.
#include "app/phone/software/rtp.hpp"
#include "app/phone/software/settings.hpp"
#include "base/time.hpp"
#include "drivers/posix/descriptor.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <limits>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <set>
#include <string_view>
#include <sys/signalfd.h>
#include <sys/socket.h>

namespace portico::rtp {
namespace {

using posix::Descriptor;
using wire::Endpoint;

constexpr Duration kPacketTime = 20ms;
constexpr Duration kReportTime = 1s;
constexpr Time kNever{std::numeric_limits<std::int64_t>::max()};
constexpr std::size_t kMaxHeard = 1024;  // sources told of, so that a flood does not fill memory
constexpr std::string_view kWho = "who?";

Time monotonic() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return {std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec};
}

sockaddr_in to_socket_address(Endpoint endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  address.sin_addr.s_addr = htonl(endpoint.address.bits);
  return address;
}

Result<Descriptor> bind_udp(Endpoint local) {
  Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const auto address = to_socket_address(local);
  if (!socket ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return posix::fail_errno("port " + std::to_string(local.port));
  return socket;
}

Result<Descriptor> take_signals() {
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGTERM);
  sigaddset(&taken, SIGINT);
  ::sigprocmask(SIG_BLOCK, &taken, nullptr);
  Descriptor signals{::signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC)};
  if (!signals) return posix::fail_errno("signalfd");
  return signals;
}

struct Counts {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;  ///< RTP
  std::uint64_t echoed = 0;
  std::uint64_t rtcp = 0;
  std::uint64_t other = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

class RtpPhone {
 public:
  RtpPhone(Settings settings, Descriptor rtp, Descriptor rtcp)
      : settings_(std::move(settings)),
        rtp_(std::move(rtp)),
        rtcp_(std::move(rtcp)),
        tone_(std::random_device{}()) {}

  void run(int signals);

 private:
  void tell_ready() const;
  void tell(const char* event) const;
  void send_tone(Time now);
  void receive();
  void take(Bytes datagram, Endpoint from);
  void send(Bytes datagram, Endpoint to) const;
  [[nodiscard]] bool has_said_all() const;
  [[nodiscard]] Time next_of_call() const;
  [[nodiscard]] bool is_done() const;

  Settings settings_;
  Descriptor rtp_;
  Descriptor rtcp_;
  Tone tone_;
  Counts counts_;
  Counts told_;
  std::set<Endpoint> heard_;
  Time next_packet_;
};

void RtpPhone::run(int signals) {
  tell_ready();
  next_packet_ = monotonic();
  Time next_report = next_packet_ + kReportTime;
  while (!is_done()) {
    const Time now = monotonic();
    send_tone(now);
    if (now >= next_report) {
      if (counts_ != std::exchange(told_, counts_)) tell("rtp_report");
      next_report = now + kReportTime;
    }
    const Time wake = std::min(next_report, next_of_call());
    const Duration left = std::max<Duration>(wake - monotonic(), 0ns);
    const timespec timeout{left / 1s, (left % 1s).count()};
    std::array<pollfd, 3> events{pollfd{rtp_.get(), POLLIN, 0}, pollfd{rtcp_.get(), POLLIN, 0},
                                 pollfd{signals, POLLIN, 0}};
    ::ppoll(events.data(), events.size(), &timeout, nullptr);
    receive();
    if (events[2].revents != 0) break;
  }
  tell("rtp_done");
}

bool RtpPhone::has_said_all() const {
  return settings_.peer && settings_.packets != 0 && counts_.sent >= settings_.packets;
}

/// When a packet is due; a call of a given length is over a second after its last one.
Time RtpPhone::next_of_call() const {
  if (!settings_.peer) return kNever;
  return has_said_all() ? next_packet_ + kReportTime : next_packet_;
}

bool RtpPhone::is_done() const { return has_said_all() && monotonic() >= next_of_call(); }

void RtpPhone::tell_ready() const {
  std::printf("{\"event\":\"rtp_ready\",\"address\":\"%s\",\"rtp_port\":%u,\"rtcp_port\":%u}\n",
              to_string(settings_.address).c_str(), settings_.rtp_port(), settings_.rtcp_port());
}

void RtpPhone::tell(const char* event) const {
  std::printf("{\"event\":\"%s\",\"sent\":%" PRIu64 ",\"received\":%" PRIu64 ",\"echoed\":%" PRIu64
              ",\"rtcp\":%" PRIu64 ",\"other\":%" PRIu64 "}\n",
              event, counts_.sent, counts_.received, counts_.echoed, counts_.rtcp, counts_.other);
}

void RtpPhone::send_tone(Time now) {
  if (!settings_.peer) return;
  while (next_packet_ <= now && !has_said_all()) {
    send(tone_.next(), *settings_.peer);
    ++counts_.sent;
    next_packet_ = next_packet_ + kPacketTime;
  }
}

void RtpPhone::receive() {
  std::array<std::uint8_t, 65536> buffer;
  for (int i = 0; i < 64; ++i) {
    sockaddr_in from{};
    socklen_t from_size = sizeof from;
    const auto size = ::recvfrom(rtp_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size < 0) break;
    take({buffer.data(), static_cast<std::size_t>(size)},
         {{ntohl(from.sin_addr.s_addr)}, ntohs(from.sin_port)});
  }
  while (rtcp_ && ::recv(rtcp_.get(), buffer.data(), buffer.size(), 0) >= 0) ++counts_.rtcp;
}

void RtpPhone::take(Bytes datagram, Endpoint from) {
  if (heard_.size() < kMaxHeard && heard_.insert(from).second)
    std::printf("{\"event\":\"heard\",\"address\":\"%s\",\"port\":%u}\n",
                to_string(from.address).c_str(), from.port);
  if (std::ranges::equal(datagram, kWho)) {
    ++counts_.other;
    const auto answer = to_string(from.address) + " " + std::to_string(from.port) + "\n";
    return send({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()}, from);
  }
  if (!parse(datagram)) {
    ++counts_.other;
    return;
  }
  ++counts_.received;
  if (settings_.peer) return;
  send(datagram, from);
  ++counts_.echoed;
}

void RtpPhone::send(Bytes datagram, Endpoint to) const {
  const auto address = to_socket_address(to);
  // Speech that cannot be sent now is worth nothing later.
  [[maybe_unused]] const auto sent =
      ::sendto(rtp_.get(), datagram.data(), datagram.size(), 0,
               reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Result<void> run(int argc, const char* const* argv) {
  auto settings = read_settings(argc, argv);
  if (!settings) return fail(settings.error());
  auto rtp = bind_udp({settings->address, settings->rtp_port()});
  if (!rtp) return fail(rtp.error());
  Descriptor rtcp;
  if (const auto port = settings->rtcp_port(); port != 0) {
    auto bound = bind_udp({settings->address, port});
    if (!bound) return fail(bound.error());
    rtcp = std::move(*bound);
  }
  const auto signals = take_signals();
  if (!signals) return fail(signals.error());
  RtpPhone(*settings, std::move(*rtp), std::move(rtcp)).run(signals->get());
  return {};
}

}  // namespace
}  // namespace portico::rtp

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // each line whole, also into a pipe
  const auto done = portico::rtp::run(argc, argv);
  if (done) return 0;
  std::fprintf(stderr, "rtp-phone: %s\n", portico::to_string(done.error()).c_str());
  return 1;
}
