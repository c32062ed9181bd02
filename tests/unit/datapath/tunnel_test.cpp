// SPDX-License-Identifier: BSD-3-Clause
// A phone's packets through the tunnel to the provider, and back: what is on the wire between the
// two ends, and what each of them refuses.
#include <catch2/catch.hpp>

#include "tunnel_ends.hpp"
#include "tunnel_frames.hpp"

using namespace portico;
using fake::Frames;
using site::outer_destination;
using site::outer_source;
using site::to_phone;
using site::to_phone_arrived;
using site::to_server;
using site::to_server_arrived;
using site::TunnelEnds;

namespace {

tunnel::Record by(tunnel::Encapsulation encapsulation, bool udp, tunnel::Algorithm algorithm) {
  auto record = site::record();
  record.encapsulation = encapsulation;
  record.udp = udp;
  record.algorithm = algorithm;
  return record;
}

}  // namespace

TEST_CASE("through the tunnel and back the port stays, the address is the provider's",
          "[datapath][T1][T2][T3][T4][T5][T6][T8]") {
  using tunnel::Algorithm;
  using tunnel::Encapsulation;
  const auto record = GENERATE(by(Encapsulation::Esp, false, Algorithm::AesGcm128),
                               by(Encapsulation::Esp, true, Algorithm::AesGcm128),
                               by(Encapsulation::Esp, false, Algorithm::AesCbc256Sha256),
                               by(Encapsulation::Esp, true, Algorithm::ChaCha20Poly1305),
                               by(Encapsulation::Ipip, false, Algorithm::AesGcm128));
  for (const auto protocol : {wire::kProtocolUdp, wire::kProtocolTcp, wire::kProtocolIcmp}) {
    TunnelEnds ends{{.records = {record}}};
    auto out = to_server(), out_arrived = to_server_arrived();
    out.protocol = out_arrived.protocol = protocol;
    const auto outward = ends.from_phone(out.build());
    REQUIRE(outward.size() == 1);
    CHECK(outer_source(outward[0]) == site::kWan);
    CHECK(outer_destination(outward[0]) == site::kConcentrator);
    CHECK(ends.to_concentrator(outward[0]) == Frames{out_arrived.build()});

    auto in = to_phone(), in_arrived = to_phone_arrived();
    in.protocol = in_arrived.protocol = protocol;
    if (protocol == wire::kProtocolIcmp)  // an echo has its identifier where others have a port
      in.from_port = in_arrived.from_port = site::kPorts.first;
    const auto inward = ends.from_server(in.build());
    REQUIRE(inward.size() == 1);
    CHECK(outer_source(inward[0]) == site::kConcentrator);
    CHECK(outer_destination(inward[0]) == site::kWan);
    CHECK(ends.to_gateway(inward[0]) == Frames{in_arrived.build()});
    CHECK(ends.gateway.counters().packets_out.value() == 1);
    CHECK(ends.gateway.counters().packets_in.value() == 1);
  }
}
