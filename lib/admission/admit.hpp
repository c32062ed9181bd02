// SPDX-License-Identifier: BSD-3-Clause
// The decision as a whole: first the MAC address (P2), and only if that is valid the identifier
// (P3).
#pragma once

#include "admission/classes.hpp"
#include "admission/mac_policy.hpp"
#include "base/addresses.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace portico::admission {

/// Who asks. A phone behind a relay is not attached: the frame's source is the router's.
struct Applicant {
  Mac mac;           ///< chaddr
  Mac frame_source;  ///< of the frame that brought the message; looked at if `attached`
  bool attached = true;
  std::optional<std::string_view> vendor_class;  ///< option 60, if the message has it
};

/// The one reason. In the order in which they are looked for.
enum class Reason : std::uint8_t {
  Admitted,
  MacImpossible,  ///< chaddr is zero or a group address
  MacForged,      ///< attached, and chaddr is not the source of the frame
  MacLocal,       ///< locally administered, and not admitted as such
  MacDenied,      ///< by the policy
  NoVendorClass,  ///< P1: no identifier, so not a phone
  ClassUnknown,   ///< no class has this identifier
};

/// P2: one of the MacXxx reasons.
[[nodiscard]] constexpr bool is_about_mac(Reason reason) noexcept {
  return reason >= Reason::MacImpossible && reason <= Reason::MacDenied;
}
[[nodiscard]] std::string_view to_string(Reason reason) noexcept;

struct Admission {
  Reason reason = Reason::MacDenied;
  std::size_t class_index = 0;  ///< meaningful if admitted

  friend constexpr bool operator==(const Admission&, const Admission&) = default;
  [[nodiscard]] constexpr bool is_admitted() const noexcept { return reason == Reason::Admitted; }
};

/// The MAC half alone, for a renewal without identifier: the stored class goes on.
[[nodiscard]] Reason check_mac(const MacPolicy& policy, const Applicant& applicant) noexcept;

/// An identifier that is empty (or nothing but NULs) counts as none.
[[nodiscard]] Admission admit(const MacPolicy& policy, const Classes& classes,
                              const Applicant& applicant) noexcept;

}  // namespace portico::admission
