// SPDX-License-Identifier: BSD-3-Clause
// Workers turned by hand, their way to control, and the sums over all of them.
#pragma once

#include "datapath/buffer.hpp"
#include "datapath/control_port.hpp"
#include "datapath/worker.hpp"
#include "support/packet_builder.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace portico::site {

class WorkerGroup {
 public:
  using Workers = std::vector<std::unique_ptr<datapath::Worker>>;
  /// `control`: all but its workers.
  WorkerGroup(Workers workers, datapath::ControlPort::Shape control)
      : workers_(std::move(workers)), control_(shape_of(workers_, control)) {}

  datapath::Worker& worker(std::size_t i = 0) { return *workers_[i]; }
  Workers& workers() { return workers_; }
  datapath::ControlPort& control() { return control_; }

  struct Punted {
    support::Octets frame;
    datapath::Note note;
  };
  std::vector<Punted> punted() {
    std::vector<Punted> all;
    control_.for_each_punted(1000, [&](MutableBytes frame, const datapath::Note& note) {
      all.push_back({{frame.begin(), frame.end()}, note});
      return std::optional<stats::Drop>{};
    });
    return all;
  }

  std::uint64_t dropped(stats::Drop why) const {
    std::uint64_t n = control_.drops()[why];
    for (const auto& w : workers_) n += w->drops[why];
    return n;
  }
  /// For whatever reason.
  std::uint64_t dropped() const {
    std::uint64_t n = control_.drops().total();
    for (const auto& w : workers_) n += w->drops.total();
    return n;
  }

  /// received + originated = sent + dropped + consumed (+ what is on its way).
  bool balanced() const {
    std::uint64_t in = control_.counters().originated.value();
    std::uint64_t out = control_.counters().consumed.value() + dropped() + control_.in_flight();
    for (const auto& w : workers_) {
      in += w->fragments.made.value();
      out += w->fragments.joined.value();
    }
    for (const auto side : {Side::Lan, Side::Wan}) {
      out += control_.port_counters(side).tx_packets.value();
      for (const auto& w : workers_) {
        in += w->port(side).counters().rx_packets.value();
        out += w->port(side).counters().tx_packets.value();
      }
    }
    return in == out;
  }

 private:
  static datapath::ControlPort::Shape shape_of(const Workers& workers,
                                               datapath::ControlPort::Shape control) {
    for (const auto& w : workers) control.workers.push_back(w.get());
    return control;
  }

  Workers workers_;
  datapath::ControlPort control_;
};

}  // namespace portico::site
