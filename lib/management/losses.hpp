// SPDX-License-Identifier: BSD-3-Clause
// What ports lost before anybody read it, as drops: no thread of ours could count it.
#pragma once

#include "management/control.hpp"

namespace portico::management {

/// Adds what the ports missed, and had no buffer for, to rx_missed and no_mbuf of `statistics`.
void count_losses_as_drops(Statistics& statistics);

}  // namespace portico::management
