// SPDX-License-Identifier: BSD-3-Clause
#include "admission/mac_policy.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace portico::admission {
namespace {

constexpr std::uint64_t kUsed = std::uint64_t{1} << 63;
constexpr std::uint64_t kAllows = std::uint64_t{1} << 62;
constexpr std::uint64_t kGroupBit = std::uint64_t{1} << 40;
constexpr std::size_t kMacText = 17;  // "00:1b:2c:00:00:01"
constexpr std::size_t kOuiText = 8;   // "00:1b:2c"

std::optional<std::uint64_t> parse_oui(std::string_view text) noexcept {
  if (text[2] != text[5] || (text[2] != ':' && text[2] != '-')) return std::nullopt;
  std::uint64_t bits = 0;
  for (const std::size_t i : {0, 1, 3, 4, 6, 7}) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    bits = bits << 4 | static_cast<std::uint64_t>(digit);
  }
  return bits << 24;
}

std::optional<MacPattern> parse_masked(std::string_view text) noexcept {
  const auto address = parse_mac(text.substr(0, kMacText));
  const auto mask = parse_mac(text.substr(kMacText + 1));
  if (text[kMacText] != '/' || !address || !mask) return std::nullopt;
  return MacPattern{address->bits(), mask->bits()};
}

std::optional<MacPattern> parse_any(std::string_view text) noexcept {
  if (text.size() == 2 * kMacText + 1) return parse_masked(text);
  if (text.size() == kMacText) {
    const auto address = parse_mac(text);
    if (address) return MacPattern{address->bits(), kFullMask};
  }
  if (text.size() == kOuiText) {
    const auto oui = parse_oui(text);
    if (oui) return MacPattern{*oui, kOuiMask};
  }
  return std::nullopt;
}

}  // namespace

std::optional<MacPattern> parse_mac_pattern(std::string_view text) noexcept {
  const auto pattern = parse_any(text);
  if (!pattern || (pattern->address & ~pattern->mask) != 0) return std::nullopt;
  if ((pattern->address & kGroupBit) != 0) return std::nullopt;
  if (pattern->mask == kFullMask && pattern->address == 0) return std::nullopt;
  return pattern;
}

std::string to_string(MacPattern pattern) {
  const std::string address = portico::to_string(Mac::from_bits(pattern.address));
  if (pattern.mask == kFullMask) return address;
  if (pattern.mask == kOuiMask) return address.substr(0, kOuiText);
  return address + "/" + portico::to_string(Mac::from_bits(pattern.mask));
}

MacPolicy::Table::Table(std::uint64_t its_mask, std::size_t rules)
    : mask(its_mask), slots(std::bit_ceil(2 * rules)) {}

std::size_t MacPolicy::Table::home_of(std::uint64_t address) const noexcept {
  return std::hash<Mac>{}(Mac::from_bits(address)) & (slots.size() - 1);
}

void MacPolicy::Table::insert(const MacRule& rule) noexcept {
  const std::uint64_t key = kUsed | rule.pattern.address;
  for (std::size_t i = home_of(rule.pattern.address);; i = (i + 1) & (slots.size() - 1)) {
    if (slots[i] == 0) {
      slots[i] = key | (rule.verdict == Verdict::Allow ? kAllows : 0);
      ++used;
      return;
    }
    if ((slots[i] & ~kAllows) == key) {  // said twice: deny wins
      if (rule.verdict == Verdict::Deny) slots[i] = key;
      return;
    }
  }
}

std::optional<Verdict> MacPolicy::Table::find(std::uint64_t address) const noexcept {
  const std::uint64_t key = kUsed | address;
  for (std::size_t i = home_of(address); slots[i] != 0; i = (i + 1) & (slots.size() - 1))
    if ((slots[i] & ~kAllows) == key)
      return (slots[i] & kAllows) != 0 ? Verdict::Allow : Verdict::Deny;
  return std::nullopt;
}

Result<MacPolicy> MacPolicy::build(Verdict fallback, bool allow_local,
                                   std::span<const MacRule> rules) {
  if (rules.size() > kMaxRules)
    return fail("more than " + std::to_string(kMaxRules) + " MAC rules");
  std::map<std::uint64_t, std::size_t> rules_of_mask;
  for (const MacRule& rule : rules) ++rules_of_mask[rule.pattern.mask];
  if (rules_of_mask.size() > kMaxMasks)
    return fail("MAC rules with more than " + std::to_string(kMaxMasks) + " different masks");

  MacPolicy policy;
  policy.fallback_ = fallback;
  policy.allow_local_ = allow_local;
  std::map<std::uint64_t, Table> tables;
  for (const auto& [mask, count] : rules_of_mask) tables.try_emplace(mask, mask, count);
  for (const MacRule& rule : rules) tables.at(rule.pattern.mask).insert(rule);
  for (auto& [mask, table] : tables) policy.tables_.push_back(std::move(table));
  std::ranges::stable_sort(policy.tables_, std::ranges::greater{},
                           [](const Table& t) { return std::popcount(t.mask); });
  return policy;
}

std::optional<Verdict> MacPolicy::decide(Mac mac, int least_mask_bits) const noexcept {
  std::optional<Verdict> verdict;
  int bits = least_mask_bits;
  for (const Table& table : tables_) {
    if (std::popcount(table.mask) < bits) break;
    const auto found = table.find(mac.bits() & table.mask);
    if (!found) continue;
    bits = std::popcount(table.mask);  // only masks as long may still say otherwise
    verdict = found;
    if (verdict == Verdict::Deny) break;
  }
  return verdict;
}

MacVerdict MacPolicy::check(Mac mac) const noexcept {
  if (mac.is_zero() || mac.is_group()) return MacVerdict::Impossible;
  const bool needs_own_rule = mac.is_local() && !allow_local_;
  const auto verdict = decide(mac, needs_own_rule ? std::popcount(kFullMask) : 0);
  if (!verdict && needs_own_rule) return MacVerdict::Local;
  return verdict.value_or(fallback_) == Verdict::Allow ? MacVerdict::Allowed : MacVerdict::Denied;
}

std::size_t MacPolicy::size() const noexcept {
  std::size_t rules = 0;
  for (const Table& table : tables_) rules += table.used;
  return rules;
}

}  // namespace portico::admission
