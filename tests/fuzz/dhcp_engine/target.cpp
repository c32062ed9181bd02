// SPDX-License-Identifier: BSD-3-Clause
// Any datagrams, one after the other, against a small Book: every answer is a sound DHCP message of
// a size and for a port that the client may get it on.
#include "base/expects.hpp"
#include "dhcp/engine.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <variant>

using namespace portico;
using namespace portico::dhcp;

namespace {

constexpr Ipv4 kServer{0x0a140001};
constexpr Prefix kNetwork{{0x0a140000}, 16};
constexpr std::uint32_t kMostLeases = 64;

/// Grants everybody with a vendor class, whose first letter chooses what else is told.
class SmallBook : public Book {
 public:
  struct Waiting {
    std::uint64_t ticket;
    Terms terms;
  };
  std::deque<Waiting> waiting;

  bool trusts_relay(Ipv4 giaddr) const noexcept override { return (giaddr.bits & 1) != 0; }
  OfferAnswer discover(const Query& query, Now) override {
    if (!query.vendor_class) return Silence{Refusal::NoVendorClass};
    return terms_of(query);
  }
  RequestAnswer request(RequestKind kind, const Query& query, Now) override {
    if (!query.vendor_class) return Silence{Refusal::Unknown};
    if (kind == RequestKind::Renewing && !kNetwork.contains(query.ciaddr)) return Nak{"elsewhere"};
    waiting.push_back({++tickets_ % 8, terms_of(query)});
    return Pending{waiting.back().ticket};
  }
  void refuse_offer(const Query& query, Now) override { leases_.erase(query.client); }
  void decline(const Query& query, Now) override { leases_.erase(query.client); }
  void release(const Query& query, Now) override { leases_.erase(query.client); }
  InformAnswer inform(const Query& query, Now) override { return terms_of(query); }

 private:
  Terms terms_of(const Query& query) {
    if (leases_.size() >= kMostLeases) leases_.clear();
    const auto [lease, is_new] = leases_.try_emplace(query.client, leases_.size());
    Terms terms;
    terms.address = {kNetwork.base.bits + 2 + static_cast<std::uint32_t>(lease->second)};
    terms.lease_s = query.lease_s.value_or(3600);
    terms.network = kNetwork;
    terms.public_address = {0xcb007109};
    terms.range = {static_cast<std::uint16_t>(1024 + 64 * lease->second), 64};
    const auto& vendor_class = query.vendor_class.value_or("?");
    terms.boot_file = vendor_class;
    terms.tftp_server = kServer;
    terms.vendor_option_43 = vendor_class[0] == '4';
    terms.renew_s = static_cast<std::uint32_t>(vendor_class.size());
    for (std::uint8_t code = 3; code < 130; code += 3)
      terms.options.push_back({code, std::vector<std::uint8_t>(vendor_class.size(), code)});
    return terms;
  }

  std::map<std::string, std::size_t> leases_;
  std::uint64_t tickets_ = 0;
};

class Checker : public Sender {
 public:
  void send(const Reply& reply) override {
    namespace code = wire::dhcp::code;
    expects(reply.payload.size() >= wire::dhcp::kPaddedSize, "long enough for old relays");
    expects(reply.payload.size() <= 1500 - wire::dhcp::kIpUdpSize, "no longer than the network's");
    const auto parsed = wire::dhcp::Message::parse(reply.payload);
    expects(std::holds_alternative<wire::dhcp::Message>(parsed), "an answer is a DHCP message");
    const auto& message = std::get<wire::dhcp::Message>(parsed);
    const bool relayed = !message.header().giaddr.is_zero();
    expects(message.header().op == wire::dhcp::Op::Reply, "an answer is a reply");
    expects(reply.destination.port == (relayed ? 67 : 68), "to a relay or to a client");
    expects(relayed || reply.destination.address == kBroadcastIp ||
                kNetwork.contains(reply.destination.address),
            "never to a stranger");
    expects(message.type() && message.option(code::kServerIdentifier), "53 and 54 always");
    for (const auto never :
         {code::kRequestedAddress, code::kParameterRequestList, code::kMaxMessageSize})
      expects(!message.option(never), "what a server never sends");
  }
};

/// Input: for each datagram one octet of how, two of its length, its octets.
enum How : std::uint8_t { kUnicast = 1, kAcknowledge = 2, kAbandon = 4, kOtherPort = 8 };

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SmallBook book;
  Checker checker;
  // Without a limit for each MAC there is no table to make for each input.
  Engine engine({.server = kServer, .enterprise = 32473, .per_mac_per_s = 0, .pending = 4}, book);
  Bytes rest{data, size};
  for (Now now; rest.size() >= 3; now.time = now.time + 10ms) {
    const auto how = rest[0];
    const auto length = std::min<std::size_t>(load_be<std::uint16_t>(&rest[1]), rest.size() - 3);
    // An exact-size copy: the sanitizer sees a read of one octet too many.
    const std::vector<std::uint8_t> payload(rest.begin() + 3, rest.begin() + 3 + length);
    rest = rest.subspan(3 + length);
    const Ipv4 to = (how & kUnicast) != 0 ? kServer : kBroadcastIp;
    const std::uint16_t port = (how & kOtherPort) != 0 ? 69 : 67;
    engine.receive({{{{}, 68}, {to, port}, payload}, {}}, now, checker);
    while (!book.waiting.empty() && (how & (kAcknowledge | kAbandon)) != 0) {
      const auto& waiting = book.waiting.front();
      if ((how & kAcknowledge) != 0)
        engine.acknowledge(waiting.ticket, waiting.terms, now, checker);
      else
        engine.abandon(waiting.ticket);
      book.waiting.pop_front();
    }
  }
  return 0;
}
