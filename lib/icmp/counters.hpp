// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "stats/counter.hpp"

namespace portico::icmp {

/// Written by the control core only.
struct Counters {
  stats::Counter echo_replies_sent;
  stats::Counter time_exceeded_sent;
  stats::Counter net_unreachable_sent;
  stats::Counter host_unreachable_sent;
  stats::Counter port_unreachable_sent;
  stats::Counter fragmentation_needed_sent;
  stats::Counter prohibited_sent;
  stats::Counter malformed;
  stats::Counter not_for_us;
  stats::Counter not_echo_request;
  stats::Counter bad_checksum;
  stats::Counter about_error;
  stats::Counter about_fragment;
  stats::Counter about_group;
  stats::Counter bad_source;
  stats::Counter rate_limited;
};

inline constexpr auto kCounters = stats::group<Counters>(
    "icmp",
    {
        {&Counters::echo_replies_sent, "echo_replies_sent", "pings answered (0/0)"},
        {&Counters::time_exceeded_sent, "time_exceeded_sent", "TTL ran out (11/0)"},
        {&Counters::net_unreachable_sent, "net_unreachable_sent", "no route (3/0)"},
        {&Counters::host_unreachable_sent, "host_unreachable_sent", "next hop silent (3/1)"},
        {&Counters::port_unreachable_sent, "port_unreachable_sent", "nothing listens (3/3)"},
        {&Counters::fragmentation_needed_sent, "fragmentation_needed_sent", "too big (3/4)"},
        {&Counters::prohibited_sent, "prohibited_sent", "refused by policy (3/13)"},
        {&Counters::malformed, "malformed", "nothing said about a packet that is not valid IPv4"},
        {&Counters::not_for_us, "not_for_us", "echo requests for addresses that are not our own"},
        {&Counters::not_echo_request, "not_echo_request", "other ICMP to ourselves, ignored"},
        {&Counters::bad_checksum, "bad_checksum", "echo requests with a bad ICMP checksum"},
        {&Counters::about_error, "about_error", "nothing said about an ICMP error"},
        {&Counters::about_fragment, "about_fragment", "nothing said about a fragment"},
        {&Counters::about_group, "about_group", "nothing said about a broadcast or multicast"},
        {&Counters::bad_source, "bad_source", "nothing said to what is not a single host"},
        {&Counters::rate_limited, "rate_limited", "nothing said because of the limit per second"},
    });

}  // namespace portico::icmp
