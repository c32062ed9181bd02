// SPDX-License-Identifier: BSD-3-Clause
// The DHCP client of RFC 2131 section 4.4 as a state machine: datagrams and time in, datagrams and
// events out. Its random numbers are handed in.
#pragma once

#include "app/phone/lease.hpp"
#include "base/time.hpp"
#include "wire/datagram.hpp"
#include "wire/dhcp.hpp"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portico::phone {

/// The states of RFC 2131, figure 5.
enum class State : std::uint8_t {
  Init,
  Selecting,
  Requesting,
  InitReboot,
  Rebooting,
  Bound,
  Renewing,
  Rebinding,
};
[[nodiscard]] std::string_view to_string(State state) noexcept;

// So that whatever a client says fits the smallest datagram.
inline constexpr std::size_t kMaxVendorClass = 128;
inline constexpr std::size_t kMaxClientId = 64;

/// What the telephone says of itself.
struct Client {
  Mac mac;
  std::string vendor_class;             ///< option 60, 1 to kMaxVendorClass octets
  std::vector<std::uint8_t> client_id;  ///< option 61, up to kMaxClientId octets; empty: not sent
  std::uint32_t enterprise = 0;         ///< option 125 is read under this number
  std::uint16_t max_datagram = 1500;    ///< option 57
};

enum class Happened : std::uint8_t {
  Nothing,
  Discover,    ///< sent, perhaps again
  Offer,       ///< taken; a request for it was sent
  Request,     ///< sent again
  Reboot,      ///< the request for the stored lease was sent, perhaps again
  Unanswered,  ///< requests went unanswered: from the beginning
  Lease,       ///< lease() is new
  Renewing,    ///< sent to the server
  Rebinding,   ///< sent to any server
  Renewed,     ///< lease() lives longer, and may say something else than before
  Nak,         ///< refused: what was held is lost
  Expired,     ///< not renewed in time: what was held is lost
  Released,
  Ignored,  ///< meant for us and not usable: `why`
};
[[nodiscard]] std::string_view to_string(Happened happened) noexcept;

struct Send {
  Ipv4 source;       ///< zero while there is no address
  Ipv4 destination;  ///< kBroadcastIp, or the server
  std::vector<std::uint8_t> payload;
};

struct Step {
  Happened happened = Happened::Nothing;
  std::string why;
  std::optional<Send> send;  ///< from port 68 to port 67
};

class DhcpClient {
 public:
  using Random = std::function<std::uint32_t()>;

  /// `first_wait`: before the first retransmission, 4 s in RFC 2131 section 4.1; it doubles up to
  /// 16 times that, each time with a quarter of `first_wait` more or less.
  DhcpClient(Client client, Duration first_wait, Random random);

  /// INIT.
  void start(Time now);
  /// INIT-REBOOT with a lease that has `left` to live.
  void start(Lease stored, Duration left, Time now);

  /// A UDP datagram for port 68. Who sent it does not matter; what it says does.
  [[nodiscard]] Step receive(const wire::Datagram& datagram, Time now);
  /// To be called at deadline() or later; earlier it does nothing.
  [[nodiscard]] Step tick(Time now);
  /// In BOUND: renews then, instead of at T1.
  void renew_at(Time when) noexcept;
  /// Gives up the lease, if there is one. Only start() goes on from here.
  [[nodiscard]] Step release();

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] Time deadline() const noexcept { return deadline_; }
  /// Set in BOUND, RENEWING and REBINDING; in REBOOTING the lease that is asked for.
  [[nodiscard]] const std::optional<Lease>& lease() const noexcept { return lease_; }
  [[nodiscard]] bool holds_lease() const noexcept { return state_ >= State::Bound; }

  static constexpr Time kNever{std::numeric_limits<std::int64_t>::max()};

 private:
  struct Reply;

  [[nodiscard]] Step discover(Time now);
  [[nodiscard]] Step request_again(Time now);
  [[nodiscard]] Step reboot(Time now);
  [[nodiscard]] Step renew(Time now);
  [[nodiscard]] Step rebind(Time now);
  [[nodiscard]] Step give_up(Happened why, Time now);

  [[nodiscard]] Step take_offer(const Reply& reply, Time now);
  [[nodiscard]] Step take_ack(const Reply& reply, Time now);
  [[nodiscard]] Step take_nak(const Reply& reply, Time now);
  [[nodiscard]] bool expects_server(Ipv4 server) const noexcept;

  void begin_exchange(State state, Time now);
  void wait(Time now);
  void wait_until_end(Time end, Time now);
  [[nodiscard]] Duration jitter();
  [[nodiscard]] Time renewal_time();
  [[nodiscard]] Send message(wire::dhcp::Type type);

  Client client_;
  Duration first_wait_;
  Random random_;
  wire::dhcp::Builder builder_;

  State state_ = State::Init;
  Time deadline_ = kNever;
  std::optional<Lease> lease_;

  // The exchange under way.
  std::uint32_t xid_ = 0;
  std::uint32_t sent_ = 0;  ///< messages since it began, for the back-off
  Time began_;              ///< the lease counts from here (RFC 2131 section 4.4.1)
  Time acquiring_since_;    ///< what `secs` counts from
  std::uint16_t secs_ = 0;

  Time rebind_at_ = kNever;  ///< T2
  Time ends_at_ = kNever;
};

}  // namespace portico::phone
