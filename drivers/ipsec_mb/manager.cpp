// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ipsec_mb/manager.hpp"

namespace portico::ipsec_mb {

Result<Manager> make_manager() {
  Manager manager{alloc_mb_mgr(0)};
  if (!manager) return fail("no memory for a manager", "IPsec-MB");
  init_mb_mgr_auto(manager.get(), nullptr);
  if (const auto code = imb_get_errno(manager.get()); code != 0)
    return fail(imb_get_strerror(code), "IPsec-MB");
  return manager;
}

}  // namespace portico::ipsec_mb
