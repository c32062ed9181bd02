// SPDX-License-Identifier: BSD-3-Clause
// A read-only TFTP server: datagrams and time in, datagrams out. RFC 1350, 1123 section 4.2.3, 2347
// to 2349, 7440. Which file a phone may have is the Library's to say.
#pragma once

#include "base/time.hpp"
#include "tftp/counters.hpp"
#include "tftp/deadlines.hpp"
#include "tftp/library.hpp"
#include "tftp/negotiation.hpp"
#include "tftp/transfer.hpp"
#include "wire/datagram.hpp"
#include "wire/tftp.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace portico::tftp {

struct Config {
  Ipv4 address;                     ///< our own, towards the phones
  std::uint16_t first_tid = 49152;  ///< server ports of transfers: chosen at random among these
  std::uint16_t last_tid = 65535;
  std::uint32_t transfers = 4096;  ///< at once, in all; at most one for each TID but one
  std::uint32_t transfers_per_phone = 4;
  std::uint32_t retries = 5;  ///< retransmissions before a silent client is given up
  Limits limits;
};

class Sender {
 public:
  virtual ~Sender() = default;
  /// One UDP datagram of `head` and then `body`; both are valid only during the call.
  virtual void send(const wire::Endpoint& from, const wire::Endpoint& to, Bytes head,
                    Bytes body) = 0;
};

/// Any 32 bits, hard to guess: a TID is what keeps others out of a transfer.
using Random = std::function<std::uint32_t()>;

class Engine {
 public:
  Engine(const Config& config, Library& library, Random random);

  /// Whether datagrams to this port of our address are the engine's.
  [[nodiscard]] bool listens_on(std::uint16_t port) const noexcept;
  void receive(const wire::Datagram& datagram, Time now, Sender& sender);
  /// Retransmits and gives up what is due, a bounded number of transfers a call: what is left is
  /// still due by next_deadline().
  void tick(Time now, Sender& sender);
  [[nodiscard]] std::optional<Time> next_deadline() const noexcept { return deadlines_.next(); }

  [[nodiscard]] std::size_t live() const noexcept { return by_client_.size(); }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  using Slot = std::uint32_t;  ///< a TID less first_tid
  /// What a request comes to: a transfer, or the answer and the counter of its refusal.
  struct Opened {
    Transfer transfer;
    Duration timeout;
  };
  struct Denial {
    Refusal refusal;
    stats::Counter Counters::*why;
  };
  struct Session {
    wire::Endpoint client;
    std::size_t request_hash;  ///< tells a repeated request from another one
    Transfer transfer;
    Duration timeout;
    Time heard;               ///< the last progress, or the start
    std::uint32_t tries = 0;  ///< retransmissions since then
  };

  void on_request(const wire::Datagram& datagram, const wire::tftp::Request& request, Time now,
                  Sender& sender);
  void on_repeated_request(Slot slot, Sender& sender);
  void on_transfer(Slot slot, const wire::Datagram& datagram, const wire::tftp::Message& message,
                   Time now, Sender& sender);
  void on_ack(Slot slot, std::uint16_t block, Time now, Sender& sender);
  void on_timeout(Slot slot, Time now, Sender& sender);

  [[nodiscard]] std::variant<Opened, Denial> open(Ipv4 phone, const wire::tftp::Request& request);
  [[nodiscard]] std::optional<Denial> beyond_limits(Ipv4 phone) const;
  [[nodiscard]] static std::optional<Denial> unacceptable(const wire::tftp::Request& request);

  void start(const wire::Datagram& datagram, Opened opened, Time now, Sender& sender);
  void close(Slot slot, stats::Counter Counters::*why);
  /// Everything that may be sent now: the OACK, or blocks until the window is full.
  void send_flight(Slot slot, Sender& sender);
  void resend_flight(Slot slot, Sender& sender);
  void send_error(Slot from, const wire::Endpoint& to, const Refusal& refusal, Sender& sender);

  [[nodiscard]] Slot free_slot();
  [[nodiscard]] wire::Endpoint endpoint_of(Slot slot) const noexcept;

  const Config config_;
  Library& library_;
  const Random random_;
  std::vector<std::unique_ptr<Session>> sessions_;  ///< by slot; null: no transfer
  std::map<wire::Endpoint, Slot> by_client_;        ///< a phone's transfers stand together
  Deadlines deadlines_;
  std::vector<std::uint8_t> scratch_;  ///< for one converted block
  Counters counters_;
};

}  // namespace portico::tftp
