// SPDX-License-Identifier: BSD-3-Clause
// What both roles' control does, a gateway's and a concentrator's.
#include "gateway/core.hpp"

#include "support/gateway_bed.hpp"

#include <catch2/catch.hpp>

using namespace portico;
using namespace portico::support;

TEST_CASE("orders that a worker has no room for follow as it carries out others", "[gateway][D1]") {
  orders::Mailbox mailbox{2};
  BedWorld world;
  const auto plan = plan_of(kBedConfig);
  gateway::Core core{plan, gateway::CoreSettings{}, {&mailbox}, world};
  for (int i = 0; i < 5; ++i) core.publisher().post(orders::AgeFragments{}, kBedStart.time);
  CHECK(mailbox.posted() == 2);
  for (const unsigned posted : {4u, 5u}) {
    mailbox.serve(2, [](const orders::Order&) {});
    core.turn(kBedStart);
    CHECK(mailbox.posted() == posted);
  }
}
