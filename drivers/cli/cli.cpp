// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/cli/cli.hpp"

#include "base/expects.hpp"
#include "drivers/cli/tokens.hpp"

#include <algorithm>
#include <cerrno>
#include <cmdline.h>
#include <cmdline_socket.h>
#include <cstddef>
#include <cstring>
#include <new>

namespace portico::cli {

/// rte_cmdline's instance ends in a flexible array, which a C++ object cannot have: it stands in a
/// block of memory of its own.
struct Cli::Command {
  Command(Cli& cli, std::string_view words, std::string_view phrase, Handler h)
      : owner(cli), grammar(words), help(phrase), handler(std::move(h)), tokens(words) {
    const auto headers = tokens.headers();
    const auto octets = sizeof(cmdline_parse_inst_t) + (headers.size() + 1) * sizeof headers[0];
    memory.resize((octets + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
    auto* made = new (memory.data()) cmdline_parse_inst_t;
    made->f = &Cli::call;
    made->data = this;
    made->help_str = help.c_str();
    auto* end = std::copy(headers.begin(), headers.end(), made->tokens);
    *end = nullptr;
    instance = made;
  }

  Cli& owner;
  std::string grammar;
  std::string help;
  Handler handler;
  Tokens tokens;
  std::vector<std::max_align_t> memory;
  void* instance = nullptr;
};

const Args::Value& Args::find(std::string_view name) const {
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  expects(found != values_.end(), "a handler asks for arguments of its own grammar");
  return found->second;
}

void Out::line(std::string_view text) {
  text_ += text;
  if (!text.ends_with('\n')) text_ += '\n';
}

void Out::fail(const Error& error) {
  failed_ = true;
  line(to_string(error));
}

Cli::Cli() {
  add("help", "this list", [this](const Args&, Out& out) { out.line(help()); });
  add("quit", "end this conversation", [](const Args&, Out& out) { out.close(); });
}

Cli::~Cli() {
  if (silent_) cmdline_free(silent_);
}

void Cli::add(std::string_view grammar, std::string_view help, Handler handler) {
  expects(context_.empty(), "commands are added before the first runs");
  commands_.push_back(std::make_unique<Command>(*this, grammar, help, std::move(handler)));
}

/// Makes the context that sessions are opened on.
void Cli::seal() {
  if (!context_.empty()) return;
  for (const auto& command : commands_) context_.push_back(command->instance);
  context_.push_back(nullptr);
}

std::string Cli::help() const {
  std::size_t width = 0;
  for (const auto& command : commands_) width = std::max(width, command->grammar.size());
  std::string text;
  for (const auto& command : commands_)
    text += command->grammar + std::string(width - command->grammar.size() + 2, ' ') +
            command->help + '\n';
  return text;
}

/// Called by rte_cmdline. A session of run() gives its answer back, one on a terminal prints it.
void Cli::call(void* parsed, cmdline* session, void* command) {
  auto& c = *static_cast<Command*>(command);
  Out out;
  c.handler(c.tokens.read(static_cast<const std::uint8_t*>(parsed)), out);
  if (session == c.owner.silent_) {
    c.owner.answer_ = std::move(out);
    return;
  }
  cmdline_printf(session, "%s", out.text().c_str());
  if (out.closes()) cmdline_quit(session);
}

Out Cli::run(std::string_view line) {
  constexpr std::size_t kMostOctets = 512;
  const std::lock_guard lock(running_);
  answer_ = {};
  const bool is_text =
      std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c != '\x7f'; });
  if (!is_text || line.size() > kMostOctets) {
    answer_.fail({"a command is one line of at most 512 printable characters", {}});
    return std::move(answer_);
  }
  seal();
  if (!silent_)
    silent_ = cmdline_new(reinterpret_cast<cmdline_parse_ctx_t*>(context_.data()), "", -1, -1);
  expects(silent_ != nullptr, "a session needs memory only");
  switch (cmdline_parse(silent_, (std::string{line} + '\n').c_str())) {
    case CMDLINE_PARSE_AMBIGUOUS:
      answer_.fail({"ambiguous command: see help", std::string{line}});
      break;
    case CMDLINE_PARSE_NOMATCH:
      answer_.fail({"no such command: see help", std::string{line}});
      break;
    case CMDLINE_PARSE_BAD_ARGS:
      answer_.fail({"bad arguments: see help", std::string{line}});
      break;
    default:
      break;
  }
  return std::move(answer_);
}

Result<void> Cli::interact(std::string_view prompt) {
  seal();
  const std::string text{prompt};
  auto* session =
      cmdline_stdin_new(reinterpret_cast<cmdline_parse_ctx_t*>(context_.data()), text.c_str());
  if (!session) return portico::fail(std::string{"no terminal: "} + std::strerror(errno));
  cmdline_interact(session);
  cmdline_stdin_exit(session);
  return {};
}

}  // namespace portico::cli
