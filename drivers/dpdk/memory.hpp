// SPDX-License-Identifier: BSD-3-Clause
// Tables in DPDK's memory: hugepages where there are any, on the NUMA node of the core that uses
// them.
#pragma once

#include <memory_resource>

namespace portico::dpdk {

class Memory : public std::pmr::memory_resource {
 public:
  /// Memory near this lcore.
  explicit Memory(unsigned lcore) noexcept;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;  // throws std::bad_alloc
  void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override;

  int node_;
};

}  // namespace portico::dpdk
