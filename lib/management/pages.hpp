// SPDX-License-Identifier: BSD-3-Clause
// The JSON pages under /v1, and /metrics for Prometheus. Bad parameters are answered 400 and say
// what is wrong; a page that is not there 404; a control core that does not answer 503.
#pragma once

#include "management/control.hpp"
#include "management/page.hpp"

namespace portico::management {

/// A PageHandler. May be called from several threads at once, as `control` may.
class Pages {
 public:
  explicit Pages(Control& control) noexcept : control_(control) {}
  [[nodiscard]] Response operator()(const Request& request) const;

 private:
  Control& control_;
};

}  // namespace portico::management
