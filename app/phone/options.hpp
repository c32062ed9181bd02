// SPDX-License-Identifier: BSD-3-Clause
// The telephone's command line.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace portico::phone {

struct Options {
  std::optional<std::string> text;  ///< --help, --version: to be printed, and nothing else done

  std::string interface;
  std::string vendor_class;
  std::filesystem::path state;
  std::vector<std::uint8_t> client_id;  ///< empty: option 61 is not sent
  std::uint32_t enterprise = 0;
  bool once = false;
  bool no_software = false;
  bool keep_lease = false;
  bool allow_unverified = false;
  Duration first_wait{};
  Duration once_deadline{};
  std::size_t max_octets = 0;
  std::uint16_t blksize = 0;
  std::uint16_t windowsize = 0;
};

[[nodiscard]] Result<Options> parse_options(int argc, const char* const* argv);

}  // namespace portico::phone
