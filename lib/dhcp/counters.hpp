// SPDX-License-Identifier: BSD-3-Clause
// What the DHCP service counts. Every message received is counted once under its type, its flood
// limit or its fault; a refusal is counted besides.
#pragma once

#include "dhcp/book.hpp"
#include "stats/counter.hpp"
#include "wire/dhcp.hpp"

namespace portico::dhcp {

struct Counters {
  stats::Counter discovers;
  stats::Counter requests;
  stats::Counter declines;
  stats::Counter releases;
  stats::Counter informs;

  stats::Counter offers;
  stats::Counter acks;
  stats::Counter naks;

  stats::Counter mac_not_valid;
  stats::Counter no_vendor_class;
  stats::Counter class_not_valid;
  stats::Counter pool_exhausted;
  stats::Counter address_not_on_link;
  stats::Counter relay_not_trusted;
  stats::Counter store_not_writing;
  stats::Counter worker_silent;
  stats::Counter too_many_pending;
  stats::Counter lease_limit;
  stats::Counter withheld;
  stats::Counter unknown_client;
  stats::Counter not_ours;

  stats::Counter too_short;
  stats::Counter too_long;
  stats::Counter bad_op;
  stats::Counter bad_hardware;
  stats::Counter no_cookie;
  stats::Counter truncated_option;
  stats::Counter bad_overload;
  stats::Counter wrong_port;
  stats::Counter no_message_type;
  stats::Counter not_for_a_server;
  stats::Counter bad_option;
  stats::Counter contradictory;
  stats::Counter relay_information_unrelayed;

  stats::Counter flood_mac;
  stats::Counter flood_port;

  stats::Counter reply_too_long;
  stats::Counter options_left_out;
  stats::Counter identifier_mismatch;
  stats::Counter abandoned;
};

inline constexpr auto kCounters = stats::group<Counters>(
    "dhcp",
    {
        {&Counters::discovers, "discovers", "DHCPDISCOVER received"},
        {&Counters::requests, "requests", "DHCPREQUEST received"},
        {&Counters::declines, "declines", "DHCPDECLINE received: an address was found in use"},
        {&Counters::releases, "releases", "DHCPRELEASE received"},
        {&Counters::informs, "informs", "DHCPINFORM received"},
        {&Counters::offers, "offers", "DHCPOFFER sent"},
        {&Counters::acks, "acks", "DHCPACK sent"},
        {&Counters::naks, "naks", "DHCPNAK sent"},
        {&Counters::mac_not_valid, "mac_not_valid", "refused: the MAC policy says no"},
        {&Counters::no_vendor_class, "no_vendor_class", "refused: no vendor class, not a phone"},
        {&Counters::class_not_valid, "class_not_valid", "refused: no class for this vendor class"},
        {&Counters::pool_exhausted, "pool_exhausted",
         "refused: no address or no range of ports left"},
        {&Counters::address_not_on_link, "address_not_on_link", "refused: no pool for the network"},
        {&Counters::relay_not_trusted, "relay_not_trusted", "refused: giaddr is no relay of ours"},
        {&Counters::store_not_writing, "store_not_writing", "refused: leases cannot be stored"},
        {&Counters::worker_silent, "worker_silent", "refused: a worker carries out no orders"},
        {&Counters::too_many_pending, "too_many_pending",
         "refused: too many transactions in flight"},
        {&Counters::lease_limit, "lease_limit", "refused: the MAC holds as many leases as it may"},
        {&Counters::withheld, "withheld",
         "refused: leases were lost with a damaged file, and this client's may be one of them"},
        {&Counters::unknown_client, "unknown_client", "refused: a lease we know nothing of"},
        {&Counters::not_ours, "not_ours", "for another server"},
        {&Counters::too_short, "too_short", "malformed: below 240 octets"},
        {&Counters::too_long, "too_long", "malformed: larger than the network carries"},
        {&Counters::bad_op, "bad_op", "malformed: op is no request"},
        {&Counters::bad_hardware, "bad_hardware", "malformed: hardware address is not Ethernet's"},
        {&Counters::no_cookie, "no_cookie", "malformed: no magic cookie"},
        {&Counters::truncated_option, "truncated_option", "malformed: an option beyond its field"},
        {&Counters::bad_overload, "bad_overload", "malformed: option 52 is not 1 to 3"},
        {&Counters::wrong_port, "wrong_port", "malformed: not for port 67"},
        {&Counters::no_message_type, "no_message_type", "malformed: option 53 absent or unknown"},
        {&Counters::not_for_a_server, "not_for_a_server", "malformed: a server's message"},
        {&Counters::bad_option, "bad_option", "malformed: an option of impossible length"},
        {&Counters::contradictory, "contradictory", "malformed: fields that exclude each other"},
        {&Counters::relay_information_unrelayed, "relay_information_unrelayed",
         "malformed: option 82 without a relay"},
        {&Counters::flood_mac, "flood_mac", "dropped: too many messages of one MAC"},
        {&Counters::flood_port, "flood_port", "dropped: too many messages on the port"},
        {&Counters::reply_too_long, "reply_too_long", "not sent: does not fit the client's size"},
        {&Counters::options_left_out, "options_left_out",
         "options left out to fit the client's size"},
        {&Counters::identifier_mismatch, "identifier_mismatch",
         "messages whose client identifier names another MAC than chaddr"},
        {&Counters::abandoned, "abandoned",
         "requests given up: their lease ended before it was stored, or was stored too late"},
    });

/// Why a message was not answered, as the counter that says so.
using Reason = stats::Counter Counters::*;

[[nodiscard]] Reason counter_of(wire::dhcp::Malformed malformed) noexcept;
[[nodiscard]] Reason counter_of(Refusal refusal) noexcept;

}  // namespace portico::dhcp
