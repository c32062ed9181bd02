// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/program_options.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace portico::app {

namespace po = boost::program_options;

Result<ProgramOptions> parse_program_options(int argc, char** argv) {
  ProgramOptions options;
  po::options_description described{"portico --config FILE [--check] [--interactive] [-- EAL...]"};
  described.add_options()("help", "print this and exit")("version", "print the version and exit")(
      "config", po::value(&options.config)->value_name("FILE"), "the configuration")(
      "check", "validate the configuration, print every problem, exit 2 if there is any")(
      "interactive", po::bool_switch(&options.interactive), "the command line on this terminal");
  auto** separator =
      std::find_if(argv, argv + argc, [](const char* a) { return std::string_view{a} == "--"; });
  if (separator != argv + argc) options.eal_arguments.assign(separator + 1, argv + argc);
  std::ostringstream help;
  help << described;
  options.help = help.str();
  try {
    po::variables_map given;
    const std::vector<std::string> own(argv + 1, separator);
    po::store(po::command_line_parser(own).options(described).run(), given);
    po::notify(given);
    if (given.count("help") != 0)
      options.action = Action::PrintHelp;
    else if (given.count("version") != 0)
      options.action = Action::PrintVersion;
    else if (given.count("check") != 0)
      options.action = Action::Check;
  } catch (const po::error& e) {
    return fail(e.what(), "command line");
  }
  const bool needs_config = options.action == Action::Run || options.action == Action::Check;
  if (needs_config && options.config.empty())
    return fail("--config FILE is required", "command line");
  return options;
}

}  // namespace portico::app
