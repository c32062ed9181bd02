// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/dpdk_world.hpp"

#include "drivers/ipsec_mb/cipher.hpp"

namespace portico::app {

Result<tunnel::KeyPtr> DpdkWorld::make_key(tunnel::Algorithm algorithm, Bytes octets) {
  return ipsec_mb::make_key(algorithm, octets);
}

}  // namespace portico::app
