// SPDX-License-Identifier: BSD-3-Clause
// portico: options, configuration, the appliance, and its end.
#include "app/portico/appliance.hpp"
#include "app/portico/costs.hpp"
#include "app/portico/mac_list_file.hpp"
#include "app/portico/operator_desk.hpp"
#include "app/portico/program_options.hpp"
#include "app/portico/tunnel_files.hpp"
#include "config/load.hpp"
#include "config/validate.hpp"

#include <csignal>
#include <cstdio>

namespace {

using portico::app::Appliance;

std::atomic<Appliance*> running{nullptr};  // written by main, read by the signal handler

void on_signal(int) {
  if (auto* appliance = running.load()) appliance->stop();
}

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

/// What is wrong with a configuration that is valid by itself: with files, and with all together.
/// `tunnels`: is given what was read of theirs.
std::vector<portico::Error> problems_of(const portico::config::Config& config,
                                        portico::config::Tunnels& tunnels) {
  auto errors = portico::config::check_files(config);
  if (!errors.empty()) return errors;
  tunnels = portico::app::load_tunnels(config);
  errors = tunnels.errors;
  if (!errors.empty() || config.role == portico::config::Role::Concentrator) return errors;
  for (auto& error : portico::app::MacListFile::problems(config.phones.macs))
    errors.push_back(std::move(error));
  if (const auto plan = portico::gateway::make_plan(config, tunnels); !plan)
    errors.push_back(plan.error());
  return errors;
}

int print_costs(const portico::config::Config& config) {
  std::puts("the configuration is valid");
  const auto plan = portico::gateway::make_plan(config);
  std::puts(portico::app::costs_of(config, *plan).c_str());
  return 0;
}

/// Every problem with its place; true if there is none.
bool report(const std::vector<portico::Error>& errors) {
  for (const auto& error : errors) std::fprintf(stderr, "%s\n", to_string(error).c_str());
  return errors.empty();
}

int complain(const portico::Error& error, int status) {
  std::fprintf(stderr, "portico: %s\n", to_string(error).c_str());
  return status;
}

int run(const portico::config::Config& config, portico::config::Tunnels tunnels,
        const portico::app::ProgramOptions& options) {
  auto appliance = Appliance::start(config, std::move(tunnels), options.eal_arguments);
  if (!appliance) return complain(appliance.error(), 1);
  auto desk = portico::app::OperatorDesk::open(**appliance, options.interactive);
  if (!desk) return complain(desk.error(), 1);
  running = appliance->get();
  stop_on_signals();
  (*appliance)->run();
  running = nullptr;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  using portico::app::Action;
  const auto options = portico::app::parse_program_options(argc, argv);
  if (!options) return complain(options.error(), 2);
  if (options->action == Action::PrintHelp) return std::puts(options->help.c_str()) < 0;
  if (options->action == Action::PrintVersion) return std::puts("portico " PORTICO_VERSION) < 0;
  auto loaded = portico::config::load_file(options->config);
  auto errors = std::move(loaded.errors);
  portico::config::Tunnels tunnels;
  if (errors.empty()) errors = problems_of(loaded.config, tunnels);
  if (!report(errors)) return 2;
  if (options->action == Action::Check) return print_costs(loaded.config);
  return run(loaded.config, std::move(tunnels), *options);
}
