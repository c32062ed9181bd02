// SPDX-License-Identifier: BSD-3-Clause
// The DHCP server's protocol (RFC 2131): datagrams and the time in, answers out. Who may have what
// is the Book's to decide.
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"
#include "base/time.hpp"
#include "dhcp/answer_writer.hpp"
#include "dhcp/book.hpp"
#include "dhcp/counters.hpp"
#include "dhcp/flood_guard.hpp"
#include "dhcp/pending_requests.hpp"
#include "dhcp/request.hpp"
#include "wire/datagram.hpp"
#include "wire/dhcp.hpp"

#include <cstdint>
#include <optional>

namespace portico::dhcp {

struct Config {
  Ipv4 server;                           ///< our address on the LAN: option 54
  std::uint16_t mtu = 1500;              ///< of the LAN's IP packets; at least 576
  std::uint32_t enterprise = 0;          ///< option 125: the operator's IANA number
  std::uint32_t per_mac_per_s = 10;      ///< messages; bursts of twice that; 0: no limit
  std::uint32_t per_port_per_s = 20000;  ///< the same of all together
  std::uint32_t pending = 8192;          ///< REQUESTs waiting for their lease to be stored
};

/// A datagram from the LAN. The engine is never given one from another side.
struct Frame {
  wire::Datagram datagram;
  Mac source;  ///< of the Ethernet frame
};

enum class Delivery : std::uint8_t {
  Routed,     ///< as any packet to that address: a relay, or a client that has its address
  Broadcast,  ///< to ff:ff:ff:ff:ff:ff
  Link,       ///< to `mac` without ARP: the client does not answer for its address yet
};

struct Reply {
  Bytes payload;  ///< valid during the call only
  wire::Endpoint destination;
  Delivery delivery = Delivery::Routed;
  Mac mac;  ///< for Delivery::Link
};

/// Sends from (our address on the LAN, port 67).
class Sender {
 public:
  virtual ~Sender() = default;
  virtual void send(const Reply& reply) = 0;
};

/// Clients ask again after 4 and then 8 seconds (RFC 2131 section 4.1).
inline constexpr Duration kPatience = 10s;

class Engine {
 public:
  /// `book` must outlive the engine.
  Engine(const Config& config, Book& book);

  void receive(const Frame& frame, Now now, Sender& sender);

  /// The Book's Pending came to its end: the lease is on disk and in every worker. Nothing happens
  /// if the ticket is not known. A client that first asked longer than kPatience ago gets no
  /// answer: it asks again, and its lease then counts from there. Never called from inside
  /// Book::request.
  void acknowledge(std::uint64_t ticket, const Terms& terms, Now now, Sender& sender);
  /// Or it failed: the client gets no answer, and asks again.
  void abandon(std::uint64_t ticket);

  // The same of a DISCOVER that the Book kept pending: it is answered with these terms, or not.
  void offer(std::uint64_t ticket, const Terms& terms, Sender& sender);
  void withhold(std::uint64_t ticket, Refusal why);

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  using Message = wire::dhcp::Message;
  using Type = wire::dhcp::Type;

  [[nodiscard]] bool admit(const Frame& frame, const Message& message, Type type, Now now) noexcept;
  void read(const Frame& frame, const Message& message);

  void discover(Now now, Sender& sender);
  void request(const Message& message, const Frame& frame, Now now, Sender& sender);
  void decline(const Message& message, Now now);
  void release(const Message& message, Now now);
  void inform(Now now, Sender& sender);

  [[nodiscard]] bool names_other_server(const Message& message) const noexcept;
  void grant(Type type, const Terms& terms, Sender& sender);
  void refuse(const Nak& nak, Sender& sender);

  Config config_;
  Book& book_;
  FloodGuard flood_guard_;
  PendingRequests pending_;         // REQUESTs
  PendingRequests pending_offers_;  // DISCOVERs
  AnswerWriter writer_;
  Counters counters_;
  // The message at hand, in memory that is used again.
  Request request_;
  Query query_;
};

}  // namespace portico::dhcp
