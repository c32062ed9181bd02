// SPDX-License-Identifier: BSD-3-Clause
#include "app/portico/mac_list_file.hpp"

#include "admission/mac_list.hpp"

#include <fstream>
#include <iterator>
#include <string>

namespace portico::app {
namespace {

Result<std::string> text_of(const std::string& path) {
  if (path.empty()) return std::string{};
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return fail("cannot be read", path);
  return text;
}

admission::Verdict verdict_of(config::Verdict verdict) {
  return verdict == config::Verdict::Allow ? admission::Verdict::Allow : admission::Verdict::Deny;
}

/// The configured rules and those of the list file.
Result<admission::MacPolicy> mac_policy(const config::Macs& macs, std::string_view list_text) {
  std::vector<admission::MacRule> rules;
  for (const auto& rule : macs.rules) {
    const auto pattern = admission::parse_mac_pattern(rule.match);
    if (!pattern) return fail("not a MAC address, OUI or address/mask: " + rule.match);
    rules.push_back({*pattern, verdict_of(rule.verdict)});
  }
  auto list = admission::parse_mac_list(list_text);
  if (!list.is_valid())
    return fail(list.errors.front().what,
                macs.file + ":" + std::to_string(list.errors.front().line));
  rules.insert(rules.end(), list.rules.begin(), list.rules.end());
  return admission::MacPolicy::build(verdict_of(*macs.fallback), macs.allow_local, rules);
}

}  // namespace

std::vector<Error> MacListFile::problems(const config::Macs& macs) {
  const auto text = text_of(macs.file);
  if (!text) return {text.error()};
  std::vector<Error> errors;
  const auto list = admission::parse_mac_list(*text);
  for (const auto& error : list.errors)
    errors.push_back({error.what, macs.file + ":" + std::to_string(error.line)});
  if (list.errors_not_shown > 0)
    errors.push_back({std::to_string(list.errors_not_shown) + " more errors", macs.file});
  if (!errors.empty()) return errors;
  if (const auto policy = mac_policy(macs, *text); !policy) errors.push_back(policy.error());
  return errors;
}

Result<MacPolicyPtr> MacListFile::read() {
  seen_ = read_ = stamp_of(macs_.file);
  const auto text = text_of(macs_.file);
  if (!text) return fail(text.error());
  auto policy = mac_policy(macs_, *text);
  if (!policy) return fail(policy.error());
  return std::make_shared<const admission::MacPolicy>(std::move(*policy));
}

std::optional<Result<MacPolicyPtr>> MacListFile::look() {
  if (macs_.file.empty()) return std::nullopt;
  const auto now = stamp_of(macs_.file);
  const bool quiet = now == seen_;
  seen_ = now;
  if (!quiet || now == read_) return std::nullopt;
  return read();
}

}  // namespace portico::app
