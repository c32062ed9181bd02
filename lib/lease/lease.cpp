// SPDX-License-Identifier: BSD-3-Clause
#include "lease/lease.hpp"

#include "base/expects.hpp"

namespace portico::lease {

std::string_view to_string(State state) noexcept {
  switch (state) {
    case State::Bound:
      return "bound";
    case State::Quarantined:
      return "quarantined";
    case State::Declined:
      return "declined";
    case State::Remembered:
      return "remembered";
  }
  expects(false, "a state without a name");
  return {};
}

std::string_view to_string(Event event) noexcept {
  switch (event) {
    case Event::Granted:
      return "granted";
    case Event::Renewed:
      return "renewed";
    case Event::Released:
      return "released";
    case Event::Expired:
      return "expired";
    case Event::Declined:
      return "declined";
    case Event::Revoked:
      return "revoked";
    case Event::Forgotten:
      return "forgotten";
    case Event::Superseded:
      return "superseded";
    case Event::RecoverySet:
      return "recovery_set";
  }
  expects(false, "an event without a name");
  return {};
}

bool is_history(Event event) noexcept { return event <= Event::Revoked && event != Event::Renewed; }

}  // namespace portico::lease
