// SPDX-License-Identifier: BSD-3-Clause
// What the parts of validation share. Each part is one function over the whole configuration.
#pragma once

#include "base/addresses.hpp"
#include "base/result.hpp"
#include "config/model.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace portico::config {

class Problems {
 public:
  void add(std::string where, std::string what) {
    errors_.push_back({std::move(what), std::move(where)});
  }
  void add_if(bool wrong, std::string where, std::string what) {
    if (wrong) add(std::move(where), std::move(what));
  }
  [[nodiscard]] std::vector<Error> take() && { return std::move(errors_); }

 private:
  std::vector<Error> errors_;
};

/// Names within one list: each once, none empty.
class NamesSeen {
 public:
  void check(Problems& problems, const std::string& name, const std::string& place) {
    problems.add_if(name.empty(), place + "/name", "must not be empty");
    problems.add_if(!seen_.insert(name).second, place + "/name",
                    "\"" + name + "\" is another's name already");
  }

 private:
  std::set<std::string> seen_;
};

template <class Named>
[[nodiscard]] const Named* find_named(const std::vector<Named>& list,
                                      std::string_view name) noexcept {
  for (const auto& candidate : list)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

/// An address a host can have: none of 0/8, 127/8, 224/4, 240/4 (RFC 1812 section 5.3.7).
[[nodiscard]] constexpr bool is_host_address(Ipv4 a) noexcept {
  const auto top = a.bits >> 24;
  return top != 0 && top != 127 && top < 224;
}

/// Neither the network's own address nor its broadcast address (RFC 1122 section 3.2.1.3; networks
/// of two have neither, RFC 3021).
[[nodiscard]] constexpr bool is_usable_in(Prefix network, Ipv4 a) noexcept {
  return network.contains(a) &&
         (network.length >= 31 || (a != network.first() && a != network.last()));
}

/// A prefix of no length is one that could not be read, or is refused for its size: saying that it
/// overlaps everything else would hide what is wrong.
[[nodiscard]] constexpr bool overlap(Prefix a, Prefix b) noexcept {
  return a.length > 0 && b.length > 0 && a.overlaps(b);
}

[[nodiscard]] inline std::string in_quotes(std::string_view text) {
  return '"' + std::string{text} + '"';
}

/// Addresses of a link that are somebody else's, or ours: answering ARP for them as a phone's
/// identity would take them away.
void check_not_on_link(const Network& side, std::string_view name, Prefix addresses,
                       const std::string& where, Problems& problems);

void check_ports(const Config& config, Problems& problems);
void check_networks(const Config& config, Problems& problems);
void check_private_pools(const Config& config, Problems& problems);
void check_public_pools(const Config& config, Problems& problems);
void check_macs(const Config& config, Problems& problems);
void check_classes(const Config& config, Problems& problems);
void check_class_options(const PhoneClass& phone_class, const std::string& place,
                         Problems& problems);
void check_statics(const Config& config, Problems& problems);
void check_tunnel(const Config& config, Problems& problems);
void check_services(const Config& config, Problems& problems);

}  // namespace portico::config
