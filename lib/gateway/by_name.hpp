// SPDX-License-Identifier: BSD-3-Clause
// Each of many by its name, as long as they stay where they are.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

namespace portico::gateway {

template <class Named>
class ByName {
 public:
  /// Of two with one name, the first.
  explicit ByName(const std::vector<Named>& all) {
    places_.reserve(all.size());
    for (const auto& one : all) places_.emplace(one.name, &one);
  }
  /// Null: there is none.
  [[nodiscard]] const Named* find(std::string_view name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const Named*> places_;
};

}  // namespace portico::gateway
