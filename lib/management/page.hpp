// SPDX-License-Identifier: BSD-3-Clause
// A page asked for by HTTP GET, and its answer: what drivers/http carries.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace portico::management {

struct Request {
  std::string path;                                    ///< "/v1/bindings"
  std::multimap<std::string, std::string> parameters;  ///< of the query, decoded
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

/// Called on the server's threads, several at once.
using PageHandler = std::function<Response(const Request&)>;

}  // namespace portico::management
