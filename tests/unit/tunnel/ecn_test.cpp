// SPDX-License-Identifier: BSD-3-Clause
#include "tunnel/ecn.hpp"

#include "support/packet_builder.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::tunnel;

namespace {

constexpr std::optional<Ecn> kDrop = std::nullopt;

struct Row {
  Ecn inner;
  std::array<std::optional<Ecn>, 4> leaving;  ///< for an outer Not-ECT, ECT(0), ECT(1), CE
};
constexpr std::array kOuter{Ecn::NotEct, Ecn::Ect0, Ecn::Ect1, Ecn::Ce};
const std::array kFigure4{
    Row{Ecn::NotEct, {Ecn::NotEct, Ecn::NotEct, Ecn::NotEct, kDrop}},
    Row{Ecn::Ect0, {Ecn::Ect0, Ecn::Ect0, Ecn::Ect1, Ecn::Ce}},
    Row{Ecn::Ect1, {Ecn::Ect1, Ecn::Ect1, Ecn::Ect1, Ecn::Ce}},
    Row{Ecn::Ce, {Ecn::Ce, Ecn::Ce, Ecn::Ce, Ecn::Ce}},
};

}  // namespace

TEST_CASE("a packet leaves a tunnel with the congestion it met, as RFC 6040 figure 4 says",
          "[tunnel][N-3]") {
  const auto row = GENERATE(from_range(kFigure4));
  for (std::size_t i = 0; i < kOuter.size(); ++i)
    CHECK(decapsulated(row.inner, kOuter[i]) == row.leaving[i]);
}

TEST_CASE("only the inner header's lower two bits change, and its checksum stays right",
          "[tunnel][N-3]") {
  const auto row = GENERATE(from_range(kFigure4));
  for (std::size_t i = 0; i < kOuter.size(); ++i) {
    for (unsigned dscp = 0; dscp < 64; ++dscp) {
      const auto tos_of = [](unsigned d, Ecn ecn) {
        return static_cast<std::uint8_t>(d << 2 | static_cast<unsigned>(ecn));
      };
      support::Frame inner;
      inner.from = "10.20.0.7"_ip;
      inner.to = "192.0.2.80"_ip;
      inner.tos = tos_of(dscp, row.inner);
      auto packet = inner.ip();
      // The outer DSCP is of no consequence: this is the pipe model of RFC 2983 on the way out.
      const bool goes_on = decapsulate_ecn(packet.data(), tos_of(63 - dscp, kOuter[i]));
      CHECK(goes_on == row.leaving[i].has_value());
      inner.tos = tos_of(dscp, row.leaving[i].value_or(row.inner));
      CHECK(packet == inner.ip());
    }
  }
}
