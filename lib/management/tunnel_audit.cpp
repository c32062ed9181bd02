// SPDX-License-Identifier: BSD-3-Clause
#include "management/tunnel_audit.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>

namespace portico::management {
namespace {

using Entry = gateway::Tunnels::Entry;

/// Ports of one address that one tunnel has, as many in a row as there are.
struct Run {
  PortBlock block;
  TunnelIndex tunnel = kNoTunnel;
  friend auto operator<=>(const Run&, const Run&) = default;
};

std::vector<Run> joined(std::vector<Run> runs) {
  std::ranges::sort(runs);
  std::vector<Run> all;
  for (const auto& run : runs) {
    const bool goes_on = !all.empty() && all.back().tunnel == run.tunnel &&
                         all.back().block.address == run.block.address &&
                         all.back().block.last + 1u == run.block.first;
    if (goes_on)
      all.back().block.last = run.block.last;
    else
      all.push_back(run);
  }
  return all;
}

std::vector<Run> runs_of(const gateway::Tunnels& tunnels) {
  std::vector<Run> runs;
  if (tunnels.settings().end == tunnel::End::Concentrator)
    for (const auto& entry : tunnels.entries())
      for (const auto& block : entry->record.blocks) runs.push_back({block, entry->index});
  return joined(std::move(runs));
}

std::vector<Run> runs_of(const concentrator::Blocks& blocks) {
  std::vector<Run> runs;
  blocks.for_each_granule([&runs](const PortBlock& block, TunnelIndex tunnel) {
    runs.push_back({block, tunnel});
  });
  return joined(std::move(runs));
}

/// One worker's tables against the records.
class Comparison {
 public:
  Comparison(const gateway::Tunnels& tunnels, const TunnelTables& tables)
      : tunnels_(tunnels),
        tables_(tables),
        whose_(" in worker " + std::to_string(tables.tunnels->worker())) {}

  [[nodiscard]] std::vector<Difference> run() && {
    for (const auto& entry : tunnels_.entries()) {
      known_.emplace(entry->index, entry.get());
      compare_way_out(*entry);
      compare_receivers(*entry);
    }
    for (TunnelIndex i = kNoTunnel + 1; i < tables_.tunnels->capacity(); ++i)
      if (!known_.contains(i)) find_remains(i);
    tables_.tunnels->for_each_receiver([this](std::uint32_t spi, const auto&) {
      if (!spis_.contains(spi))
        differ(DifferenceKind::ReceiverDiffersInWorker,
               "SPI " + std::to_string(spi) + " is no tunnel's, and is taken");
    });
    compare_blocks();
    return std::move(found_);
  }

 private:
  void differ(DifferenceKind kind, const std::string& what) {
    found_.push_back({kind, what + whose_});
  }

  void compare_way_out(const Entry& entry) {
    const auto& tunnel = (*tables_.tunnels)[entry.index];
    const auto name = "tunnel " + entry.record.name;
    // What a path refers to is control's, and no other's: a copy is known by that.
    if (!tunnel.path || tunnel.path->remote.data() != entry.path->remote.data())
      differ(DifferenceKind::TunnelDiffersInWorker,
             name + (tunnel.path ? " has another path" : " has no path"));
    const auto* wanted = sender_of(entry);
    if (tunnel.sa != wanted)
      differ(DifferenceKind::TunnelDiffersInWorker,
             name + (tunnel.sa == nullptr ? " has no SA to send by" : " sends by another SA"));
    if (entry.sending != nullptr && tunnel.owner != owner_of(entry))
      differ(DifferenceKind::TunnelDiffersInWorker, name + " hands over to another worker");
    if (entry.record.encapsulation == tunnel::Encapsulation::Ipip &&
        tables_.tunnels->ipip_from(entry.path->path.peer) != entry.index)
      differ(DifferenceKind::ReceiverDiffersInWorker, to_string(entry.path->path.peer) + " is " +
                                                          name +
                                                          "'s far end, and is not known as that");
  }

  [[nodiscard]] std::uint16_t owner_of(const Entry& entry) const {
    return static_cast<std::uint16_t>(tables_.tunnels->worker() % entry.sending->senders().size());
  }
  [[nodiscard]] const tunnel::OutboundSa* sender_of(const Entry& entry) const {
    if (entry.sending == nullptr) return nullptr;
    const auto worker = tables_.tunnels->worker();
    return owner_of(entry) == worker ? &entry.sending->senders()[worker] : nullptr;
  }

  void compare_receivers(const Entry& entry) {
    for (const auto& set : entry.sets)
      for (const auto& sa : set->receivers()) {
        spis_.insert(sa->spi);
        const auto what = "SPI " + std::to_string(sa->spi) + " of tunnel " + entry.record.name;
        const auto* found = tables_.tunnels->receiver_of(sa->spi);
        if (found == nullptr)
          differ(DifferenceKind::ReceiverDiffersInWorker, what + " is not known");
        else if (found->sa != sa.get() || sa->tunnel != entry.index)
          differ(DifferenceKind::ReceiverDiffersInWorker, what + " is another SA");
        else if (found->owner != sa->owner)
          differ(DifferenceKind::ReceiverDiffersInWorker,
                 what + " is opened by worker " + std::to_string(sa->owner) + ", and by worker " +
                     std::to_string(found->owner));
      }
  }

  void find_remains(TunnelIndex index) {
    const auto& tunnel = (*tables_.tunnels)[index];
    if (tunnel.path || tunnel.sa != nullptr)
      differ(DifferenceKind::TunnelDiffersInWorker,
             "tunnel " + std::to_string(index) + " is none of the records', and is up");
  }

  [[nodiscard]] std::string text_of(const Run& run) const {
    const auto found = known_.find(run.tunnel);
    const auto tunnel =
        found == known_.end() ? std::to_string(run.tunnel) : found->second->record.name;
    return "ports " + std::to_string(run.block.first) + "-" + std::to_string(run.block.last) +
           " of " + to_string(run.block.address) + " through tunnel " + tunnel;
  }

  void compare_blocks() {
    const auto wanted = runs_of(tunnels_);
    const auto there = runs_of(*tables_.blocks);
    std::vector<Run> missing, unknown;
    std::ranges::set_difference(wanted, there, std::back_inserter(missing));
    std::ranges::set_difference(there, wanted, std::back_inserter(unknown));
    for (const auto& run : missing)
      differ(DifferenceKind::BlockDiffersInWorker, text_of(run) + " are not found");
    for (const auto& run : unknown)
      differ(DifferenceKind::BlockDiffersInWorker, text_of(run) + " are in no record, and found");
  }

  const gateway::Tunnels& tunnels_;
  const TunnelTables& tables_;
  const std::string whose_;
  std::map<TunnelIndex, const Entry*> known_;
  std::set<std::uint32_t> spis_;  // that some tunnel takes
  std::vector<Difference> found_;
};

}  // namespace

std::vector<Difference> compare_tunnels(const gateway::Tunnels& tunnels, AllTunnelTables workers) {
  std::vector<Difference> all;
  for (const auto& tables : workers)
    std::ranges::move(Comparison{tunnels, tables}.run(), std::back_inserter(all));
  return all;
}

std::optional<std::vector<Difference>> audit_tunnels(const gateway::Tunnels& tunnels,
                                                     const gateway::Publisher& publisher,
                                                     AllTunnelTables workers) {
  if (publisher.outstanding() > 0) return std::nullopt;
  return compare_tunnels(tunnels, workers);
}

}  // namespace portico::management
