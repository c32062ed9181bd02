// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/dpdk/ports.hpp"

#include "drivers/dpdk/eal.hpp"
#include "drivers/dpdk/memory.hpp"

#include <catch2/catch.hpp>

#include "gateway.hpp"

using namespace portico;

TEST_CASE("a port that cannot be opened says which one and why", "[dpdk]") {
  site::Hardware::get();
  struct Row {
    const char* device;
    const char* reason;
  };
  const auto row =
      GENERATE(Row{"net_af_packet,iface=nosuchif0", "there is no network interface 'nosuchif0'"},
               Row{"net_nonsense", "cannot open net_nonsense"},
               Row{"0000:fe:00.0", "no DPDK driver took the device 0000:fe:00.0"});
  const auto port = dpdk::Port::open({.name = "lan0", .device = row.device, .packets = 255});
  REQUIRE_FALSE(port);
  CHECK(port.error().where == "lan0");
  CHECK(port.error().what.starts_with(row.reason));
}

TEST_CASE("a port has a queue for every worker, and one for control where it can", "[dpdk]") {
  site::Hardware::get();
  const auto port =
      dpdk::Port::open({.name = "null0", .device = "net_null", .packets = 255, .workers = 2});
  REQUIRE(port);
  CHECK(port->control_queue() == 2);
  CHECK(port->link_up());
  CHECK(port->losses().missed == 0);
}

TEST_CASE("a PCI address is told from a virtual device", "[dpdk]") {
  for (const auto* yes : {"0000:03:00.0", "03:00.1", "0000:03:00.0,representor=0"})
    CHECK(dpdk::is_pci_address(yes));
  for (const auto* no : {"net_tap,iface=lan0", "net_null", "03:00", ""})
    CHECK_FALSE(dpdk::is_pci_address(no));
}

TEST_CASE("tables fit in DPDK's memory, or the failure is an exception", "[dpdk]") {
  site::Hardware::get();
  dpdk::Memory memory{0};
  const nappt::Bindings bindings{site::shape(), &memory};
  CHECK(reinterpret_cast<std::uintptr_t>(&bindings[0]) % 64 == 0);
  auto too_many = site::shape();
  too_many.private_pools = {"10.0.0.0/8"_net};
  CHECK_THROWS_AS(nappt::Bindings(too_many, &memory), std::bad_alloc);
}
