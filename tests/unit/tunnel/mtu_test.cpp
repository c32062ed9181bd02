// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/mtu.hpp"

#include <catch2/catch.hpp>

using namespace portico::tunnel;

TEST_CASE("through a path of 1500 octets goes what the standards' sizes leave", "[tunnel][N-2]") {
  struct Row {
    Encapsulation encapsulation;
    Algorithm algorithm;
    bool udp;
    std::size_t mtu;
  };
  using enum Encapsulation;
  using enum Algorithm;
  const auto row = GENERATE(values<Row>({
      {Ipip, AesGcm128, false, 1480},
      {Ipip, AesGcm128, true, 1480},  // IP in IP has no UDP
      {Esp, AesGcm128, false, 1446},  // 20 + 8 + 8 + 1446 + 2 + 16
      {Esp, AesGcm256, false, 1446},
      {Esp, ChaCha20Poly1305, false, 1446},
      {Esp, AesGcm128, true, 1438},
      {Esp, AesCbc128Sha256, false, 1438},  // 20 + 8 + 16 + 1438 + 2 + 16
      {Esp, AesCbc256Sha256, true, 1422},   // 20 + 8 + 8 + 16 + 1422 + 2 + 16, and 8 are left
  }));
  CHECK(inner_mtu(row.encapsulation, row.algorithm, row.udp, 1500) == row.mtu);
  Record record;
  record.encapsulation = row.encapsulation;
  record.algorithm = row.algorithm;
  record.udp = row.udp;
  CHECK(inner_mtu(record) == row.mtu);
}

TEST_CASE("the largest inner packet fits any path, and one octet more does not", "[tunnel][N-2]") {
  for (std::size_t a = 0; a < kAlgorithms.size(); ++a) {
    const auto algorithm = static_cast<Algorithm>(a);
    for (const bool udp : {false, true}) {
      const std::size_t outer = udp ? 28 : 20;
      for (std::size_t path = 0; path < 1600; ++path) {
        const auto mtu = inner_mtu(Encapsulation::Esp, algorithm, udp, path);
        const auto wrapped = [&](std::size_t inner) {
          return outer + esp_room(kAlgorithms[a], inner).total();
        };
        if (mtu != 0) REQUIRE(wrapped(mtu) <= path);
        REQUIRE(wrapped(mtu + 1) > path);
      }
    }
  }
  CHECK(inner_mtu(Encapsulation::Ipip, Algorithm::AesGcm128, false, 19) == 0);
  CHECK(inner_mtu(Encapsulation::Ipip, Algorithm::AesGcm128, false, 21) == 1);
}
