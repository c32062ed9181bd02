// SPDX-License-Identifier: BSD-3-Clause
// EAL's runtime folder, /var/run/dpdk/PROGRAM<pid>: sockets and files of one process, which EAL
// leaves behind when it ends.
#pragma once

#include <string>

namespace portico::dpdk {

/// Of this process; arguments of the operator's may give EAL another.
[[nodiscard]] std::string runtime_folder_name(const std::string& program);
/// Call when EAL is done with it. A folder of another name is somebody else's too, and stays.
void remove_own_runtime_folder(const std::string& program) noexcept;
/// Those of processes of this program that are gone: killed, most of them.
void remove_runtime_folders_of_the_dead(const std::string& program) noexcept;

}  // namespace portico::dpdk
