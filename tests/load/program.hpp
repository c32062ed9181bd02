// SPDX-License-Identifier: BSD-3-Clause
// A program that a benchmark starts: what it is to do stands in a file of JSON, what came of it is
// printed as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <fstream>

namespace portico::load {

using Task = nlohmann::json (*)(const nlohmann::json& specification);

/// What main() returns.
inline int carry_out(Task task, int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s SPECIFICATION.json\n", argv[0]);
    return 2;
  }
  try {
    std::ifstream file{argv[1]};
    std::printf("%s\n", task(nlohmann::json::parse(file)).dump().c_str());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 1;
  }
  return 0;
}

}  // namespace portico::load
