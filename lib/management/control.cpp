// SPDX-License-Identifier: BSD-3-Clause
#include "management/control.hpp"

namespace portico::management {

bool matches(const BindingFilter& filter, const nappt::Binding& binding) noexcept {
  if (filter.mac && *filter.mac != binding.mac) return false;
  if (filter.private_address && *filter.private_address != binding.private_address) return false;
  if (filter.public_address && *filter.public_address != binding.public_address &&
      *filter.public_address != binding.tunnel_address)
    return false;
  return !filter.port || binding.range.contains(*filter.port);
}

}  // namespace portico::management
