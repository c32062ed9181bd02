// SPDX-License-Identifier: BSD-3-Clause
#include "management/metrics.hpp"

#include <array>
#include <concepts>

namespace portico::management {
namespace {

/// In a label's value `"`, `\` and the end of a line are written with a `\`; in a help text the
/// last two.
std::string escaped(std::string_view text, bool is_label) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '\n' || (c == '"' && is_label)) out += '\\';
    out += c == '\n' ? 'n' : c;
  }
  return out;
}

struct Label {
  std::string_view name;
  std::string_view value;
};

class Text {
 public:
  enum class Kind : std::uint8_t { Counter, Gauge };

  /// What the next values are; a counter's name ends in _total by that.
  void begin(std::string name, Kind kind, std::string_view help) {
    name_ = "portico_" + name + (kind == Kind::Counter ? "_total" : "");
    out_ += "# HELP " + name_ + ' ' + escaped(help, false) + '\n';
    out_ += "# TYPE " + name_ + (kind == Kind::Counter ? " counter\n" : " gauge\n");
  }
  void value(std::initializer_list<Label> labels, std::uint64_t value) {
    out_ += name_;
    char before = '{';
    for (const auto& label : labels) {
      out_ += before;
      out_ += std::string{label.name} + "=\"" + escaped(label.value, true) + '"';
      before = ',';
    }
    if (before == ',') out_ += '}';
    out_ += ' ' + std::to_string(value) + '\n';
  }
  /// One value for each row, under its label.
  template <class Rows, class Row, std::unsigned_integral T, class LabelOf>
  void rows(const std::string& name, Kind kind, std::string_view help, const Rows& rows,
            T Row::*member, LabelOf&& label_of) {
    begin(name, kind, help);
    for (const auto& row : rows) {
      const auto [label, text] = label_of(row);
      value({{label, text}}, row.*member);
    }
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string name_;
  std::string out_;
};

using Kind = Text::Kind;

void add_group(Text& text, const stats::GroupReading& group) {
  if (group.name == "drops") {
    text.begin("drops", Kind::Counter, "packets dropped, by reason");
    for (const auto& field : group.fields) text.value({{"reason", field.name}}, field.value);
    return;
  }
  for (const auto& field : group.fields) {
    text.begin(std::string{group.name} + '_' + std::string{field.name}, Kind::Counter, field.help);
    text.value({}, field.value);
  }
}

void add_ports(Text& text, const std::vector<PortRow>& ports) {
  struct Column {
    std::string_view name;
    std::string_view help;
    std::uint64_t PortStats::*member;
  };
  static constexpr std::array kColumns{
      Column{"packets_in", "packets received", &PortStats::packets_in},
      Column{"octets_in", "their octets", &PortStats::octets_in},
      Column{"packets_out", "packets sent", &PortStats::packets_out},
      Column{"octets_out", "their octets", &PortStats::octets_out},
      Column{"missed", "packets that arrived while the receive queues were full",
             &PortStats::missed},
      Column{"no_buffer", "packets that arrived while there was no packet buffer",
             &PortStats::no_buffer},
      Column{"errors_in", "frames that arrived damaged", &PortStats::errors_in},
      Column{"errors_out", "frames that the device took, and did not send", &PortStats::errors_out},
  };
  for (const auto& column : kColumns) {
    text.begin("port_" + std::string{column.name}, Kind::Counter, column.help);
    for (const auto& port : ports) text.value({{"port", port.name}}, port.stats.*column.member);
  }
  text.begin("port_link_up", Kind::Gauge, "1 if the port's link is up");
  for (const auto& port : ports) text.value({{"port", port.name}}, port.link_up ? 1 : 0);
}

void add_workers(Text& text, const std::vector<WorkerRow>& workers) {
  const auto index = [](const WorkerRow& row) {
    return std::pair{"worker", std::to_string(row.index)};
  };
  text.rows("worker_turns", Kind::Counter, "turns of the worker's loop", workers, &WorkerRow::turns,
            index);
  text.rows("worker_idle_turns", Kind::Counter, "turns without a packet", workers,
            &WorkerRow::idle_turns, index);
  text.rows("worker_packets", Kind::Counter, "packets received", workers, &WorkerRow::packets,
            index);
  text.rows("worker_punted", Kind::Counter, "packets handed to the control core", workers,
            &WorkerRow::punted, index);
  text.rows("worker_handed_over", Kind::Counter, "packets handed to the worker that owns their SA",
            workers, &WorkerRow::handed_over, index);
}

void add_pools(Text& text, const std::vector<PoolRow>& pools) {
  const auto name = [](const PoolRow& pool) { return std::pair{"pool", pool.name}; };
  text.rows("packet_buffers", Kind::Gauge, "packet buffers there are", pools, &PoolRow::size, name);
  text.rows("packet_buffers_in_use", Kind::Gauge,
            "packet buffers held by a port, by a worker or by control", pools, &PoolRow::in_use,
            name);
}

}  // namespace

std::string to_metrics(const Statistics& statistics, const Health& health) {
  Text text;
  text.begin("healthy", Kind::Gauge, "1 if every worker turns and the stores write");
  text.value({}, health.ok() ? 1 : 0);
  for (const auto& group : statistics.groups) add_group(text, group);
  add_ports(text, statistics.ports);
  add_workers(text, statistics.workers);
  add_pools(text, statistics.packet_pools);
  return text.take();
}

}  // namespace portico::management
