// SPDX-License-Identifier: BSD-3-Clause
// Files that are there whole or not at all.
#pragma once

#include "base/endian.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <sys/types.h>
#include <vector>

namespace portico::posix {

/// Temporary file, fsync, rename, fsync of the folder: after a power cut either the old file is
/// there or the new one.
[[nodiscard]] Result<void> write_atomically(const std::filesystem::path& path, Bytes content,
                                            mode_t mode);
/// `link` points to `target` afterwards, whatever was there before.
[[nodiscard]] Result<void> link_atomically(const std::filesystem::path& link,
                                           const std::filesystem::path& target);
/// Makes the names in the folder of `path` durable.
[[nodiscard]] Result<void> sync_folder_of(const std::filesystem::path& path);
/// A regular file of at most `max_octets`; symbolic links are not followed.
[[nodiscard]] Result<std::vector<std::uint8_t>> read_whole(const std::filesystem::path& path,
                                                           std::size_t max_octets);
/// Durable as well. What is gone already is no error.
[[nodiscard]] Result<void> remove_file(const std::filesystem::path& path);

}  // namespace portico::posix
