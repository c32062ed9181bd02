// SPDX-License-Identifier: BSD-3-Clause
// The stages of a turn, in the order of gateway_turn. Whatever the lane, a buffer holds a whole
// frame: as it was received, or as it will be sent.
#pragma once

#include "datapath/worker.hpp"

namespace portico::datapath {

/// Carries out at most a turn's share of what control ordered.
void serve_orders(Worker& w) noexcept;
/// Returns how many packets were received.
std::size_t receive(Worker& w, Lanes& lanes) noexcept;
void nappt_outbound(Worker& w, Lanes& lanes) noexcept;
/// U-9: what it translates joins the inbound lane.
void nappt_hairpin(Worker& w, Lanes& lanes) noexcept;
void nappt_inbound(Worker& w, Lanes& lanes) noexcept;
/// What control originated joins what was forwarded.
void join_originated(Worker& w, Lanes& lanes) noexcept;
void send(Worker& w, Lanes& lanes) noexcept;
void punt(Worker& w, Lanes& lanes) noexcept;
/// The only place that frees a packet, and where its reason is counted.
void release(Worker& w, Lanes& lanes) noexcept;

}  // namespace portico::datapath
