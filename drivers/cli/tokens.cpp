// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/cli/tokens.hpp"

#include "base/expects.hpp"

#include <cstring>

namespace portico::cli {
namespace {

constexpr unsigned kAlign = 8;

template <class T>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

Tokens::Tokens(std::string_view grammar) {
  while (!grammar.empty()) {
    const auto end = grammar.find(' ');
    const auto word = grammar.substr(0, end);
    if (word.starts_with('<'))
      append_argument(word);
    else
      append(word);
    grammar = end == grammar.npos ? std::string_view{} : grammar.substr(end + 1);
  }
}

Tokens::Slot& Tokens::slot(Kind kind, std::string_view name, std::size_t size) {
  auto& added = slots_.emplace_back(Slot{kind, used_, std::string{name}, {}, {}});
  used_ += (static_cast<unsigned>(size) + kAlign - 1) / kAlign * kAlign;
  expects(used_ <= CMDLINE_PARSE_RESULT_BUFSIZE, "a grammar's arguments fit into the result");
  return added;
}

/// A word, or a choice: rte_cmdline separates its words by '#'.
void Tokens::append(std::string_view word) {
  expects(!word.empty(), "one blank stands between the words of a grammar");
  const bool is_choice = word.find('|') != word.npos;
  auto& s = slot(is_choice ? Kind::Text : Kind::Word, word, sizeof(cmdline_fixed_string_t));
  s.text = word;
  for (char& c : s.text)
    if (c == '|') c = '#';
  s.token = cmdline_parse_token_string_t{{&cmdline_token_string_ops, s.offset}, {s.text.c_str()}};
}

void Tokens::append_argument(std::string_view word) {
  const auto colon = word.find(':');
  expects(colon != word.npos && word.ends_with('>'), "an argument is <name:kind>");
  const auto name = word.substr(1, colon - 1);
  const auto kind = word.substr(colon + 1, word.size() - colon - 2);
  if (kind == "ipv4") {
    auto& s = slot(Kind::Ipv4, name, sizeof(cmdline_ipaddr_t));
    s.token =
        cmdline_parse_token_ipaddr_t{{&cmdline_token_ipaddr_ops, s.offset}, {CMDLINE_IPADDR_V4}};
  } else if (kind == "mac") {
    auto& s = slot(Kind::Mac, name, sizeof(Mac));
    s.token = cmdline_parse_token_etheraddr_t{{&cmdline_token_etheraddr_ops, s.offset}};
  } else if (kind == "num") {
    auto& s = slot(Kind::Number, name, sizeof(std::uint64_t));
    s.token = cmdline_parse_token_num_t{{&cmdline_token_num_ops, s.offset}, {RTE_UINT64}};
  } else {
    expects(kind == "string", "an argument is of kind ipv4, mac, num or string");
    auto& s = slot(Kind::Text, name, sizeof(cmdline_fixed_string_t));
    s.token = cmdline_parse_token_string_t{{&cmdline_token_string_ops, s.offset}, {nullptr}};
  }
}

std::vector<cmdline_parse_token_hdr_t*> Tokens::headers() {
  std::vector<cmdline_parse_token_hdr_t*> headers;
  for (auto& s : slots_)
    headers.push_back(std::visit([](auto& token) { return &token.hdr; }, s.token));
  return headers;
}

Args Tokens::read(const std::uint8_t* parsed) const {
  Args args;
  for (const auto& s : slots_) {
    const auto* at = parsed + s.offset;
    switch (s.kind) {
      case Kind::Word:
        break;
      case Kind::Text:
        args.set(s.name, std::string{reinterpret_cast<const char*>(at)});
        break;
      case Kind::Number:
        args.set(s.name, load<std::uint64_t>(at));
        break;
      case Kind::Ipv4:
        args.set(s.name, Ipv4{ntohl(load<cmdline_ipaddr_t>(at).addr.ipv4.s_addr)});
        break;
      case Kind::Mac:
        args.set(s.name, load<Mac>(at));
        break;
    }
  }
  return args;
}

}  // namespace portico::cli
