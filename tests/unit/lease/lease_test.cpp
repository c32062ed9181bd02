// SPDX-License-Identifier: BSD-3-Clause
#include "lease/lease.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string_view>

using namespace portico::lease;

TEST_CASE("every state and every event has a name of its own", "[lease]") {
  std::set<std::string_view> names;
  for (const auto state : {State::Bound, State::Quarantined, State::Declined, State::Remembered})
    names.insert(to_string(state));
  CHECK(names.size() == 4);
  names.clear();
  for (const auto event :
       {Event::Granted, Event::Renewed, Event::Released, Event::Expired, Event::Declined,
        Event::Revoked, Event::Forgotten, Event::Superseded, Event::RecoverySet})
    names.insert(to_string(event));
  CHECK(names.size() == 9);
}

TEST_CASE("the history tells who held what from when to when, and no more", "[lease][C-14]") {
  for (const auto event :
       {Event::Granted, Event::Released, Event::Expired, Event::Declined, Event::Revoked})
    CHECK(is_history(event));
  for (const auto event : {Event::Renewed, Event::Forgotten, Event::Superseded, Event::RecoverySet})
    CHECK_FALSE(is_history(event));
}
