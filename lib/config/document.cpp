// SPDX-License-Identifier: BSD-3-Clause
#include "config/document.hpp"

#include "config/place.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace portico::config {
namespace {

constexpr std::size_t kMaxDepth = 16;

/// Follows the parser and knows where it is.
class Watch {
 public:
  explicit Watch(std::vector<Error>& errors) : errors_(errors) {}

  /// False: what begins here is nested too deep and is left out.
  bool see(std::size_t depth, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start)
      return open(depth, event == Event::array_start);
    if (depth != frames_.size() && event == Event::key) return true;  // within what was left out
    if (event == Event::key) key(parsed.get_ref<const std::string&>());
    if (event == Event::value) next_element();
    if (event == Event::object_end || event == Event::array_end) frames_.pop_back();
    return true;
  }

 private:
  struct Frame {
    bool is_array = false;
    std::size_t elements = 0;
    std::string current;
    std::set<std::string> keys;
  };

  bool open(std::size_t depth, bool is_array) {
    if (depth != frames_.size()) return false;
    next_element();
    if (depth >= kMaxDepth) {
      errors_.push_back({"is nested too deep", place()});
      return false;
    }
    frames_.push_back({is_array, 0, {}, {}});
    return true;
  }
  void key(const std::string& name) {
    auto& frame = frames_.back();
    frame.current = name;
    if (!frame.keys.insert(name).second) errors_.push_back({"is given twice", place()});
  }
  void next_element() {
    if (!frames_.empty() && frames_.back().is_array) ++frames_.back().elements;
  }
  [[nodiscard]] std::string place() const {
    std::string text;
    for (const auto& f : frames_)
      text = f.is_array ? under(text, f.elements - 1) : under(text, f.current);
    return text;
  }

  std::vector<Error>& errors_;
  std::vector<Frame> frames_;
};

/// "line 3, column 7" of the octet with this number, counted from 1.
std::string line_and_column(std::string_view text, std::size_t octet) {
  const auto before = text.substr(0, std::min(octet > 0 ? octet - 1 : 0, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto newline = before.rfind('\n');
  const auto column = newline == before.npos ? before.size() + 1 : before.size() - newline;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The library's sentence without its own number and place.
std::string sentence(std::string_view what) {
  const auto colon = what.find(": ");
  return "is not JSON: " + std::string{colon == what.npos ? what : what.substr(colon + 2)};
}

}  // namespace

Json parse_document(std::string_view text, std::vector<Error>& errors) {
  Watch watch{errors};
  const auto see = [&](int depth, Json::parse_event_t event, Json& parsed) {
    return watch.see(static_cast<std::size_t>(depth), event, parsed);
  };
  try {
    return Json::parse(text, see, true, true);
  } catch (const Json::parse_error& e) {
    errors.push_back({sentence(e.what()), line_and_column(text, e.byte)});
  } catch (const Json::exception& e) {
    errors.push_back({sentence(e.what()), {}});
  }
  return Json(Json::value_t::discarded);
}

}  // namespace portico::config
