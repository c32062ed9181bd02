// SPDX-License-Identifier: BSD-3-Clause
// The command line of `portico`. Everything else is in the configuration file.
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace portico::app {

enum class Action { Run, Check, PrintVersion, PrintHelp };

struct ProgramOptions {
  Action action = Action::Run;
  std::string config;
  bool interactive = false;
  std::vector<std::string> eal_arguments;  ///< behind "--"
  std::string help;                        ///< what --help prints
};

[[nodiscard]] Result<ProgramOptions> parse_program_options(int argc, char** argv);

}  // namespace portico::app
