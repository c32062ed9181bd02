// SPDX-License-Identifier: BSD-3-Clause
#include "gateway/tunnel_changes.hpp"

#include "support/tunnel_bed.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::gateway;
using support::TunnelBed;

namespace {

constexpr std::array kPools{Prefix{{0xc0000200}, 30}};  // 192.0.2.0/30

/// What is said of these records while the bed runs; empty: they may be taken.
std::string objection(const TunnelBed& bed, const std::vector<tunnel::Record>& records,
                      std::span<const Prefix> pools = {}) {
  const auto all = objections_to(support::files_of(records), bed.tunnels, pools);
  return all.empty() ? std::string{} : to_string(all.front());
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a reload brings new keys under new SPIs, new tunnels and the end of old ones",
          "[tunnel]") {
  TunnelBed bed{tunnel::End::Concentrator};
  const auto a = TunnelBed::record("a", 1);
  bed.take({a});
  CHECK(objection(bed, {a}).empty());
  CHECK(objection(bed, {a, TunnelBed::record("b", 2)}).empty());
  CHECK(objection(bed, {TunnelBed::record("a", 3)}).empty());
  CHECK(objection(bed, {}).empty());
}

TEST_CASE("a reload changes nothing of a tunnel that its packets could not follow", "[tunnel]") {
  TunnelBed bed{tunnel::End::Concentrator};
  const auto a = TunnelBed::record("a", 1);
  bed.take({a});
  auto changed = a;
  SECTION("its ends") {
    changed.gateway = "203.0.113.7"_ip;
    CHECK(contains(objection(bed, {changed}), "tunnel a: its ends"));
  }
  SECTION("its encapsulation") {
    changed.encapsulation = tunnel::Encapsulation::Ipip;
    CHECK(contains(objection(bed, {changed}), "its ends and its encapsulation"));
  }
  SECTION("its SAs without new keys") {
    changed.spi_in += 64;
    CHECK(contains(objection(bed, {changed}), "together with its keys"));
  }
  SECTION("its keys without new SPIs") {
    changed.key = "key-2";
    CHECK(contains(objection(bed, {changed}), "new keys need new SPIs"));
  }
  SECTION("its keys, to SPIs of another tunnel") {
    auto b = TunnelBed::record("b", 2);
    bed.take({a, b});
    changed = TunnelBed::record("a", 3);
    changed.spi_out = b.spi_out;
    CHECK(contains(objection(bed, {changed, b}), "is taken under keys key-2"));
    CHECK(objection(bed, {changed}).empty());
  }
  SECTION("its keys, to retired ones") {
    bed.tunnels.restore({.states = {}, .retired_keys = {"key-2"}, .distrust = {}, .notice = {}});
    CHECK(contains(objection(bed, {TunnelBed::record("a", 2)}), "are retired"));
  }
  SECTION("more than once before old keys are let go") {
    bed.take({TunnelBed::record("a", 2)});
    bed.take({TunnelBed::record("a", 3)});
    CHECK(contains(objection(bed, {TunnelBed::record("a", 4)}), "try again later"));
  }
}

TEST_CASE("keys of other octets need another name, while the old ones are in use", "[tunnel][T3]") {
  TunnelBed bed{GENERATE(tunnel::End::Gateway, tunnel::End::Concentrator)};
  const std::vector records{TunnelBed::record("a", 1)};
  bed.take(records);
  auto files = support::files_of(records);
  const auto said = [&] {
    const auto all = objections_to(files, bed.tunnels, {});
    return all.empty() ? std::string{} : to_string(all.front());
  };
  CHECK(said().empty());
  auto& set = files.keys.front();
  auto& one = GENERATE(true, false) ? set.out[GENERATE(0u, 1u)] : set.in[GENERATE(0u, 1u)];
  std::vector<std::uint8_t> octets{one.octets().begin(), one.octets().end()};
  octets.back() ^= 1;
  one = Secret{octets};
  CHECK(said() ==
        "tunnel a: keys key-1 are in use with other octets than the file's: other keys "
        "need another name");
  SECTION("also while they are only received under") {
    bed.take({TunnelBed::record("a", 2)});
    files.records = {TunnelBed::record("a", 2)};
    files.keys.push_back(support::key_set(files.records.front()));
    CHECK(contains(said(), "keys key-1 are in use"));
    REQUIRE(bed.tunnels.entries().front()->sets.back()->receivers()[0]->seen.accept(1));
    bed.pass(1s);
    bed.pass(bed.tunnels.settings().linger);
    CHECK(said().empty());
  }
}

TEST_CASE("keys that were used do not come back, for their numbers would begin anew",
          "[tunnel][E-4]") {
  TunnelBed bed{tunnel::End::Concentrator};
  const auto a = TunnelBed::record("a", 1);
  bed.take({a});
  SECTION("of a tunnel that was let go") { bed.take({}); }
  SECTION("of a tunnel that has others by now") {
    bed.take({TunnelBed::record("a", 2)});
    bed.pass(bed.tunnels.settings().linger + 1s);
  }
  CHECK(contains(objection(bed, {a}), "keys key-1 were used before"));
  // Whoever asks, nothing is sent by them.
  bed.take({});
  bed.take({a});
  CHECK(bed.tunnels.entries().front()->sending == nullptr);
  CHECK(bed.tunnels.entries().front()->problem);
}

TEST_CASE("on a gateway the blocks that phones have ports of stay", "[tunnel]") {
  TunnelBed bed{tunnel::End::Gateway};
  const auto a = TunnelBed::record("a", 1);
  bed.take({a});
  auto changed = a;
  CHECK(contains(objection(bed, {}, kPools), "tunnel a: its blocks"));
  CHECK(contains(objection(bed, {a, TunnelBed::record("b", 2)}, kPools), "tunnel b: its blocks"));
  SECTION("a block more in a pool") {
    changed.blocks.push_back({"192.0.2.2"_ip, 0, 65535});
    CHECK(contains(objection(bed, {changed}, kPools), "tunnel a: its blocks"));
  }
  SECTION("a block more elsewhere") {
    changed.blocks.push_back({"192.0.2.9"_ip, 0, 65535});
    CHECK(objection(bed, {changed}, kPools).empty());
  }
}

TEST_CASE("a reload keeps within what the workers' tables hold", "[tunnel]") {
  TunnelBed bed{tunnel::End::Concentrator};
  auto a = TunnelBed::record("a", 1);
  bed.take({a});
  auto b = TunnelBed::record("b", 20);
  b.sas = 64;
  CHECK(contains(objection(bed, {a, b}), "too many SAs at once"));
  b.sas = 32;
  CHECK(objection(bed, {a, b}).empty());
}
