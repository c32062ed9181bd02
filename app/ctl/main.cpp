// SPDX-License-Identifier: BSD-3-Clause
// porticoctl: the command line of a running appliance. Exit status 0: all is well; 1: a command
// failed; 2: it could not be asked.
#include "app/ctl/client.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace {

namespace po = boost::program_options;
using portico::ctl::Answer;
using portico::ctl::Client;

constexpr int kFailed = 1;
constexpr int kNotAsked = 2;

struct Options {
  std::string socket = "/run/portico/portico.sock";
  std::string file;
  std::vector<std::string> words;
};

portico::Result<Options> parse(int argc, char** argv) {
  Options options;
  po::options_description visible("porticoctl [--socket PATH] [--file FILE | COMMAND...]");
  visible.add_options()("help", "this text")(
      "socket", po::value(&options.socket)->default_value(options.socket),
      "the appliance's management.socket")("file", po::value(&options.file),
                                           "commands from a file, one a line");
  po::options_description all;
  all.add(visible).add_options()("command", po::value(&options.words));
  po::positional_options_description words;
  words.add("command", -1);
  try {
    po::variables_map given;
    po::store(po::command_line_parser(argc, argv).options(all).positional(words).run(), given);
    po::notify(given);
    if (given.contains("help")) {
      std::cout << visible;
      std::exit(0);
    }
  } catch (const po::error& e) {
    return portico::fail(e.what());
  }
  if (!options.file.empty() && !options.words.empty())
    return portico::fail("either a file or a command is given");
  return options;
}

int complain(const portico::Error& error) {
  std::cerr << "porticoctl: " << to_string(error) << '\n';
  return kNotAsked;
}

/// One command; failures go to standard error.
int run(Client& client, const std::string& line) {
  const auto answer = client.ask(line);
  if (!answer) return complain(answer.error());
  (answer->failed ? std::cerr : std::cout) << answer->text << std::flush;
  return answer->failed ? kFailed : 0;
}

bool is_empty(const std::string& line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first == line.npos || line[first] == '#';
}

/// Commands until the end or `quit`. All are run, whatever fails; one that could not be asked ends
/// it.
int run_all(Client& client, std::istream& commands, bool prompts) {
  int status = 0;
  std::string line;
  for (;;) {
    if (prompts) std::cout << "portico> " << std::flush;
    if (!std::getline(commands, line) || line == "quit") return status;
    if (is_empty(line)) continue;
    const int one = run(client, line);
    status = std::max(status, one);
    if (one == kNotAsked) return status;
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) return complain(options.error());
  auto client = Client::connect(options->socket);
  if (!client) return complain(client.error());
  if (!options->words.empty()) return run(*client, joined(options->words));
  if (options->file.empty()) return run_all(*client, std::cin, isatty(STDIN_FILENO) == 1);
  std::ifstream file(options->file);
  if (!file) return complain({"cannot be read", options->file});
  return run_all(*client, file, false);
}
