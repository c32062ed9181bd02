// SPDX-License-Identifier: BSD-3-Clause
#include "orders/mailbox.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using namespace portico;
using namespace portico::orders;

namespace {

std::vector<HopIndex> served(Mailbox& mailbox, std::size_t most) {
  std::vector<HopIndex> indexes;
  mailbox.serve(most, [&](const Order& o) { indexes.push_back(std::get<SetOnLink>(o).index); });
  return indexes;
}

}  // namespace

TEST_CASE("orders are numbered and carried out in turn", "[orders]") {
  Mailbox mailbox{4};
  CHECK(mailbox.post(SetOnLink{{}, 10}) == 1);
  CHECK(mailbox.post(SetOnLink{{}, 11}) == 2);
  CHECK(mailbox.applied() == 0);
  CHECK(served(mailbox, 8) == std::vector<HopIndex>{10, 11});
  CHECK(mailbox.applied() == 2);
}

TEST_CASE("a worker serves no more orders in a turn than it is told", "[orders]") {
  Mailbox mailbox{4};
  for (HopIndex i = 1; i <= 3; ++i) REQUIRE(mailbox.post(SetOnLink{{}, i}) == i);
  CHECK(served(mailbox, 2).size() == 2);
  CHECK(mailbox.applied() == 2);
  CHECK(served(mailbox, 2).size() == 1);
  CHECK(mailbox.applied() == mailbox.posted());
}

TEST_CASE("an order that finds the mailbox full has no number and is not posted", "[orders]") {
  Mailbox mailbox{2};
  REQUIRE(mailbox.post(SetOnLink{{}, 1}) == 1);
  REQUIRE(mailbox.post(SetOnLink{{}, 2}) == 2);
  CHECK(mailbox.post(SetOnLink{{}, 3}) == 0);
  CHECK(mailbox.posted() == 2);
  CHECK(served(mailbox, 8) == std::vector<HopIndex>{1, 2});
  CHECK(mailbox.post(SetOnLink{{}, 3}) == 3);
}

TEST_CASE("what a worker wrote before it says applied, control reads", "[orders]") {
  constexpr HopIndex kOrders = 10'000;
  Mailbox mailbox{64};
  std::vector<HopIndex> table(kOrders + 1);  // the worker's own
  std::thread worker([&] {
    while (mailbox.applied() < kOrders) {
      mailbox.serve(16, [&](const Order& o) {
        const auto index = std::get<SetOnLink>(o).index;
        table[index] = index;
      });
      std::this_thread::yield();
    }
  });
  bool right = true;
  for (HopIndex i = 1; i <= kOrders;) {
    if (mailbox.post(SetOnLink{{}, i}) > 0)
      ++i;
    else
      std::this_thread::yield();
    const auto done = static_cast<HopIndex>(mailbox.applied());
    right = right && table[done] == done;
  }
  worker.join();
  CHECK(right);
}
