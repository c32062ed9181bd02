// SPDX-License-Identifier: BSD-3-Clause
#include "config/place.hpp"
#include "config/validate.hpp"

#include <filesystem>
#include <fstream>

namespace portico::config {
namespace {

namespace fs = std::filesystem;

void need_folder(std::vector<Error>& errors, const fs::path& folder, const std::string& where) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    errors.push_back({"there is no folder " + folder.string(), where});
}

void need_file(std::vector<Error>& errors, const fs::path& file, const std::string& where) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored) || !std::ifstream(file).is_open())
    errors.push_back({"there is no readable file " + file.string(), where});
}

fs::path folder_of(const std::string& file) {
  const auto folder = fs::path{file}.parent_path();
  return folder.empty() ? fs::path{"."} : folder;
}

void check_class(std::vector<Error>& errors, const fs::path& root, const PhoneClass& c,
                 const std::string& place) {
  if (c.firmware && !c.firmware->server)
    need_file(errors, root / c.firmware->file, place + "/firmware/file");
  for (std::size_t i = 0; i < c.templates.size(); ++i)
    if (!c.templates[i].file.empty())
      need_file(errors, root / c.templates[i].file, under(place + "/templates", i) + "/file");
}

void check_tunnel_files(std::vector<Error>& errors, const Tunnel& tunnel) {
  need_file(errors, tunnel.file, "/tunnel/file");
  if (!tunnel.keys.empty()) need_file(errors, tunnel.keys, "/tunnel/keys");
  need_folder(errors, folder_of(tunnel.store), "/tunnel/store");
}

}  // namespace

std::vector<Error> check_files(const Config& config) {
  std::vector<Error> errors;
  if (config.role == Role::Gateway)
    need_folder(errors, folder_of(config.leases.file), "/leases/file");
  if (!config.tunnel.file.empty()) check_tunnel_files(errors, config.tunnel);
  if (!config.phones.macs.file.empty())
    need_file(errors, config.phones.macs.file, "/phones/macs/file");
  if (config.tftp.root.empty()) return errors;
  need_folder(errors, config.tftp.root, "/tftp/root");
  for (std::size_t i = 0; i < config.phones.classes.size(); ++i)
    check_class(errors, config.tftp.root, config.phones.classes[i], under("/phones/classes", i));
  return errors;
}

}  // namespace portico::config
