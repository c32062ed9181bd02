// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/dhcp_client.hpp"

#include "app/phone/lease_reading.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace portico::phone {
namespace {

using wire::dhcp::Message;
using wire::dhcp::Type;
namespace code = wire::dhcp::code;

constexpr std::array<std::uint8_t, 15> kAskedFor{code::kSubnetMask,
                                                 code::kRouters,
                                                 code::kDns,
                                                 code::kNtp,
                                                 code::kVendorSpecific,
                                                 code::kLeaseTime,
                                                 code::kServerIdentifier,
                                                 code::kRenewalTime,
                                                 code::kRebindingTime,
                                                 code::kTftpServerName,
                                                 code::kBootFile,
                                                 code::kSipServers,
                                                 code::kVendorInformation,
                                                 code::kTftpServers,
                                                 code::kPortParameters};

constexpr std::uint32_t kRequestsInSelecting = 4;
/// A server that does not know us stays silent (RFC 2131 section 4.3.2): not worth waiting for
/// long.
constexpr std::uint32_t kRequestsInReboot = 2;
constexpr std::uint32_t kDoublings = 4;    ///< 4 s become 64 s (RFC 2131 section 4.1)
constexpr Duration kLeastRenewWait = 60s;  ///< RFC 2131 section 4.4.5

Time end_of(std::uint32_t lifetime_s, Time from) {
  return lifetime_s == kInfinite ? DhcpClient::kNever : from + std::chrono::seconds{lifetime_s};
}

Step ignored(std::string why) { return {Happened::Ignored, std::move(why), std::nullopt}; }

}  // namespace

/// A reply that carries our transaction and our hardware address.
struct DhcpClient::Reply {
  const Message& message;
  Type type;
  Ipv4 server;
};

