// SPDX-License-Identifier: BSD-3-Clause
#include "admission/admit.hpp"

#include "base/expects.hpp"

namespace portico::admission {

std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::Admitted:
      return "admitted";
    case Reason::MacImpossible:
      return "no station has this MAC address";
    case Reason::MacForged:
      return "the MAC address is not the sender's";
    case Reason::MacLocal:
      return "the MAC address is locally administered";
    case Reason::MacDenied:
      return "the MAC address is denied";
    case Reason::NoVendorClass:
      return "no vendor class identifier";
    case Reason::ClassUnknown:
      return "no class has this vendor class identifier";
  }
  expects(false, "a reason without a name");
  return {};
}

Reason check_mac(const MacPolicy& policy, const Applicant& applicant) noexcept {
  const MacVerdict verdict = policy.check(applicant.mac);
  if (verdict == MacVerdict::Impossible) return Reason::MacImpossible;
  if (applicant.attached && applicant.mac != applicant.frame_source) return Reason::MacForged;
  if (verdict == MacVerdict::Local) return Reason::MacLocal;
  if (verdict == MacVerdict::Denied) return Reason::MacDenied;
  return Reason::Admitted;
}

Admission admit(const MacPolicy& policy, const Classes& classes,
                const Applicant& applicant) noexcept {
  const Reason mac = check_mac(policy, applicant);
  if (mac != Reason::Admitted) return {mac};
  if (!applicant.vendor_class || without_trailing_nul(*applicant.vendor_class).empty())
    return {Reason::NoVendorClass};
  const auto found = classes.find(*applicant.vendor_class);
  if (!found) return {Reason::ClassUnknown};
  return {Reason::Admitted, *found};
}

}  // namespace portico::admission
