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

#include <atomic>
#include <csignal>
#include <cstdio>
#include <optional>

namespace portico::app {
namespace {

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

/// What all of a valid configuration comes to together with its files, or what is wrong with it.
struct Checked {
  std::vector<Error> errors;
  std::optional<gateway::Plan> plan;  ///< both if there are none
  config::Tunnels tunnels;
};
Checked check(const config::Config& config) {
  Checked checked{config::check_files(config), {}, {}};
  auto& errors = checked.errors;
  if (!errors.empty()) return checked;
  checked.tunnels = load_tunnels(config);
  errors = checked.tunnels.errors;
  if (!errors.empty()) return checked;
  if (config.role == config::Role::Gateway) errors = MacListFile::problems(config.phones.macs);
  auto plan = gateway::make_plan(config, checked.tunnels);
  if (plan)
    checked.plan = std::move(*plan);
  else
    errors.push_back(plan.error());
  return checked;
}

int print_costs(const config::Config& config, const gateway::Plan& plan) {
  std::puts("the configuration is valid");
  std::puts(costs_of(config, plan).c_str());
  return 0;
}

/// Every problem with its place; true if there is none.
bool report(const std::vector<Error>& errors) {
  for (const auto& error : errors) std::fprintf(stderr, "%s\n", to_string(error).c_str());
  return errors.empty();
}

int complain(const Error& error, int status) {
  std::fprintf(stderr, "portico: %s\n", to_string(error).c_str());
  return status;
}

int serve(const config::Config& config, config::Tunnels tunnels, const ProgramOptions& options) {
  auto appliance = Appliance::start(config, std::move(tunnels), options.eal_arguments);
  if (!appliance) return complain(appliance.error(), 1);
  auto desk = OperatorDesk::open(**appliance, options.interactive);
  if (!desk) return complain(desk.error(), 1);
  running = appliance->get();
  stop_on_signals();
  (*appliance)->run();
  running = nullptr;
  return 0;
}

}  // namespace

/// The program; what it returns is its exit status.
int run(int argc, char** argv) {
  const auto options = parse_program_options(argc, argv);
  if (!options) return complain(options.error(), 2);
  if (options->action == Action::PrintHelp) return std::puts(options->help.c_str()) < 0;
  if (options->action == Action::PrintVersion) return std::puts("portico " PORTICO_VERSION) < 0;
  auto loaded = config::load_file(options->config);
  if (!report(loaded.errors)) return 2;
  auto checked = check(loaded.config);
  if (!report(checked.errors)) return 2;
  if (options->action == Action::Check) return print_costs(loaded.config, *checked.plan);
  return serve(loaded.config, std::move(checked.tunnels), *options);
}

}  // namespace portico::app

int main(int argc, char** argv) { return portico::app::run(argc, argv); }
