// SPDX-License-Identifier: BSD-3-Clause
// The ICMP that we originate: echo replies and errors about packets (RFC 792; RFC 1812
// section 4.3).
#pragma once

#include "base/addresses.hpp"
#include "base/endian.hpp"
#include "base/next_hop.hpp"
#include "base/time.hpp"
#include "icmp/counters.hpp"
#include "icmp/token_bucket.hpp"
#include "wire/ipv4.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace portico::icmp {

/// The largest error message, IP header included (RFC 1812 section 4.3.2.3).
inline constexpr std::size_t kMaxError = 576;

/// What we have to say about a packet.
enum class Complaint : std::uint8_t {
  TimeExceeded,         ///< 11/0
  NetUnreachable,       ///< 3/0
  HostUnreachable,      ///< 3/1
  PortUnreachable,      ///< 3/3
  FragmentationNeeded,  ///< 3/4, with the next hop's MTU (RFC 1191 section 4)
  Prohibited,           ///< 3/13
};

/// Why nothing is said. Sent: something is.
enum class Verdict : std::uint8_t {
  Sent,
  Malformed,       ///< not a valid IPv4 packet (RFC 1812 section 5.2.2), or too short to judge
  NotForUs,        ///< an echo request to an address that is not our own
  NotEchoRequest,  ///< other ICMP to ourselves
  BadChecksum,     ///< of the echo request
  AboutError,      ///< never an error about an error
  AboutFragment,   ///< never about any but the first fragment; echo is not reassembled
  AboutGroup,      ///< the packet was for more than one host, by its frame or its address
  BadSource,       ///< the answer would not go to a single host, or would go to ourselves
  RateLimited,
};

struct Outcome {
  Verdict verdict = Verdict::Malformed;
  std::size_t size = 0;  ///< octets written, an IP packet; 0 unless Sent
};

/// How the frame came: RFC 1812 section 4.3.2.7 forbids an error about a link-layer broadcast.
enum class Delivery : std::uint8_t { Unicast, Group };

struct Interface {
  InterfaceAddress address;
  std::uint32_t per_s = 100;  ///< errors, and as many echo replies; 0: silence
};

/// A packet to complain about, as it came in: before translation, TTL untouched.
struct Offender {
  Side side = Side::Lan;  ///< where it came from, and the complaint goes
  Delivery delivery = Delivery::Unicast;
  Bytes packet;  ///< from the IP header on; padding behind it is ignored
};

class Speaker {
 public:
  /// By Side.
  explicit Speaker(const std::array<Interface, kSides>& interfaces) noexcept;

  /// Writes an error of at most kMaxError octets into `out`, which must hold as many. `mtu` is told
  /// by FragmentationNeeded only.
  [[nodiscard]] Outcome complain(Complaint complaint, const Offender& about, MutableBytes out,
                                 Time now, std::uint16_t mtu = 0) noexcept;

  /// Writes the reply to an echo request that came in on `side` for an address of our own on either
  /// side. `out` must hold as many octets as `packet`, and not overlap it.
  [[nodiscard]] Outcome reply_to_echo(Side side, Bytes packet, MutableBytes out, Time now) noexcept;

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  struct Link {
    InterfaceAddress address;
    TokenBucket errors;
    TokenBucket replies;
  };
  [[nodiscard]] std::optional<Verdict> objection_to(const wire::Ipv4View& packet,
                                                    Delivery delivery) const noexcept;
  [[nodiscard]] std::optional<Verdict> objection_to_echo(
      const wire::Ipv4View& packet) const noexcept;
  [[nodiscard]] Outcome silent(Verdict why) noexcept;
  [[nodiscard]] Link& link_of(Side side) noexcept;
  [[nodiscard]] bool is_own(Ipv4 a) const noexcept;
  [[nodiscard]] bool is_group(Ipv4 a) const noexcept;
  [[nodiscard]] bool is_single_host(Ipv4 a) const noexcept;

  std::array<Link, kSides> links_;
  Counters counters_;
};

}  // namespace portico::icmp
