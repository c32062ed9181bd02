// SPDX-License-Identifier: BSD-3-Clause
// The library's own state: one a thread.
#pragma once

#include "base/result.hpp"

#include <intel-ipsec-mb.h>

#include <memory>

namespace portico::ipsec_mb {

struct FreeManager {
  void operator()(IMB_MGR* manager) const noexcept { free_mb_mgr(manager); }
};
using Manager = std::unique_ptr<IMB_MGR, FreeManager>;

/// For the widest instructions of this CPU. Fails where the library finds none that it can use, or
/// no memory.
[[nodiscard]] Result<Manager> make_manager();

}  // namespace portico::ipsec_mb
