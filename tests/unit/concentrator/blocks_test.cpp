// SPDX-License-Identifier: BSD-3-Clause
#include "concentrator/blocks.hpp"

#include <catch2/catch.hpp>

#include <memory_resource>
#include <string>

using namespace portico;
using namespace portico::concentrator;

namespace {

const Shape kShape{.pools = {{"198.51.100.0/30"_net, 1024},
                             {"198.51.100.8/29"_net, kPortsOfAddress},
                             {"192.0.2.1/32"_net, 1}}};

TunnelIndex tunnel_of(const Blocks& blocks, Ipv4 address, std::uint16_t port) {
  return blocks.tunnel_at(blocks.place_of(address, port));
}

/// Nothing if it fits.
std::string objection(const Shape& shape, const PortBlock& block) {
  const auto fitting = fits(shape, block);
  return fitting ? std::string{} : to_string(fitting.error());
}

/// Counts what is asked of it.
class Ledger final : public std::pmr::memory_resource {
 public:
  std::size_t octets = 0;

 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override {
    octets += size;
    return std::pmr::new_delete_resource()->allocate(size, alignment);
  }
  void do_deallocate(void* at, std::size_t size, std::size_t alignment) override {
    std::pmr::new_delete_resource()->deallocate(at, size, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

TEST_CASE("a block's ports lead to its tunnel, and no others do", "[concentrator][T5][T8]") {
  Blocks blocks{kShape};
  const auto kAddress = "198.51.100.1"_ip;
  blocks.add({kAddress, 2048, 4095}, 7);
  for (unsigned port = 0; port <= 65535; ++port)
    REQUIRE(tunnel_of(blocks, kAddress, static_cast<std::uint16_t>(port)) ==
            (port >= 2048 && port <= 4095 ? 7 : kNoTunnel));
  CHECK(tunnel_of(blocks, "198.51.100.0"_ip, 2048) == kNoTunnel);
  CHECK(tunnel_of(blocks, "198.51.100.2"_ip, 2048) == kNoTunnel);
  SECTION("until it is removed") {
    blocks.remove({kAddress, 2048, 4095});
    CHECK(tunnel_of(blocks, kAddress, 2048) == kNoTunnel);
    CHECK(tunnel_of(blocks, kAddress, 4095) == kNoTunnel);
  }
  SECTION("then it may be another's") {
    blocks.remove({kAddress, 2048, 4095});
    blocks.add({kAddress, 0, 65535}, 1);
    CHECK(tunnel_of(blocks, kAddress, 3000) == 1);
  }
}

TEST_CASE("several gateways share one address, each with ports of its own",
          "[concentrator][T5][T8]") {
  Blocks blocks{kShape};
  const auto kAddress = "198.51.100.3"_ip;
  blocks.add({kAddress, 1024, 2047}, 1);
  blocks.add({kAddress, 2048, 32767}, 2);
  blocks.add({kAddress, 64512, 65535}, 1);
  CHECK(tunnel_of(blocks, kAddress, 1023) == kNoTunnel);
  CHECK(tunnel_of(blocks, kAddress, 2047) == 1);
  CHECK(tunnel_of(blocks, kAddress, 2048) == 2);
  CHECK(tunnel_of(blocks, kAddress, 32767) == 2);
  CHECK(tunnel_of(blocks, kAddress, 32768) == kNoTunnel);
  CHECK(tunnel_of(blocks, kAddress, 65535) == 1);
  SECTION("and one that goes takes nothing of the others along") {
    blocks.remove({kAddress, 2048, 32767});
    CHECK(tunnel_of(blocks, kAddress, 2047) == 1);
    CHECK(tunnel_of(blocks, kAddress, 2048) == kNoTunnel);
  }
}

TEST_CASE("a whole address is one place, a port of its own may be one as well", "[concentrator]") {
  Blocks blocks{kShape};
  blocks.add({"198.51.100.15"_ip}, 3);
  CHECK(tunnel_of(blocks, "198.51.100.15"_ip, 0) == 3);
  CHECK(tunnel_of(blocks, "198.51.100.15"_ip, 65535) == 3);
  CHECK(tunnel_of(blocks, "198.51.100.14"_ip, 65535) == kNoTunnel);
  blocks.add({"192.0.2.1"_ip, 5060, 5060}, 4);
  CHECK(tunnel_of(blocks, "192.0.2.1"_ip, 5059) == kNoTunnel);
  CHECK(tunnel_of(blocks, "192.0.2.1"_ip, 5060) == 4);
  CHECK(tunnel_of(blocks, "192.0.2.1"_ip, 5061) == kNoTunnel);
}

TEST_CASE("what lies in no pool is nowhere, and nowhere is no tunnel's", "[concentrator]") {
  Blocks blocks{kShape};
  for (const auto& pool : kShape.pools)
    for (auto address = pool.addresses.first(); address <= pool.addresses.last(); ++address.bits)
      blocks.add({address}, 9);
  for (const auto address :
       {"198.51.99.255"_ip, "198.51.100.4"_ip, "198.51.100.7"_ip, "198.51.100.16"_ip,
        "192.0.2.0"_ip, "192.0.2.2"_ip, "0.0.0.0"_ip, "255.255.255.255"_ip}) {
    CHECK_FALSE(blocks.covers(address));
    CHECK(blocks.place_of(address, 65535) == kNowhere);
    CHECK(tunnel_of(blocks, address, 65535) == kNoTunnel);
  }
  CHECK(blocks.covers("198.51.100.0"_ip));
  CHECK(blocks.covers("198.51.100.3"_ip));
}

TEST_CASE("a block fits if it lies in a pool and fills granules", "[concentrator]") {
  CHECK(objection(kShape, {"198.51.100.0"_ip, 0, 1023}).empty());
  CHECK(objection(kShape, {"198.51.100.3"_ip, 64512, 65535}).empty());
  CHECK(objection(kShape, {"198.51.100.0"_ip}).empty());
  CHECK(objection(kShape, {"198.51.100.8"_ip}).empty());
  CHECK(objection(kShape, {"192.0.2.1"_ip, 5060, 5060}).empty());

  CHECK(objection(kShape, {"203.0.113.1"_ip}) ==
        "203.0.113.1: it lies in no prefix of the provider's");
  CHECK(objection(kShape, {"198.51.100.1"_ip, 1024, 2048}) ==
        "198.51.100.1: ports 1024 to 2048 are not whole blocks of 1024");
  CHECK_FALSE(objection(kShape, {"198.51.100.1"_ip, 1023, 2047}).empty());
  CHECK_FALSE(objection(kShape, {"198.51.100.1"_ip, 2048, 2047}).empty());
  CHECK_FALSE(objection(kShape, {"198.51.100.8"_ip, 0, 32767}).empty());
}

TEST_CASE("a worker's table costs four octets a granule", "[concentrator]") {
  const auto places = 1 + 4 * 64 + 8 + 65536;
  CHECK(Blocks::memory_bytes(kShape) == 4 * places);
  CHECK(Blocks::memory_bytes({{{"10.0.0.0/8"_net, 64}}}) == 4 * ((std::uint64_t{1} << 34) + 1));
  Ledger ledger;
  const Blocks blocks{kShape, &ledger};
  CHECK(ledger.octets == Blocks::memory_bytes(kShape));
}
