// SPDX-License-Identifier: BSD-3-Clause
#include "config/tunnel_blocks.hpp"

#include <algorithm>

namespace portico::config {
namespace {

constexpr std::uint16_t kLastPort = 65535;

std::vector<ports::PortSpan> outside(std::span<const TunnelBlocks::Run> runs,
                                     std::uint32_t widest) {
  std::vector<ports::PortSpan> spans;
  std::uint32_t next = 0;
  for (const auto& run : runs) {
    if (run.ports.first > next)
      spans.push_back(
          {static_cast<std::uint16_t>(next), static_cast<std::uint16_t>(run.ports.first - 1)});
    else if (next > 0 && next % widest != 0)
      // Another tunnel begins here, where a range could stand across.
      spans.push_back({run.ports.first, run.ports.first});
    next = run.ports.last + std::uint32_t{1};
  }
  if (next <= kLastPort) spans.push_back({static_cast<std::uint16_t>(next), kLastPort});
  return spans;
}

}  // namespace

TunnelBlocks::TunnelBlocks(std::span<const tunnel::Record> records) {
  for (std::size_t i = 0; i < records.size(); ++i)
    for (const auto& block : records[i].blocks)
      runs_.push_back({block.address, {block.first, block.last}, i});
  std::ranges::sort(runs_, [](const Run& a, const Run& b) {
    return std::pair{a.address, a.ports.first} < std::pair{b.address, b.ports.first};
  });
  std::size_t kept = 0;
  for (const auto& run : runs_) {
    auto* last = kept > 0 ? &runs_[kept - 1] : nullptr;
    if (last && last->address == run.address && last->tunnel == run.tunnel &&
        last->ports.last + 1 == run.ports.first)
      last->ports.last = run.ports.last;
    else
      runs_[kept++] = run;
  }
  runs_.resize(kept);
}

std::span<const TunnelBlocks::Run> TunnelBlocks::runs_of(Ipv4 address) const noexcept {
  const auto first = std::ranges::lower_bound(runs_, address, {}, &Run::address);
  const auto last = std::ranges::upper_bound(runs_, address, {}, &Run::address);
  return {first, last};
}

std::optional<std::size_t> TunnelBlocks::tunnel_of(Ipv4 address, PortRange range) const noexcept {
  for (const auto& run : runs_of(address))
    if (run.ports.first <= range.first && range.last() <= run.ports.last) return run.tunnel;
  return std::nullopt;
}

Result<std::vector<ports::PortSpan>> ports_outside(const TunnelBlocks& blocks, Prefix pool,
                                                   std::uint32_t widest) {
  std::vector<ports::PortSpan> common;
  for (std::uint64_t i = 0; i < pool.size(); ++i) {
    const Ipv4 address{static_cast<std::uint32_t>(pool.base.bits + i)};
    const auto runs = blocks.runs_of(address);
    if (runs.empty()) return fail(to_string(address) + " is in no tunnel's blocks");
    auto spans = outside(runs, widest);
    if (i == 0)
      common = std::move(spans);
    else if (spans != common)
      return fail(to_string(address) + " has other ports in the tunnels' blocks than " +
                  to_string(pool.base));
  }
  return common;
}

}  // namespace portico::config
