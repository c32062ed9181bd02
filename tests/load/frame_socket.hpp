// SPDX-License-Identifier: BSD-3-Clause
// Whole frames through an interface of a network namespace, many in one call. Failures are
// exceptions: this is a tool, and nothing goes on without its sockets.
#pragma once

#include "base/endian.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace portico::load {

inline void check(bool ok, const std::string& what) {
  if (!ok) throw std::system_error(errno, std::generic_category(), what);
}

/// The calling thread's network is the namespace's from here on.
inline void enter(const std::string& netns) {
  const int there = ::open(("/run/netns/" + netns).c_str(), O_RDONLY | O_CLOEXEC);
  check(there >= 0 && ::setns(there, CLONE_NEWNET) == 0, "namespace " + netns);
  ::close(there);
}

class FrameSocket {
 public:
  static constexpr std::size_t kBurst = 64;
  static constexpr std::size_t kLongest = 2048;

  /// `receives`: IPv4 frames that others sent; else it only sends.
  FrameSocket(const std::string& interface, bool receives)
      : fd_(::socket(AF_PACKET, SOCK_RAW, 0)), room_(receives ? kBurst * kLongest : 0) {
    check(fd_ >= 0, "packet socket");
    const int on = 1;
    if (receives) {
      constexpr int kRoom = 64 << 20;
      check(::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kRoom, sizeof kRoom) == 0, "buffer");
      check(::setsockopt(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0, "outgoing");
    } else {
      check(::setsockopt(fd_, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) == 0, "bypass");
    }
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = receives ? htons(ETH_P_IP) : 0;
    at.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    check(at.sll_ifindex > 0, "interface " + interface);
    check(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0, "bind");
  }
  ~FrameSocket() { ::close(fd_); }
  FrameSocket(const FrameSocket&) = delete;
  FrameSocket& operator=(const FrameSocket&) = delete;

  /// From here on it receives only frames that have this word there.
  void receive_only(std::uint32_t word, std::uint32_t at) {
    std::array<sock_filter, 4> steps{{{BPF_LD | BPF_W | BPF_ABS, 0, 0, at},
                                      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, word},
                                      {BPF_RET | BPF_K, 0, 0, kLongest},
                                      {BPF_RET | BPF_K, 0, 0, 0}}};
    const sock_fprog program{steps.size(), steps.data()};
    check(::setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0, "filter");
  }

  /// Sends them all, waiting where the interface is full.
  void send(std::vector<MutableBytes>& frames) {
    std::array<mmsghdr, kBurst> messages{};
    std::array<iovec, kBurst> places;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      places[i] = {frames[i].data(), frames[i].size()};
      messages[i].msg_hdr.msg_iov = &places[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t done = 0; done < frames.size();) {
      const int n =
          ::sendmmsg(fd_, &messages[done], static_cast<unsigned>(frames.size() - done), 0);
      check(n >= 0 || errno == ENOBUFS || errno == EAGAIN || errno == EINTR, "send");
      if (n > 0) done += static_cast<std::size_t>(n);
    }
  }

  /// Calls `take(Bytes frame)` for what is there, or comes within a tenth of a second; how many.
  template <class Take>
  std::size_t receive(Take&& take) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 100) <= 0) return 0;
    std::array<mmsghdr, kBurst> messages{};
    std::array<iovec, kBurst> places;
    for (std::size_t i = 0; i < kBurst; ++i) {
      places[i] = {&room_[i * kLongest], kLongest};
      messages[i].msg_hdr.msg_iov = &places[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    const int n = ::recvmmsg(fd_, messages.data(), kBurst, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < n; ++i)
      take(Bytes{&room_[static_cast<std::size_t>(i) * kLongest], messages[i].msg_len});
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }

  /// What the kernel had no room for since it was asked last.
  [[nodiscard]] std::uint64_t lost() {
    tpacket_stats stats{};
    socklen_t size = sizeof stats;
    check(::getsockopt(fd_, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0, "statistics");
    return stats.tp_drops;
  }

 private:
  int fd_;
  std::vector<std::uint8_t> room_;
};

}  // namespace portico::load
