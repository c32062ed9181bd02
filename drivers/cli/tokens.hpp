// SPDX-License-Identifier: BSD-3-Clause
// The tokens of one grammar, and the values that rte_cmdline leaves where they tell it to.
#pragma once

#include "drivers/cli/cli.hpp"

#include <cmdline_parse.h>
#include <cmdline_parse_etheraddr.h>
#include <cmdline_parse_ipaddr.h>
#include <cmdline_parse_num.h>
#include <cmdline_parse_string.h>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace portico::cli {

class Tokens {
 public:
  explicit Tokens(std::string_view grammar);
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  /// In the order of the grammar; valid as long as this object.
  [[nodiscard]] std::vector<cmdline_parse_token_hdr_t*> headers();
  /// The arguments out of rte_cmdline's result.
  [[nodiscard]] Args read(const std::uint8_t* parsed) const;

 private:
  using Token = std::variant<cmdline_parse_token_string_t, cmdline_parse_token_num_t,
                             cmdline_parse_token_ipaddr_t, cmdline_parse_token_etheraddr_t>;
  enum class Kind : std::uint8_t { Word, Text, Number, Ipv4, Mac };
  struct Slot {
    Kind kind;
    unsigned offset;   // in the result
    std::string name;  // of the argument
    std::string text;  // what a string token points to
    Token token;
  };

  void append(std::string_view word);
  void append_argument(std::string_view word);
  Slot& slot(Kind kind, std::string_view name, std::size_t size);

  std::deque<Slot> slots_;  // a deque: tokens point into it
  unsigned used_ = 0;
};

}  // namespace portico::cli
