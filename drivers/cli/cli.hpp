// SPDX-License-Identifier: BSD-3-Clause
// Commands by grammar: one line says the words and arguments, a handler does the rest. rte_cmdline
// parses, completes and edits; its tokens are built here, at start.
//
//   cli.add("show bindings <phone:ipv4>", "what one phone holds", handler);
//
// A grammar is words separated by blanks: a word stands for itself, "info|stats" for one of several
// (its argument's name is the whole of it), "<name:kind>" for an argument of a kind: ipv4, mac, num
// (0 to 2^64 - 1) or string (up to 127 octets without blanks).
#pragma once

#include "base/addresses.hpp"
#include "base/result.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct cmdline;

namespace portico::cli {

/// What the operator gave for the arguments of a grammar. Asking for one that the grammar does not
/// have, or as another kind, is a bug.
class Args {
 public:
  using Value = std::variant<Ipv4, Mac, std::uint64_t, std::string>;

  [[nodiscard]] Ipv4 ipv4(std::string_view name) const { return get<Ipv4>(name); }
  [[nodiscard]] const Mac& mac(std::string_view name) const { return get<Mac>(name); }
  [[nodiscard]] std::uint64_t num(std::string_view name) const { return get<std::uint64_t>(name); }
  /// Of a string, or of a choice.
  [[nodiscard]] const std::string& text(std::string_view name) const {
    return get<std::string>(name);
  }
  void set(std::string_view name, Value value) { values_.emplace_back(name, std::move(value)); }

 private:
  [[nodiscard]] const Value& find(std::string_view name) const;
  template <class T>
  [[nodiscard]] const T& get(std::string_view name) const {
    const auto* value = std::get_if<T>(&find(name));
    expects(value != nullptr, "a handler asks for an argument as what it is");
    return *value;
  }

  std::vector<std::pair<std::string_view, Value>> values_;
};

/// What a command answers.
class Out {
 public:
  /// Appends; ends in a newline unless it does already.
  void line(std::string_view text);
  /// The command failed: says why, and the exit status of `porticoctl` becomes 1.
  void fail(const Error& error);
  /// The conversation ends after this answer.
  void close() noexcept { closes_ = true; }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool closes() const noexcept { return closes_; }

 private:
  std::string text_;
  bool failed_ = false;
  bool closes_ = false;
};

using Handler = std::function<void(const Args&, Out&)>;

class Cli {
 public:
  /// Knows `help` and `quit`.
  Cli();
  ~Cli();
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  /// Before the first run() or interact(). A grammar that cannot be read is a bug.
  void add(std::string_view grammar, std::string_view help, Handler handler);

  /// One command. Any thread; one command runs at a time.
  [[nodiscard]] Out run(std::string_view line);

  /// The terminal, line by line with editing and completion, until `quit` or its end.
  [[nodiscard]] Result<void> interact(std::string_view prompt);

 private:
  struct Command;
  static void call(void* parsed, cmdline* session, void* command);
  [[nodiscard]] std::string help() const;
  void seal();

  std::vector<std::unique_ptr<Command>> commands_;
  std::vector<void*> context_;  // what rte_cmdline calls its context: instances, then nullptr
  cmdline* silent_ = nullptr;   // the session of run()
  std::mutex running_;          // guards silent_ and answer_
  Out answer_;
};

}  // namespace portico::cli
