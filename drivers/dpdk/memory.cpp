// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/dpdk/memory.hpp"

#include <rte_lcore.h>
#include <rte_malloc.h>

#include <new>

namespace portico::dpdk {

Memory::Memory(unsigned lcore) noexcept : node_(static_cast<int>(rte_lcore_to_socket_id(lcore))) {}

void* Memory::do_allocate(std::size_t bytes, std::size_t alignment) {
  auto* p = rte_malloc_socket(nullptr, bytes, static_cast<unsigned>(alignment), node_);
  if (p == nullptr) throw std::bad_alloc{};
  return p;
}

void Memory::do_deallocate(void* p, std::size_t, std::size_t) { rte_free(p); }

bool Memory::do_is_equal(const memory_resource& other) const noexcept {
  const auto* memory = dynamic_cast<const Memory*>(&other);
  return memory != nullptr && memory->node_ == node_;
}

}  // namespace portico::dpdk
