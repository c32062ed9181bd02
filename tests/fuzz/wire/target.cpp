// SPDX-License-Identifier: BSD-3-Clause
// Arbitrary octets as a frame: every view that accepts them is read whole.
#include "base/expects.hpp"
#include "wire/arp.hpp"
#include "wire/ethernet.hpp"
#include "wire/icmp.hpp"
#include "wire/ipv4.hpp"
#include "wire/tcp.hpp"
#include "wire/udp.hpp"

#include <cstdint>

using namespace portico;

namespace {

volatile std::uint64_t sink;

void read(Bytes octets) {
  std::uint64_t sum = 0;
  for (const auto o : octets) sum += o;
  sink = sum;
}

void read_l4(const wire::Ipv4View& ip) {
  if (const auto udp = wire::UdpView::parse(ip.payload())) {
    read(udp->payload());
    expects(udp->length() == udp->bytes().size());
    sink = udp->checksum_holds(ip.source(), ip.destination());
  }
  if (const auto tcp = wire::TcpView::parse(ip.payload()))
    sink = tcp->source_port() + tcp->destination_port() + tcp->checksum();
  if (const auto icmp = wire::IcmpView::parse(ip.payload())) {
    sink = icmp->type() + icmp->code() + icmp->identifier() + icmp->next_hop_mtu();
    if (const auto quoted = wire::Ipv4View::parse_quoted(icmp->payload())) read(quoted->payload());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto ethernet = wire::EthernetView::parse({data, size});
  if (!ethernet) return 0;
  sink = ethernet->vlan() + ethernet->type() + ethernet->source().bits();
  read(ethernet->payload());
  if (const auto arp = wire::ArpView::parse(ethernet->payload()))
    sink = arp->sender().bits + arp->target().bits + arp->target_mac().bits();
  const auto fault = wire::Ipv4View::fault_of(ethernet->payload());
  const auto ip = wire::Ipv4View::parse(ethernet->payload());
  expects(ip.has_value() == (fault == wire::Ipv4Fault::None));
  if (ip) read_l4(*ip);
  return 0;
}
