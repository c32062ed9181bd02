// SPDX-License-Identifier: BSD-3-Clause
// The first octet chooses the role and the algorithm, the rest is a frame from the Internet: IP in
// IP, ESP, ESP in UDP 4500, with the text in the plain, as if every ICV were right. Whatever comes
// out lies within the frame and is a valid packet, and no number is taken twice. The rest is also
// read as an outer packet that somebody quotes.
#include "base/expects.hpp"
#include "datapath/classify.hpp"
#include "nappt/packet.hpp"
#include "tunnel/carried.hpp"
#include "tunnel/ecn.hpp"
#include "tunnel/mss.hpp"
#include "tunnel/quoted.hpp"
#include "tunnel/replay_window.hpp"

#include <array>
#include <cstdint>
#include <vector>

using namespace portico;
using datapath::Lane;
using datapath::Link;

namespace {

const datapath::Links kLinks{Link{{"02:00:00:00:00:01"_mac, {"10.20.0.1"_ip, 16}, 0, 1500}},
                             Link{{"02:00:00:00:00:02"_mac, {"198.51.100.2"_ip, 24}, 0, 1500}}};
constexpr std::uint16_t kInnerMtu = 1446;

datapath::Verdict classified(bool is_gateway, MutableBytes frame) {
  static const nappt::Bindings kBindings{{.private_pools = {"10.20.0.0/16"_net},
                                          .strays = {},
                                          .public_pools = {{"203.0.113.0/30"_net, 64}}}};
  static const concentrator::Blocks kBlocks{{{{"10.99.0.0/28"_net, 64}}}};
  datapath::Note note;
  return is_gateway ? classify(kLinks, kBindings, Side::Wan, frame, note)
                    : classify(kLinks, kBlocks, Side::Wan, frame, note);
}

void take_inner(MutableBytes inner, std::uint8_t outer_tos) {
  const auto ip = wire::Ipv4Edit::parse(inner);
  if (!ip || !tunnel::decapsulate_ecn(inner.data(), outer_tos)) return;
  tunnel::clamp_mss(*ip, kInnerMtu);
  const auto now = wire::Ipv4Edit::parse(inner);
  expects(now && now->total_length() == ip->total_length(), "what comes out is still valid");
  if (nappt::untranslatable(*now)) return;
  const nappt::Packet packet{inner.data()};
  expects(packet.length() <= inner.size(), "it ends within the frame");
  if (packet.ttl() > 1) packet.decrement_ttl();
  expects(wire::Ipv4Edit::parse(inner).has_value(), "a hop leaves it valid");
}

/// What the window says of a number, which is accepted if it is new.
bool is_new(tunnel::ReplayWindow& seen, std::uint32_t low, bool esn) {
  const std::uint64_t number = esn ? seen.extended(low) : low;
  if (seen.judge(number) != tunnel::ReplayWindow::Standing::New) return false;
  expects(seen.accept(number), "what is new is taken");
  expects(seen.judge(number) != tunnel::ReplayWindow::Standing::New, "a number is taken once");
  return true;
}

void take_esp(MutableBytes esp, tunnel::Algorithm algorithm, std::uint8_t outer_tos) {
  const auto view = tunnel::EspView::parse(esp, tunnel::sizes_of(algorithm));
  if (!view) return;
  std::array<std::uint64_t, tunnel::ReplayWindow::words_for(tunnel::kLeastWindow)> words{};
  tunnel::ReplayWindow seen{tunnel::kLeastWindow, words, view->iv().front()};
  if (!is_new(seen, view->low_number(), tunnel::EspView::spi_of(esp) % 2 == 0)) return;
  const auto opened = tunnel::read_opened(view->text());
  if (opened.kind == tunnel::Opened::Kind::Ipv4) take_inner(opened.payload, outer_tos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::uint8_t> frame(data + 1, data + size);
  (void)tunnel::Quoted::parse(frame);
  if (classified(data[0] % 2 == 0, frame) != datapath::Verdict{Lane::Outer}) return 0;
  auto* ip = &frame[kLinks[1].header_size()];
  const MutableBytes packet{ip, load_be<std::uint16_t>(ip + 2)};
  if (ip[9] == wire::kProtocolIpip) {
    take_inner(packet.subspan(wire::Ipv4Header::kSize), ip[1]);
    return 0;
  }
  const auto esp = tunnel::esp_within(packet);
  if (const auto* octets = std::get_if<MutableBytes>(&esp))
    take_esp(*octets, tunnel::Algorithm{static_cast<std::uint8_t>(data[0] / 2 % 5)}, ip[1]);
  return 0;
}
