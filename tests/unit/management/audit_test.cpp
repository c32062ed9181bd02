// SPDX-License-Identifier: BSD-3-Clause
// Two phones and a static device, the same in all four places; then each kind of difference.
#include "management/audit.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace portico;
using namespace portico::management;

namespace {

lease::Lease lease_of(Ipv4 address, std::uint16_t first, Mac mac) {
  lease::Lease l;
  l.mac = mac;
  l.private_address = address;
  l.public_address = "203.0.113.1"_ip;
  l.range = {first, 64};
  return l;
}

nappt::Binding binding_of(const lease::Lease& l) {
  nappt::Binding b;
  b.private_address = l.private_address;
  b.public_address = l.public_address;
  b.tunnel_address = l.tunnel_address;
  b.mac = l.mac;
  b.range = l.range;
  return b;
}

Allocation allocation_of(const lease::Lease& l, Allocation::Kind kind = Allocation::Kind::Held) {
  return {kind, l.private_address, l.public_address, l.tunnel_address, l.range};
}

struct World {
  std::vector<lease::Lease> store;
  std::vector<Allocation> allocator;
  std::vector<PublishedBinding> published;
  std::vector<std::vector<nappt::Binding>> workers;

  World() {
    using Origin = PublishedBinding::Origin;
    store = {lease_of("10.20.0.2"_ip, 24000, "00:1b:2c:00:00:02"_mac),
             lease_of("10.20.0.3"_ip, 24064, "00:1b:2c:00:00:03"_mac)};
    const auto device = lease_of("10.20.255.1"_ip, 32768, "00:1b:2c:00:00:ff"_mac);
    for (const auto& l : store) allocator.push_back(allocation_of(l));
    allocator.push_back(allocation_of(device));
    published = {{Origin::Lease, binding_of(store[0])},
                 {Origin::Lease, binding_of(store[1])},
                 {Origin::Static, binding_of(device)}};
    workers.resize(2);
    for (auto& table : workers)
      for (const auto& p : published) table.push_back(p.binding);
  }

  /// The kinds of all differences, in order.
  [[nodiscard]] std::vector<DifferenceKind> kinds() const {
    const std::vector<std::span<const nappt::Binding>> tables{workers.begin(), workers.end()};
    std::vector<DifferenceKind> result;
    for (const auto& d : audit({store, allocator, published, tables})) result.push_back(d.kind);
    return result;
  }
};

using Kinds = std::vector<DifferenceKind>;
using Kind = DifferenceKind;

}  // namespace

TEST_CASE("four copies that agree differ in nothing", "[audit]") { CHECK(World{}.kinds().empty()); }

TEST_CASE("store and allocator are compared both ways", "[audit]") {
  World w;
  SECTION("a stored lease that the allocator would give away") {
    w.allocator.erase(w.allocator.begin());
    CHECK(w.kinds() == Kinds{Kind::StoredNotAllocated});
  }
  SECTION("an allocation that nobody's lease accounts for") {
    w.allocator.push_back(allocation_of(lease_of("10.20.0.9"_ip, 40000, {})));
    CHECK(w.kinds() == Kinds{Kind::AllocatedNotStored});
  }
  SECTION("other ports than were stored") {
    w.allocator[0].range.first = 25024;
    CHECK(w.kinds() == Kinds{Kind::AllocationDiffers});
  }
}

TEST_CASE("a quarantined range rests in the allocator as in the store", "[audit]") {
  World w;
  auto ended = lease_of("10.20.0.9"_ip, 40000, "00:1b:2c:00:00:09"_mac);
  ended.state = GENERATE(lease::State::Quarantined, lease::State::Declined);
  SECTION("in both: nothing to say") {
    w.store.push_back(ended);
    w.allocator.push_back(allocation_of(ended, Allocation::Kind::Quarantined));
    CHECK(w.kinds().empty());
  }
  SECTION("in the store only: another phone could get it too early") {
    w.store.push_back(ended);
    CHECK(w.kinds() == Kinds{Kind::QuarantineNotAllocated});
  }
  SECTION("in the allocator only: it would never come back") {
    w.allocator.push_back(allocation_of(ended, Allocation::Kind::Quarantined));
    CHECK(w.kinds() == Kinds{Kind::QuarantineNotStored});
  }
  SECTION("a lease that is only remembered holds nothing") {
    ended.state = lease::State::Remembered;
    w.store.push_back(ended);
    CHECK(w.kinds().empty());
  }
}

