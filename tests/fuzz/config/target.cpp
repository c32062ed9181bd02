// SPDX-License-Identifier: BSD-3-Clause
// Any text: no crash, and what is accepted is rendered to text that is accepted again.
#include "base/expects.hpp"
#include "config/load.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portico;
  const auto loaded = config::parse({reinterpret_cast<const char*>(data), size});
  if (!loaded.errors.empty()) return 0;
  const auto rendered = config::render(loaded.config);
  const auto again = config::parse(rendered);
  expects(again.errors.empty(), "what was rendered is valid");
  expects(config::render(again.config) == rendered, "rendering loses nothing");
  return 0;
}
