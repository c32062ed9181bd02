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
std::size_t receive_as_concentrator(Worker& w, Lanes& lanes) noexcept;
/// What other workers received or want sent, and this one owns the SA of.
void take_over(Worker& w, Lanes& lanes) noexcept;
/// Puts fragments together; what is a tunnel's is to be opened.
void reassemble(Worker& w, Lanes& lanes) noexcept;
/// Opens what came through a tunnel.
void tunnel_inbound(Worker& w, Lanes& lanes) noexcept;
void nappt_outbound(Worker& w, Lanes& lanes) noexcept;
/// U-9: what it translates joins the inbound lane.
void nappt_hairpin(Worker& w, Lanes& lanes) noexcept;
/// What came out of a tunnel joins the inbound lane.
void nappt_from_tunnel(Worker& w, Lanes& lanes) noexcept;
void nappt_inbound(Worker& w, Lanes& lanes) noexcept;
/// The concentrator's: what came out of a tunnel goes to the provider, or joins the inbound lane.
void blocks_from_tunnel(Worker& w, Lanes& lanes) noexcept;
/// What is for a block goes into its tunnel.
void blocks_inbound(Worker& w, Lanes& lanes) noexcept;
/// What control originated joins what was forwarded.
void join_originated(Worker& w, Lanes& lanes) noexcept;
/// Seals what goes into a tunnel.
void tunnel_outbound(Worker& w, Lanes& lanes) noexcept;
/// Gives packets to the workers that own their SAs.
void hand_over(Worker& w, Lanes& lanes) noexcept;
void send(Worker& w, Lanes& lanes) noexcept;
void punt(Worker& w, Lanes& lanes) noexcept;
/// The only place that frees a packet, and where its reason is counted.
void release(Worker& w, Lanes& lanes) noexcept;

}  // namespace portico::datapath
