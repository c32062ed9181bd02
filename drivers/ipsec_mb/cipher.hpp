// SPDX-License-Identifier: BSD-3-Clause
// Sealing and opening ESP packets on Intel IPsec-MB.
#pragma once

#include "base/result.hpp"
#include "tunnel/cipher.hpp"

#include <memory>

namespace portico::ipsec_mb {

/// One thread's. Fails where the library finds no instruction set it can use, or no memory.
[[nodiscard]] Result<std::unique_ptr<tunnel::Cipher>> make_cipher();

/// Of key_material() octets; for the ciphers of every thread.
[[nodiscard]] Result<tunnel::KeyPtr> make_key(tunnel::Algorithm algorithm, Bytes octets);

}  // namespace portico::ipsec_mb
