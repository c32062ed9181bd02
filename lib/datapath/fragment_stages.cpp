// SPDX-License-Identifier: BSD-3-Clause
// Outer packets in pieces: those that come are put together before they are opened, those that do
// not fit are cut when they are sealed (RFC 4303 sections 3.3.4 and 3.4.1).
#include "datapath/cut.hpp"
#include "datapath/frame_rules.hpp"
#include "datapath/stages.hpp"
#include "tunnel/pieces.hpp"

#include <algorithm>

namespace portico::datapath {
namespace {

using stats::Drop;
using tunnel::Reassembly;

/// The last fragment that came becomes the whole packet.
void become(rte_mbuf* m, std::size_t header_size, Bytes packet, Lanes& lanes) noexcept {
  if (header_size + packet.size() > m->data_len + std::size_t{rte_pktmbuf_tailroom(m)})
    return lanes.push(Drop::OversizeFrame, m);
  resize_header(m, header_size, header_size, packet.size());
  std::ranges::copy(packet, first_octet(m) + header_size);
  const auto whole = octets_of(m).subspan(header_size);
  const bool is_ours = is_tunnelled(*wire::Ipv4Edit::parse(whole));
  lanes.push(is_ours ? Verdict{Lane::Outer} : Verdict{Drop::NotAService}, m);
}

void join(Worker& w, rte_mbuf* m, Lanes& lanes) noexcept {
  const auto header_size = w.link(Side::Wan).header_size();
  const auto fragment = wire::Ipv4Edit::parse(octets_of(m).subspan(header_size));
  const auto outcome = w.reassembly.take(*fragment);
  w.drops.count(Drop::FragmentIncomplete, outcome.given_up);
  switch (outcome.kind) {
    case Reassembly::Outcome::Kind::Held:
      return lanes.push(Lane::Copied, m);
    case Reassembly::Outcome::Kind::Whole:
      w.fragments.joined += outcome.earlier;
      return become(m, header_size, outcome.packet, lanes);
    case Reassembly::Outcome::Kind::Refused:
      w.drops.count(outcome.reason, outcome.earlier);
      return lanes.push(outcome.reason, m);
  }
}

}  // namespace

void reassemble(Worker& w, Lanes& lanes) noexcept {
  for (auto* m : lanes.take(Lane::Fragment)) join(w, m, lanes);
}

bool cut_in_pieces(Worker& w, std::size_t mtu, rte_mbuf* m, Cut& cut, Lanes& lanes) noexcept {
  const tunnel::Pieces pieces{m->data_len, mtu};
  const auto more = pieces.count() - 1;
  if (pieces.count() > Cut::kMostPieces) {
    lanes.push(Drop::TooBig, m);
    return false;
  }
  if (!lanes.make(more) ||
      rte_pktmbuf_alloc_bulk(m->pool, &cut.packets_[1], static_cast<unsigned>(more)) != 0) {
    lanes.push(Drop::NoMbuf, m);
    return false;
  }
  w.fragments.made += more;
  cut.packets_[0] = m;
  cut.count_ = pieces.count();
  const auto* packet = first_octet(m);
  for (std::size_t i = 1; i < cut.count_; ++i) {
    auto* piece = cut.packets_[i];
    resize_header(piece, 0, 0, pieces.length(i));
    pieces.write_header(first_octet(piece), packet, i);
    std::copy_n(packet + pieces.kHeader + pieces.offset(i), pieces.length(i) - pieces.kHeader,
                first_octet(piece) + pieces.kHeader);
  }
  pieces.write_header(first_octet(m), packet, 0);
  resize_header(m, 0, 0, pieces.length(0));
  return true;
}

}  // namespace portico::datapath
