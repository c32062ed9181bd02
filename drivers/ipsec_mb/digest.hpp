// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 on Intel IPsec-MB.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"

#include <memory>

namespace portico::ipsec_mb {

/// Fails where the library finds no instruction set it can use, or no memory.
[[nodiscard]] Result<std::unique_ptr<Digest>> make_digest();

}  // namespace portico::ipsec_mb