TEST_CASE("every lease has its binding, and every binding its lease", "[audit]") {
  World w;
  SECTION("a lease without a binding: the phone cannot talk") {
    w.published.erase(w.published.begin());
    for (auto& table : w.workers) table.erase(table.begin());
    CHECK(w.kinds() == Kinds{Kind::LeaseNotPublished});
  }
  SECTION("a binding without a lease: somebody talks who may not") {
    w.store.pop_back();
    w.allocator.erase(w.allocator.begin() + 1);
    CHECK(w.kinds() == Kinds{Kind::PublishedWithoutLease});
  }
  SECTION("a binding of another phone's MAC") {
    w.store[0].mac = "00:1b:2c:00:00:77"_mac;
    CHECK(w.kinds() == Kinds{Kind::PublishedDiffers});
  }
}

TEST_CASE("every worker has the bindings that were published, and no other", "[audit]") {
  World w;
  SECTION("one is missing in one worker") {
    w.workers[1].pop_back();
    CHECK(w.kinds() == Kinds{Kind::MissingInWorker});
  }
  SECTION("one worker kept what was removed") {
    w.workers[1].push_back(binding_of(lease_of("10.20.0.9"_ip, 40000, {})));
    CHECK(w.kinds() == Kinds{Kind::UnknownInWorker});
  }
  SECTION("one differs in a single field that no lease knows of") {
    w.workers[0][1].next_hop = 5;
    CHECK(w.kinds() == Kinds{Kind::DiffersInWorker});
  }
}

TEST_CASE("(public address, port) names one phone, and so does a private address", "[audit][N2]") {
  World w;
  const auto bind_anew = [&](std::size_t i) {
    w.allocator[i] = allocation_of(w.store[i]);
    w.published[i].binding = binding_of(w.store[i]);
    for (auto& table : w.workers) table[i] = w.published[i].binding;
  };
  SECTION("two ranges overlap") {
    w.store[1].range = {24000, 128};
    bind_anew(1);
    CHECK(w.kinds() == Kinds{Kind::PortsShared});
  }
  SECTION("the same ports of two addresses are two things") {
    w.store[1].range = w.store[0].range;
    w.store[1].public_address = "203.0.113.2"_ip;
    bind_anew(1);
    CHECK(w.kinds().empty());
  }
  SECTION("a lease overlaps a static device") {
    w.store[1].range = {32768, 64};
    bind_anew(1);
    CHECK(w.kinds() == Kinds{Kind::PortsShared});
  }
  SECTION("the tunnel identities overlap") {
    for (const std::size_t i : {0, 1}) {
      w.store[i].tunnel_address = "192.0.2.1"_ip;
      w.store[i].range = {24000, 64};
      w.store[i].public_address = i == 0 ? "203.0.113.1"_ip : "203.0.113.2"_ip;
      bind_anew(i);
    }
    CHECK(w.kinds() == Kinds{Kind::PortsShared});
  }
  SECTION("one private address is leased twice") {
    w.store[1].private_address = w.store[0].private_address;
    const auto kinds = w.kinds();
    CHECK(std::count(kinds.begin(), kinds.end(), Kind::PrivateAddressShared) == 1);
  }
}

TEST_CASE("a difference says whose addresses and ports it is about", "[audit]") {
  World w;
  w.allocator.erase(w.allocator.begin());
  const std::vector<std::span<const nappt::Binding>> tables{w.workers.begin(), w.workers.end()};
  const auto found = audit({w.store, w.allocator, w.published, tables});
  REQUIRE(found.size() == 1);
  CHECK(found[0].what ==
        "10.20.0.2 with ports 24000-24063 of 203.0.113.1 is in the store, and not in the "
        "allocator");
  CHECK(name_of(found[0].kind) == "stored_not_allocated");
}
