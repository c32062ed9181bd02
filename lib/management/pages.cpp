// SPDX-License-Identifier: BSD-3-Clause
#include "management/pages.hpp"

#include "management/json.hpp"
#include "management/metrics.hpp"
#include "management/moment.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

namespace portico::management {
namespace {

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kUnavailable = 503;
constexpr std::size_t kMaxLimit = 10000;

Response page(int status, const Json& json) { return {status, "application/json", to_text(json)}; }

Response refusal(int status, std::string_view what) { return page(status, {{"error", what}}); }

/// The parameters of one request; remembers the first that is wrong.
class Parameters {
 public:
  Parameters(const Request& request, std::span<const std::string_view> known) : request_(request) {
    for (const auto& [name, value] : request.parameters) {
      if (std::find(known.begin(), known.end(), name) == known.end())
        wrong(name, "is not a parameter of this page");
      else if (request.parameters.count(name) > 1)
        wrong(name, "is given more than once");
    }
  }

  /// Reads a parameter with `parse`, which gives an optional.
  template <class Parse>
  auto optional(const std::string& name, std::string_view wanted, Parse&& parse)
      -> decltype(parse(std::string_view{})) {
    const auto found = request_.parameters.find(name);
    if (found == request_.parameters.end()) return std::nullopt;
    auto value = parse(std::string_view{found->second});
    if (!value) wrong(name, "must be " + std::string{wanted});
    return value;
  }
  template <class Parse>
  auto required(const std::string& name, std::string_view wanted, Parse&& parse)
      -> decltype(parse(std::string_view{})) {
    if (!request_.parameters.contains(name)) wrong(name, "is required");
    return optional(name, wanted, parse);
  }

  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  void wrong(const std::string& name, const std::string& what) {
    if (problem_.empty()) problem_ = name + ": " + what;
  }

