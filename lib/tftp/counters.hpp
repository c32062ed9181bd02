// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "stats/counter.hpp"

namespace portico::tftp {

struct Counters {
  stats::Counter requests;
  stats::Counter started;
  stats::Counter completed;
  stats::Counter failed_timed_out;
  stats::Counter failed_by_client;
  stats::Counter failed_restarted;
  stats::Counter refused_write;
  stats::Counter refused_mode;
  stats::Counter refused_options;
  stats::Counter refused_not_found;
  stats::Counter refused_access;
  stats::Counter refused_no_lease;
  stats::Counter refused_other;
  stats::Counter refused_too_many;
  stats::Counter refused_phone_limit;
  stats::Counter blocks;
  stats::Counter octets;
  stats::Counter retransmitted;
  stats::Counter duplicate_requests;
  stats::Counter duplicate_acks;
  stats::Counter wrong_tid;
  stats::Counter no_transfer;
  stats::Counter unexpected;
  stats::Counter malformed;
};

inline constexpr auto kCounters = stats::group<Counters>(
    "tftp",
    {
        {&Counters::requests, "requests", "read and write requests received"},
        {&Counters::started, "started", "transfers begun"},
        {&Counters::completed, "completed", "transfers acknowledged to their last block"},
        {&Counters::failed_timed_out, "failed_timed_out", "transfers whose client fell silent"},
        {&Counters::failed_by_client, "failed_by_client", "transfers the client ended by an ERROR"},
        {&Counters::failed_restarted, "failed_restarted",
         "transfers the client abandoned for a new request"},
        {&Counters::refused_write, "refused_write", "write requests: the server is read-only"},
        {&Counters::refused_mode, "refused_mode", "requests in mail mode or an unknown one"},
        {&Counters::refused_options, "refused_options", "requests with impossible options"},
        {&Counters::refused_not_found, "refused_not_found",
         "requests for a file that is not there"},
        {&Counters::refused_access, "refused_access", "requests for a name outside the root"},
        {&Counters::refused_no_lease, "refused_no_lease", "requests from an address with no lease"},
        {&Counters::refused_other, "refused_other", "requests the library refused otherwise"},
        {&Counters::refused_too_many, "refused_too_many", "requests beyond the limit in all"},
        {&Counters::refused_phone_limit, "refused_phone_limit",
         "requests beyond the limit of one phone"},
        {&Counters::blocks, "blocks", "DATA blocks sent, retransmitted ones included"},
        {&Counters::octets, "octets", "octets of DATA sent, retransmitted ones included"},
        {&Counters::retransmitted, "retransmitted", "DATA and OACK sent once more"},
        {&Counters::duplicate_requests, "duplicate_requests",
         "requests received once more for a running transfer"},
        {&Counters::duplicate_acks, "duplicate_acks", "acknowledgements that say nothing new"},
        {&Counters::wrong_tid, "wrong_tid", "messages to a transfer from another endpoint"},
        {&Counters::no_transfer, "no_transfer", "messages to a port without a transfer"},
        {&Counters::unexpected, "unexpected", "well-formed messages that have no place there"},
        {&Counters::malformed, "malformed", "datagrams that are no TFTP message"},
    });

}  // namespace portico::tftp
