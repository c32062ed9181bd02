// SPDX-License-Identifier: BSD-3-Clause
// Whose MAC address is valid (P2). Built aside from the configured rules and the list file, then
// swapped in by the control core: a policy never changes.
#pragma once

#include "base/addresses.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portico::admission {

enum class Verdict : std::uint8_t { Deny, Allow };

/// The addresses whose bits under `mask` are those of `address`. Both are 48-bit numbers as
/// Mac::bits() gives them; `address` has no bit outside `mask`.
struct MacPattern {
  std::uint64_t address = 0;
  std::uint64_t mask = 0;

  friend constexpr bool operator==(MacPattern, MacPattern) = default;
  [[nodiscard]] constexpr bool contains(Mac mac) const noexcept {
    return (mac.bits() & mask) == address;
  }
};

inline constexpr std::uint64_t kFullMask = 0xffff'ffff'ffff;  ///< one single address
inline constexpr std::uint64_t kOuiMask = 0xffff'ff00'0000;   ///< one manufacturer's block

/// "00:1b:2c:00:00:01", "00:1b:2c" (an OUI), or "address/mask" with a mask written like an address;
/// '-' may stand for ':' throughout. Nothing if `text` is none of them, if the address has bits
/// outside its mask, or if the pattern holds no individual address.
[[nodiscard]] std::optional<MacPattern> parse_mac_pattern(std::string_view text) noexcept;
[[nodiscard]] std::string to_string(MacPattern pattern);

struct MacRule {
  MacPattern pattern;
  Verdict verdict = Verdict::Deny;
  friend constexpr bool operator==(const MacRule&, const MacRule&) = default;
};

/// What a policy says of an address, and why.
enum class MacVerdict : std::uint8_t {
  Allowed,
  Impossible,  ///< zero or a group address: no station has it
  Local,       ///< locally administered, and neither a full-length rule nor allow_local admits it
  Denied,      ///< by the most specific rule, or by the default
};

class MacPolicy {
 public:
  static constexpr std::size_t kMaxRules = 1'000'000;
  static constexpr std::size_t kMaxMasks = 64;  ///< different masks: a look-up tries each once

  /// Denies everybody.
  MacPolicy() = default;
  /// `fallback` judges addresses that no rule matches. Fails beyond kMaxRules or kMaxMasks.
  [[nodiscard]] static Result<MacPolicy> build(Verdict fallback, bool allow_local,
                                               std::span<const MacRule> rules);

  /// The rule with the most mask bits decides; of several such rules, one that denies.
  [[nodiscard]] MacVerdict check(Mac mac) const noexcept;
  /// Rules with different patterns.
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  /// The rules of one mask: a hash table with linear probing, at most half full.
  struct Table {
    std::uint64_t mask = 0;
    std::size_t used = 0;
    std::vector<std::uint64_t> slots;  ///< kUsed | kAllows | address; zero: empty

    explicit Table(std::uint64_t mask, std::size_t rules);
    void insert(const MacRule& rule) noexcept;
    [[nodiscard]] std::optional<Verdict> find(std::uint64_t address) const noexcept;
    [[nodiscard]] std::size_t home_of(std::uint64_t address) const noexcept;
  };

  [[nodiscard]] std::optional<Verdict> decide(Mac mac, int least_mask_bits) const noexcept;

  Verdict fallback_ = Verdict::Deny;
  bool allow_local_ = false;
  std::vector<Table> tables_;  // the most mask bits first
};

}  // namespace portico::admission
