// SPDX-License-Identifier: BSD-3-Clause
#include "dhcp/counters.hpp"

namespace portico::dhcp {

Reason counter_of(wire::dhcp::Malformed malformed) noexcept {
  using wire::dhcp::Malformed;
  switch (malformed) {
    case Malformed::TooShort:
      return &Counters::too_short;
    case Malformed::TooLong:
      return &Counters::too_long;
    case Malformed::BadOp:
      return &Counters::bad_op;
    case Malformed::BadHardware:
      return &Counters::bad_hardware;
    case Malformed::NoCookie:
      return &Counters::no_cookie;
    case Malformed::TruncatedOption:
      return &Counters::truncated_option;
    case Malformed::BadOverload:
      break;
  }
  return &Counters::bad_overload;
}

Reason counter_of(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::MacNotValid:
      return &Counters::mac_not_valid;
    case Refusal::NoVendorClass:
      return &Counters::no_vendor_class;
    case Refusal::ClassNotValid:
      return &Counters::class_not_valid;
    case Refusal::PoolExhausted:
      return &Counters::pool_exhausted;
    case Refusal::AddressNotOnLink:
      return &Counters::address_not_on_link;
    case Refusal::RelayNotTrusted:
      return &Counters::relay_not_trusted;
    case Refusal::StoreNotWriting:
      return &Counters::store_not_writing;
    case Refusal::WorkerSilent:
      return &Counters::worker_silent;
    case Refusal::TooManyPending:
      return &Counters::too_many_pending;
    case Refusal::LeaseLimit:
      return &Counters::lease_limit;
    case Refusal::Withheld:
      return &Counters::withheld;
    case Refusal::Unknown:
      return &Counters::unknown_client;
    case Refusal::NotOurs:
      break;
  }
  return &Counters::not_ours;
}

}  // namespace portico::dhcp
