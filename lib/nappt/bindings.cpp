// SPDX-License-Identifier: BSD-3-Clause
#include "nappt/bindings.hpp"

#include "base/expects.hpp"

#include <algorithm>

namespace portico::nappt {
namespace {

std::uint64_t slots_in(const Shape& shape) noexcept {
  std::uint64_t slots = 1 + shape.strays.size();
  for (const auto& pool : shape.private_pools) slots += pool.size();
  return slots;
}

std::uint64_t places_in(const Shape& shape) noexcept {
  return 1 + Granules::count(shape.public_pools) + Granules::count(shape.tunnel_pools);
}

}  // namespace

Bindings::Bindings(const Shape& shape, std::pmr::memory_resource* memory)
    : phones_(slots_in(shape), memory),
      places_(places_in(shape), kNobody, memory),
      public_(shape.public_pools, kNowhere + 1),
      tunnel_(shape.tunnel_pools, public_.end()),
      strays_(shape.strays) {
  Slot first = kNobody + 1;
  auto private_pools = shape.private_pools;
  std::ranges::sort(private_pools, std::ranges::greater{}, &Prefix::length);
  for (const auto& pool : private_pools) {
    private_.push_back({AddressBlock{pool}, first});
    first += static_cast<Slot>(pool.size());
  }
  first_stray_ = first;
  std::ranges::sort(strays_);
}

std::uint64_t Bindings::memory_bytes(const Shape& shape) noexcept {
  return slots_in(shape) * sizeof(Phone) + places_in(shape) * sizeof(Slot) +
         shape.strays.size() * sizeof(Ipv4);
}

void Bindings::add(const Binding& binding) noexcept {
  const auto slot = slot_of(binding.private_address);
  expects(slot != kNobody && binding.range.is_valid(), "a binding has a slot and ports");
  auto& phone = phones_[slot];
  expects(phone.range.size == 0, "nobody else holds what a binding holds");
  phone.private_address = binding.private_address;
  phone.public_address = binding.public_address;
  phone.tunnel_address = binding.tunnel_address;
  expects(binding.next_hop <= 0xffff && binding.tunnel <= 0xffff, "both fit into a phone's line");
  phone.next_hop = static_cast<std::uint16_t>(binding.next_hop);
  phone.tunnel = static_cast<std::uint16_t>(binding.tunnel);
  phone.range = binding.range;
  phone.mac = binding.mac;
  phone.phone_class = binding.phone_class;
  phone.direct_delta = wire::StoredDelta{
      wire::ChecksumDelta{}.replace(binding.private_address, binding.public_address)};
  phone.tunnel_delta = wire::StoredDelta{
      wire::ChecksumDelta{}.replace(binding.private_address, binding.tunnel_address)};
  for (auto* count : {&phone.packets_out, &phone.octets_out, &phone.packets_in, &phone.octets_in})
    *count = {};
  write_places(phone, kNobody, slot);
}

void Bindings::remove(Ipv4 private_address) noexcept {
  const auto slot = slot_of(private_address);
  auto& phone = phones_[slot];
  expects(phone.range.size > 0, "what is removed was added");
  write_places(phone, slot, kNobody);
  phone.range = {};
}

void Bindings::write_places(const Phone& phone, Slot was, Slot now) noexcept {
  write_places(public_, phone.public_address, phone.range, was, now);
  write_places(tunnel_, phone.tunnel_address, phone.range, was, now);
}

void Bindings::write_places(const Granules& pools, Ipv4 address, PortRange range, Slot was,
                            Slot now) noexcept {
  if (address.is_zero()) return;
  const auto* pool = pools.pool_of(address);
  expects(pool != nullptr && range.size >> pool->granule_bits > 0, "a range fills granules");
  const auto first = pool->place(address, range.first);
  const auto last = pool->place(address, range.last());
  for (Place place = first; place <= last; ++place) write(place, was, now);
}

void Bindings::write(Place place, Slot was, Slot now) noexcept {
  expects(place != kNowhere && places_[place] == was, "nobody else holds what a binding holds");
  places_[place] = now;
}

Slot Bindings::stray_slot(Ipv4 address) const noexcept {
  const auto stray = std::ranges::lower_bound(strays_, address);
  if (stray == strays_.end() || *stray != address) return kNobody;
  return first_stray_ + static_cast<Slot>(stray - strays_.begin());
}

std::optional<Binding> Bindings::at(Slot slot) const noexcept {
  const auto& p = phones_[slot];
  if (p.range.size == 0) return std::nullopt;
  return Binding{p.private_address, p.public_address, p.tunnel_address, p.mac,
                 p.next_hop,        p.range,          p.phone_class,    p.tunnel};
}

Usage Bindings::usage(Ipv4 private_address) const noexcept {
  const auto& p = phones_[slot_of(private_address)];
  return {p.packets_out.value(), p.octets_out.value(), p.packets_in.value(), p.octets_in.value()};
}

}  // namespace portico::nappt
