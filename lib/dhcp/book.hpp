// SPDX-License-Identifier: BSD-3-Clause
// The seam between the protocol and the decision. The engine knows RFC 2131; who may have what is
// the Book's to say (lib/gateway/lease_book.hpp implements it over admission, allocator and store).
#pragma once

#include "base/addresses.hpp"
#include "base/digest.hpp"
#include "base/port_range.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace portico::dhcp {

enum class RequestKind : std::uint8_t { Selecting, InitReboot, Renewing, Rebinding };

/// What a client asks, taken out of a valid message and its options.
struct Query {
  std::string client;  ///< key, as lease::ClientKey: '\1' + option 61, or '\0' + htype + chaddr
  Mac mac;             ///< chaddr
  Mac frame_source;    ///< source of the frame that brought it
  std::optional<std::string> vendor_class;  ///< option 60, trailing NUL removed
  std::optional<Ipv4> requested;            ///< option 50
  std::optional<std::uint32_t> lease_s;     ///< option 51
  Ipv4 ciaddr;
  Ipv4 giaddr;                         ///< zero: attached
  std::optional<Ipv4> link_selection;  ///< option 82 sub-option 5 (RFC 3527)
};

/// An option any class may set by number, verbatim.
struct RawOption {
  std::uint8_t code = 0;
  std::vector<std::uint8_t> value;
};

/// All that an OFFER or ACK tells. The engine orders it, fits it in and sends what was asked for.
struct Terms {
  Ipv4 address;                ///< yiaddr; zero in the answer to an INFORM
  std::uint32_t lease_s = 0;   ///< 0xffffffff: infinite
  std::uint32_t renew_s = 0;   ///< T1; 0: half of lease_s
  std::uint32_t rebind_s = 0;  ///< T2; 0: 0.875 of lease_s
  Prefix network;              ///< subnet mask (option 1) and broadcast address (28)
  Ipv4 public_address;         ///< option 125 sub-option 1
  PortRange range;             ///< option 125 sub-option 2, and option 159 when asked for
  Ipv4 tunnel_address;         ///< option 125 sub-option 3; zero: none
  std::optional<Sha256> firmware_digest;  ///< option 125 sub-option 4
  std::string firmware_version;           ///< option 125 sub-option 5; empty: none
  bool vendor_option_43 = false;          ///< the same sub-options in option 43 as well
  Ipv4 tftp_server;                       ///< siaddr, 66, 150; zero: none
  std::string boot_file;                  ///< file, 67; empty: none
  std::vector<RawOption>
      options;  ///< routers, DNS, NTP, SIP servers, time zone and others, by code
};

/// Why the Book says no. Each is a counter of the engine's.
enum class Refusal : std::uint8_t {
  MacNotValid,       ///< P2
  NoVendorClass,     ///< P1: not a phone
  ClassNotValid,     ///< P3
  PoolExhausted,     ///< P4: no address or no range
  AddressNotOnLink,  ///< the relay's or client's network has no pool
  RelayNotTrusted,   ///< giaddr is not in lan.relays
  StoreNotWriting,   ///< P7: what cannot be stored is not granted
  WorkerSilent,      ///< what a worker does not carry out is not granted
  TooManyPending,    ///< transactions in flight are bounded
  LeaseLimit,        ///< this MAC holds as many ranges as its class allows
  Withheld,          ///< leases were lost: what is free by our records may be a live phone's
  Unknown,           ///< INIT-REBOOT, RENEWING, REBINDING of somebody we know nothing of: silence
  NotOurs,           ///< SELECTING of another server's offer: ours is dropped, silence
};

struct Silence {
  Refusal why;
};
struct Nak {
  std::string message;  ///< option 56
};
/// Of a REQUEST: the grant is on its way to disk and to the workers. The Book calls
/// Engine::acknowledge with the same ticket when it is applied, or Engine::abandon when it failed.
/// Of a DISCOVER: somebody is asked whether the address is in use. The Book calls Engine::offer, or
/// Engine::withhold; tickets of both kinds have nothing to do with each other.
struct Pending {
  std::uint64_t ticket;
};

/// DISCOVERs that may be pending at once.
inline constexpr std::size_t kMostOffersPending = 128;

using OfferAnswer = std::variant<Terms, Pending, Silence>;
using RequestAnswer = std::variant<Pending, Nak, Silence>;
using InformAnswer = std::variant<Terms, Silence>;

class Book {
 public:
  virtual ~Book() = default;
  /// Whether what this relay says of its clients is believed.
  [[nodiscard]] virtual bool trusts_relay(Ipv4 giaddr) const noexcept = 0;
  [[nodiscard]] virtual OfferAnswer discover(const Query& query, Now now) = 0;
  [[nodiscard]] virtual RequestAnswer request(RequestKind kind, const Query& query, Now now) = 0;
  /// REQUEST in SELECTING state that names another server: what was offered is free again.
  virtual void refuse_offer(const Query& query, Now now) = 0;
  virtual void decline(const Query& query, Now now) = 0;
  virtual void release(const Query& query, Now now) = 0;
  /// Parameters without an address; Silence if the client may have none.
  [[nodiscard]] virtual InformAnswer inform(const Query& query, Now now) = 0;
};

}  // namespace portico::dhcp
