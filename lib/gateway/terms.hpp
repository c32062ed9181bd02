// SPDX-License-Identifier: BSD-3-Clause
// What a class tells its phones (P6): the options of an OFFER or ACK.
#pragma once

#include "dhcp/book.hpp"
#include "gateway/firmware.hpp"
#include "gateway/plan.hpp"

namespace portico::gateway {

/// Without an address, ports and times: the answer to an INFORM.
[[nodiscard]] dhcp::Terms general_terms(const Plan& plan, const ClassPlan& phone_class,
                                        const Firmware& firmware);
/// With all of them.
[[nodiscard]] dhcp::Terms terms_of(const Plan& plan, const ClassPlan& phone_class,
                                   const Firmware& firmware, const Holding& holding,
                                   std::uint32_t lease_s);

}  // namespace portico::gateway