std::string_view to_string(State state) noexcept {
  constexpr std::array<std::string_view, 8> kNames{"init",        "selecting", "requesting",
                                                   "init_reboot", "rebooting", "bound",
                                                   "renewing",    "rebinding"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(Happened happened) noexcept {
  constexpr std::array<std::string_view, 14> kNames{
      "nothing",  "discover",  "offer",   "request", "reboot",  "unanswered", "lease",
      "renewing", "rebinding", "renewed", "nak",     "expired", "released",   "ignored"};
  return kNames[static_cast<std::size_t>(happened)];
}

DhcpClient::DhcpClient(Client client, Duration first_wait, Random random)
    : client_(std::move(client)), first_wait_(first_wait), random_(std::move(random)) {}

void DhcpClient::start(Time now) {
  lease_.reset();
  state_ = State::Init;
  acquiring_since_ = now;
  deadline_ = now;
}

void DhcpClient::start(Lease stored, Duration left, Time now) {
  start(now);
  lease_ = std::move(stored);
  ends_at_ = lease_->lease_s == kInfinite ? kNever : now + left;
  state_ = State::InitReboot;
}

Step DhcpClient::tick(Time now) {
  if (now < deadline_) return {};
  switch (state_) {
    case State::Init:
    case State::Selecting:
      return discover(now);
    case State::Requesting:
      return request_again(now);
    case State::InitReboot:
    case State::Rebooting:
      return reboot(now);
    case State::Bound:
    case State::Renewing:
      return now < rebind_at_ ? renew(now) : rebind(now);
    case State::Rebinding:
      return rebind(now);
  }
  return {};
}

Step DhcpClient::discover(Time now) {
  if (state_ == State::Init) begin_exchange(State::Selecting, now);
  secs_ = static_cast<std::uint16_t>(std::min<std::int64_t>((now - acquiring_since_) / 1s, 0xffff));
  wait(now);
  return {Happened::Discover, {}, message(Type::Discover)};
}

Step DhcpClient::request_again(Time now) {
  if (sent_ >= kRequestsInSelecting) return give_up(Happened::Unanswered, now);
  wait(now);
  return {Happened::Request, {}, message(Type::Request)};
}

Step DhcpClient::reboot(Time now) {
  if (now >= ends_at_ || sent_ >= kRequestsInReboot) return give_up(Happened::Unanswered, now);
  if (state_ == State::InitReboot) begin_exchange(State::Rebooting, now);
  wait(now);
  return {Happened::Reboot, {}, message(Type::Request)};
}

Step DhcpClient::renew(Time now) {
  if (state_ == State::Bound) begin_exchange(State::Renewing, now);
  wait_until_end(rebind_at_, now);
  return {Happened::Renewing, {}, message(Type::Request)};
}

Step DhcpClient::rebind(Time now) {
  if (now >= ends_at_) return give_up(Happened::Expired, now);
  if (state_ != State::Rebinding) begin_exchange(State::Rebinding, now);
  wait_until_end(ends_at_, now);
  return {Happened::Rebinding, {}, message(Type::Request)};
}

Step DhcpClient::give_up(Happened why, Time now) {
  start(now);
  sent_ = 0;
  // A server that refuses every request must not drive us round at full speed.
  if (why == Happened::Nak) deadline_ = now + first_wait_ / 8;
  return {why, {}, std::nullopt};
}

void DhcpClient::renew_at(Time when) noexcept {
  if (state_ == State::Bound) deadline_ = when;
}

Step DhcpClient::release() {
  Step step;
  if (holds_lease()) {
    xid_ = random_();
    step = {Happened::Released, {}, message(Type::Release)};
  }
  lease_.reset();
  state_ = State::Init;
  deadline_ = kNever;
  return step;
}

Step DhcpClient::receive(const wire::Datagram& datagram, Time now) {
  auto parsed = Message::parse(datagram.payload);
  const auto* const message = std::get_if<Message>(&parsed);
  if (message == nullptr) return {};
  const auto& header = message->header();
  const bool ours = header.op == wire::dhcp::Op::Reply && header.xid == xid_ && sent_ > 0 &&
                    header.htype == wire::dhcp::kEthernet && header.hlen == 6 &&
                    header.mac() == client_.mac;
  if (!ours) return {};
  const auto type = message->type();
  const auto server = message->address(code::kServerIdentifier);
  if (!type || !server) return ignored("no message type or no server identifier");
  const auto echoed = message->option(code::kClientIdentifier);
  if (echoed && !std::ranges::equal(*echoed, client_.client_id))  // RFC 6842 section 3
    return ignored("another client identifier");
  const Reply reply{*message, *type, *server};
  if (*type == Type::Offer) return take_offer(reply, now);
  if (*type == Type::Ack) return take_ack(reply, now);
  if (*type == Type::Nak) return take_nak(reply, now);
  return ignored("not a message for clients");
}

Step DhcpClient::take_offer(const Reply& reply, Time now) {
  if (state_ != State::Selecting) return {};  // a second server's offer, too late
  auto offered = read_lease(reply.message, client_.enterprise);
  if (!offered) return ignored("offer: " + to_string(offered.error()));
  lease_ = std::move(*offered);
  state_ = State::Requesting;
  began_ = now;
  sent_ = 0;
  wait(now);
  return {Happened::Offer, {}, message(Type::Request)};
}

bool DhcpClient::expects_server(Ipv4 server) const noexcept {
  const bool one_server = state_ == State::Requesting || state_ == State::Renewing;
  return !one_server || server == lease_->server;
}

Step DhcpClient::take_ack(const Reply& reply, Time now) {
  if (!lease_ || state_ == State::Bound) return {};
  if (!expects_server(reply.server)) return ignored("ack: another server");
  auto granted = read_lease(reply.message, client_.enterprise);
  if (!granted) return ignored("ack: " + to_string(granted.error()));
  if (granted->address != lease_->address) return ignored("ack: another address than asked for");
  const bool renewed = holds_lease();
  lease_ = std::move(*granted);
  state_ = State::Bound;
  ends_at_ = end_of(lease_->lease_s, began_);
  rebind_at_ = end_of(lease_->lease_s == kInfinite ? kInfinite : lease_->rebind_s, began_);
  deadline_ = std::max(renewal_time(), now);
  return {renewed ? Happened::Renewed : Happened::Lease, {}, std::nullopt};
}

Step DhcpClient::take_nak(const Reply& reply, Time now) {
  if (!lease_ || state_ == State::Bound) return {};
  if (!expects_server(reply.server)) return ignored("nak: another server");
  auto step = give_up(Happened::Nak, now);
  step.why = reply.message.text(code::kMessage).value_or("");
  return step;
}

/// T1, up to a sixteenth earlier: telephones that started together shall not renew together (RFC
/// 2131 section 4.4.5).
Time DhcpClient::renewal_time() {
  if (lease_->lease_s == kInfinite) return kNever;
  const Duration sixteenth = Duration{std::chrono::seconds{lease_->renew_s}} / 16;
  return end_of(lease_->renew_s, began_) - sixteenth / 1000 * (1000 - random_() % 1001);
}

void DhcpClient::begin_exchange(State state, Time now) {
  state_ = state;
  xid_ = random_();
  sent_ = 0;
  began_ = now;
  secs_ = 0;
}

void DhcpClient::wait(Time now) {
  deadline_ = now + first_wait_ * (1u << std::min(sent_, kDoublings)) + jitter();
  ++sent_;
}

void DhcpClient::wait_until_end(Time end, Time now) {
  // Half of what is left, at least a minute, and never beyond the end (RFC 2131 section 4.4.5).
  const Time next = now + std::max((end - now) / 2, kLeastRenewWait);
  deadline_ = std::min(next, end);
  ++sent_;
}

/// Up to a quarter of the first wait more or less: one second of four (RFC 2131 section 4.1).
Duration DhcpClient::jitter() {
  const Duration half_width = first_wait_ / 4;
  return half_width * (static_cast<std::int64_t>(random_() % 2001) - 1000) / 1000;
}

Send DhcpClient::message(Type type) {
  const bool has_address = holds_lease();
  const bool to_server = state_ == State::Renewing || type == Type::Release;
  wire::dhcp::Header header;
  header.xid = xid_;
  header.secs = secs_;
  header.set_mac(client_.mac);
  if (has_address) header.ciaddr = lease_->address;
  builder_.start(header);
  builder_.add_number8(code::kMessageType, static_cast<std::uint8_t>(type));
  if (!client_.client_id.empty()) builder_.add(code::kClientIdentifier, client_.client_id);
  if (type == Type::Request && !has_address)
    builder_.add_address(code::kRequestedAddress, lease_->address);
  if (state_ == State::Requesting || type == Type::Release)
    builder_.add_address(code::kServerIdentifier, lease_->server);
  if (type != Type::Release) {
    builder_.add_text(code::kVendorClass, client_.vendor_class);
    builder_.add_number16(code::kMaxMessageSize, client_.max_datagram);
    builder_.add(code::kParameterRequestList, kAskedFor);
  }
  const auto payload = builder_.finish(wire::dhcp::kLeastMaxDatagram - wire::dhcp::kIpUdpSize);
  expects(payload.has_value(), "what a client says fits the smallest datagram");
  return {has_address ? lease_->address : Ipv4{},
          to_server ? lease_->server : kBroadcastIp,
          {payload->begin(), payload->end()}};
}

}  // namespace portico::phone
