// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "stats/counter.hpp"

namespace portico::neighbor {

/// Written by the control core only.
struct Counters {
  stats::Counter requests_sent;
  stats::Counter replies_sent;
  stats::Counter announcements_sent;
  stats::Counter learned;
  stats::Counter confirmed;
  stats::Counter moved;
  stats::Counter claims_refused;
  stats::Counter conflicts;
  stats::Counter invalid;
  stats::Counter unasked;
  stats::Counter unanswered;
  stats::Counter evicted;
  stats::Counter packets_held;
  stats::Counter packets_ready;
  stats::Counter dropped_unanswered;
  stats::Counter dropped_displaced;
  stats::Counter dropped_hold_full;
  stats::Counter dropped_table_full;
  stats::Counter dropped_evicted;
  stats::Counter dropped_no_host;
};

inline constexpr auto kCounters = stats::group<Counters>(
    "neighbor",
    {
        {&Counters::requests_sent, "requests_sent", "ARP requests sent"},
        {&Counters::replies_sent, "replies_sent", "ARP requests answered for addresses of ours"},
        {&Counters::announcements_sent, "announcements_sent", "gratuitous ARP sent"},
        {&Counters::learned, "learned", "neighbours whose MAC became known"},
        {&Counters::confirmed, "confirmed", "ARP from a known neighbour with the MAC we have"},
        {&Counters::moved, "moved", "neighbours that answered from another MAC"},
        {&Counters::claims_refused, "claims_refused",
         "ARP naming another MAC for a neighbour that still has its own"},
        {&Counters::conflicts, "conflicts", "ARP from elsewhere claiming an address of ours"},
        {&Counters::invalid, "invalid", "ARP whose sender cannot be a host"},
        {&Counters::unasked, "unasked", "ARP from addresses nobody asked for, not learned"},
        {&Counters::unanswered, "unanswered", "neighbours that did not answer"},
        {&Counters::evicted, "evicted", "neighbours forgotten to make room"},
        {&Counters::packets_held, "packets_held", "packets that waited for an answer"},
        {&Counters::packets_ready, "packets_ready", "packets whose next hop is known"},
        {&Counters::dropped_unanswered, "dropped_unanswered", "packets whose next hop is silent"},
        {&Counters::dropped_displaced, "dropped_displaced",
         "waiting packets displaced by later ones"},
        {&Counters::dropped_hold_full, "dropped_hold_full",
         "packets refused because too many wait already"},
        {&Counters::dropped_table_full, "dropped_table_full",
         "packets refused because no neighbour fits"},
        {&Counters::dropped_evicted, "dropped_evicted",
         "packets that waited for a neighbour forgotten to make room"},
        {&Counters::dropped_no_host, "dropped_no_host",
         "packets for our own address or one that is not a single host's"},
    });

}  // namespace portico::neighbor
