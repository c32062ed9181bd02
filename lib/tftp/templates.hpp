// SPDX-License-Identifier: BSD-3-Clause
// Files made for one phone: a name that may hold {mac}, a text whose placeholders are filled from
// the phone's own lease.
//
// A placeholder is '{', lower-case letters and '_', '}'. A '{' that begins none is text, so that
// JSON and the like need no escapes. Placeholders of a text:
//   {mac}              twelve lower-case hexadecimal digits
//   {private_address} {public_address} {tunnel_address}   dotted; nothing where the phone has none
//   {first_port} {last_port}   the whole range
//   {sip_port}         the first port
//   {rtp_first} {rtp_last}     the rest, RTP on even ports and RTCP on the next (RFC 3550 section
//                      11): from the range's third port to its last. In a range of two ports both
//                      are the second, in a range of one both are that one: no room for RTCP, and
//                      at one port none for SIP beside RTP.
#pragma once

#include "base/addresses.hpp"
#include "base/port_range.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace portico::tftp {

/// The phone as its template sees it: its lease, or its static entry.
struct Tenant {
  Mac mac;
  Ipv4 private_address;
  Ipv4 public_address;  ///< zero: none
  Ipv4 tunnel_address;  ///< zero: none
  PortRange range;      ///< not empty
};

/// At configuration: names an unknown placeholder.
[[nodiscard]] Result<void> check_text(std::string_view text);
/// At configuration: a name below the root, with {mac} as the only placeholder.
[[nodiscard]] Result<void> check_name(std::string_view name);

/// Whether this phone's file is asked for. {mac} stands for its address in hexadecimal digits of
/// either case, bare, or with ':' or '-' between octets: vendors differ. The rest is taken
/// literally.
[[nodiscard]] bool name_matches(std::string_view name, std::string_view requested,
                                const Mac& mac) noexcept;

/// `text` has passed check_text; an unknown placeholder would stay as it is.
[[nodiscard]] std::string fill(std::string_view text, const Tenant& tenant);

}  // namespace portico::tftp