  const Request& request_;
  std::string problem_;
};

template <class T>
std::optional<T> parse_number(std::string_view text) noexcept {
  T v{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return v;
}

PageRequest page_request(Parameters& parameters) {
  PageRequest page;
  const auto offset = [](std::string_view t) { return parse_number<std::size_t>(t); };
  const auto limit = [](std::string_view t) {
    const auto v = parse_number<std::size_t>(t);
    return v && *v >= 1 && *v <= kMaxLimit ? v : std::nullopt;
  };
  page.offset = parameters.optional("offset", "a whole number", offset).value_or(page.offset);
  page.limit = parameters.optional("limit", "a number from 1 to 10000", limit).value_or(page.limit);
  return page;
}

/// `answer` as a page, or the reason why there is none.
template <class T, class Render>
Response answer(const Result<T>& result, Render&& render) {
  if (!result) return refusal(kUnavailable, to_string(result.error()));
  return page(kOk, render(*result));
}

Response health(Control& control, const Request& request) {
  const Parameters parameters{request, {}};
  if (!parameters.problem().empty()) return refusal(kBadRequest, parameters.problem());
  auto health = control.health();
  if (!health) health = Health{{to_string(health.error())}};
  return page(health->ok() ? kOk : kUnavailable, to_json(*health));
}

Response statistics(Control& control, const Request& request) {
  static constexpr std::array<std::string_view, 1> kKnown{"consistent"};
  Parameters parameters{request, kKnown};
  const auto moment =
      parameters.optional("consistent", "0 or 1", [](std::string_view t) -> std::optional<Moment> {
        if (t == "1") return Moment::TurnBoundary;
        return t == "0" ? std::optional{Moment::Running} : std::nullopt;
      });
  if (!parameters.problem().empty()) return refusal(kBadRequest, parameters.problem());
  return answer(control.statistics(moment.value_or(Moment::Running)),
                [](const Statistics& s) { return to_json(s); });
}

Response metrics(Control& control, const Request& request) {
  const Parameters parameters{request, {}};
  if (!parameters.problem().empty()) return refusal(kBadRequest, parameters.problem());
  const auto statistics = control.statistics(Moment::Running);
  const auto health = control.health();
  if (!statistics) return refusal(kUnavailable, to_string(statistics.error()));
  if (!health) return refusal(kUnavailable, to_string(health.error()));
  return {kOk, std::string{kMetricsType}, to_metrics(*statistics, *health)};
}

Response bindings(Control& control, const Request& request) {
  static constexpr std::array<std::string_view, 6> kKnown{"mac",  "private", "public",
                                                          "port", "offset",  "limit"};
  Parameters parameters{request, kKnown};
  BindingFilter filter;
  filter.mac = parameters.optional("mac", "a MAC address", parse_mac);
  filter.private_address = parameters.optional("private", "an IPv4 address", parse_ipv4);
  filter.public_address = parameters.optional("public", "an IPv4 address", parse_ipv4);
  filter.port = parameters.optional("port", "a port number", parse_number<std::uint16_t>);
  const auto wanted = page_request(parameters);
  if (!parameters.problem().empty()) return refusal(kBadRequest, parameters.problem());
  return answer(control.bindings(filter, wanted),
                [&](const Page<BindingRow>& rows) { return to_json(rows, wanted); });
}

/// A list without filters.
template <class Row>
Response list(Control& control, const Request& request,
              Result<Page<Row>> (Control::*rows_of)(const PageRequest&)) {
  static constexpr std::array<std::string_view, 2> kKnown{"offset", "limit"};
  Parameters parameters{request, kKnown};
  const auto wanted = page_request(parameters);
  if (!parameters.problem().empty()) return refusal(kBadRequest, parameters.problem());
  return answer((control.*rows_of)(wanted),
                [&](const Page<Row>& rows) { return to_json(rows, wanted); });
}

Response leases(Control& control, const Request& request) {
  return list(control, request, &Control::leases);
}

Response neighbors(Control& control, const Request& request) {
  return list(control, request, &Control::neighbors);
}

Response tunnels(Control& control, const Request& request) {
  return list(control, request, &Control::tunnels);
}

Response history(Control& control, const Request& request) {
  static constexpr std::array<std::string_view, 3> kKnown{"public", "port", "at"};
  Parameters parameters{request, kKnown};
  const auto address = parameters.required("public", "an IPv4 address", parse_ipv4);
  const auto port = parameters.required("port", "a port number", parse_number<std::uint16_t>);
  const auto at =
      parameters.required("at", "like 2026-01-31T23:59:59Z, or seconds since 1970", parse_moment);
  if (!parameters.problem().empty()) return refusal(kBadRequest, parameters.problem());
  return answer(control.history({*address, *port, *at}), [](const auto& records) {
    auto items = Json::array();
    for (const auto& record : records) items.push_back(to_json(record));
    return Json{{"total", records.size()}, {"items", std::move(items)}};
  });
}

Response audit_page(Control& control, const Request& request) {
  const Parameters parameters{request, {}};
  if (!parameters.problem().empty()) return refusal(kBadRequest, parameters.problem());
  return answer(control.audit(), [](const auto& differences) {
    auto items = Json::array();
    for (const auto& difference : differences) items.push_back(to_json(difference));
    return Json{{"total", differences.size()}, {"items", std::move(items)}};
  });
}

struct Route {
  std::string_view path;
  Response (*answer)(Control&, const Request&);
};

constexpr std::array kRoutes{
    Route{"/v1/health", health},          Route{"/v1/stats", statistics},
    Route{"/v1/bindings", bindings},      Route{"/v1/leases", leases},
    Route{"/v1/leases/history", history}, Route{"/v1/neighbors", neighbors},
    Route{"/v1/tunnels", tunnels},        Route{"/v1/audit", audit_page},
    Route{"/metrics", metrics},
};

}  // namespace

Response Pages::operator()(const Request& request) const {
  for (const auto& route : kRoutes)
    if (route.path == request.path) return route.answer(control_, request);
  return refusal(kNotFound, "there is no such page");
}

}  // namespace portico::management
