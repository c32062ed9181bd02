// SPDX-License-Identifier: BSD-3-Clause
#include "management/moment.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace portico::management {
namespace {

/// A decimal number that is all of `text`, without a sign.
template <class T>
std::optional<T> number(std::string_view text) noexcept {
  T v{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc{} || end != text.data() + text.size() || text.front() == '-')
    return std::nullopt;
  return v;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) noexcept {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i)
    if (kForm[i] != 'd' && kForm[i] != text[i]) return std::nullopt;
  const auto year = number<int>(text.substr(0, 4));
  const auto month = number<unsigned>(text.substr(5, 2));
  const auto day = number<unsigned>(text.substr(8, 2));
  const auto hour = number<int>(text.substr(11, 2));
  const auto minute = number<int>(text.substr(14, 2));
  const auto second = number<int>(text.substr(17, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                         std::chrono::day{*day}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  return WallTime{std::int64_t{days} * 86400 + *hour * 3600 + *minute * 60 + *second};
}

}  // namespace

std::string to_text(WallTime t) {
  constexpr std::int64_t kYear0 = -62167219200;
  constexpr std::int64_t kYear10000 = 253402300800;
  if (t.s < kYear0 || t.s >= kYear10000) return std::to_string(t.s);
  const std::chrono::sys_seconds moment{std::chrono::seconds{t.s}};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{moment - day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

std::optional<WallTime> parse_moment(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  if (const auto seconds = number<std::int64_t>(text)) return WallTime{*seconds};
  return parse_rfc3339(text);
}

}  // namespace portico::management
