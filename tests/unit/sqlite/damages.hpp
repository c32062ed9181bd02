// SPDX-License-Identifier: BSD-3-Clause
// Where things lie in a lease file and its log, by SQLite's file format, and how to ruin them
// there.
#pragma once

#include "base/endian.hpp"
#include "drivers/sqlite/database.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace portico::sqlite {

inline constexpr std::uintmax_t kPage = 4096;
inline constexpr std::uintmax_t kLogHeader = 32;    // sqlite.org/fileformat2.html, 4.1
inline constexpr std::uintmax_t kFrameHeader = 24;  // of each frame, before its page
inline constexpr std::uintmax_t kFrame = kFrameHeader + kPage;

/// A part of a file, in octets.
struct Place {
  std::uintmax_t offset = 0;
  std::uintmax_t size = 0;
};

inline std::uint32_t number_at(const std::string& file, std::uintmax_t offset) {
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  std::uint8_t octets[4] = {};
  stream.read(reinterpret_cast<char*>(octets), sizeof octets);
  return load_be<std::uint32_t>(octets);
}

inline Place page(std::uintmax_t number) { return {(number - 1) * kPage, kPage}; }

/// The page in the middle of a file, whatever it holds.
inline Place middle_of(const std::string& file) {
  return page(std::filesystem::file_size(file) / 2 / kPage + 1);
}

/// A page of the middle of a table or an index: `type` is internal, leaf or overflow.
inline Place page_of(const std::string& file, const std::string& tree, const std::string& type) {
  auto database = Database::open(file, "", Create::No).value();
  database.leave_log_alone();
  const std::string pages = "FROM dbstat WHERE name = '" + tree + "' AND pagetype = '" + type + "'";
  const auto number = database.integer("SELECT pageno " + pages +
                                       " LIMIT 1 OFFSET (SELECT count(*) / 2 " + pages + ")");
  INFO(tree << " " << type);
  REQUIRE(number.value() > 1);
  return page(static_cast<std::uintmax_t>(*number));
}

inline Place free_trunk(const std::string& file) {
  const auto number = number_at(file, 32);  // fileformat2.html, 1.3
  REQUIRE(number > 1);
  return page(number);
}
inline Place free_leaf(const std::string& file) {
  const auto number = number_at(file, free_trunk(file).offset + 8);  // the first, 1.5
  REQUIRE(number > 1);
  return page(number);
}

/// The middle one of the frames of a log.
inline Place middle_frame(const std::string& log) {
  const auto frames = (std::filesystem::file_size(log) - kLogHeader) / kFrame;
  REQUIRE(frames > 2);
  return {kLogHeader + frames / 2 * kFrame, kFrame};
}

/// Where these octets stand first.
inline std::uintmax_t offset_of(const std::string& file, const std::string& octets) {
  std::ifstream stream(file, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(stream), {}};
  const auto offset = all.find(octets);
  REQUIRE(offset != std::string::npos);
  return offset;
}

/// What a failing disk, or a stray hand, leaves there.
inline void scribble(const std::string& file, Place place, char with = '\xa5') {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(place.offset));
  stream << std::string(place.size, with);
}

/// A way to ruin a file or what lies beside it.
struct Damage {
  const char* what;
  std::function<void(const std::string& file)> inflict;
};

inline Damage at(const char* what, Place (*find)(const std::string&)) {
  return {what, [find](const std::string& file) { scribble(file, find(file)); }};
}
inline Damage zeros(const char* what, const char* tree, const char* type) {
  return {what, [=](const std::string& file) { scribble(file, page_of(file, tree, type), 0); }};
}
inline Damage garbage(const char* what, const char* tree, const char* type) {
  return {what, [=](const std::string& file) { scribble(file, page_of(file, tree, type)); }};
}

/// Of what start and scrub read.
inline const std::vector<Damage> kOfLeases{
    {"the header",
     [](const std::string& file) {
       scribble(file, {0, 100});
     }},
    {"the schema",
     [](const std::string& file) {
       scribble(file, {100, kPage - 100});
     }},
    garbage("meta", "meta", "leaf"),
    garbage("a page that leads to leases", "leases", "internal"),
    zeros("a page that led to leases", "leases", "internal"),
    garbage("a page of leases", "leases", "leaf"),
    zeros("a page that held leases", "leases", "leaf"),
    garbage("the rest of a long record", "leases", "overflow"),
    {"all but a part",
     [](const std::string& file) { std::filesystem::resize_file(file, 3 * kPage); }},
    {"all of it", [](const std::string& file) { std::filesystem::resize_file(file, 0); }},
};

/// Of what only a commit or a question meets.
inline const std::vector<Damage> kOfHistory{
    garbage("a page that leads to history", "history", "internal"),
    garbage("a page of history", "history", "leaf"),
    zeros("a page that held history", "history", "leaf"),
    garbage("a page that leads into an index", "history_direct", "internal"),
    garbage("a page of an index", "history_direct", "leaf"),
    garbage("a page of the index of changes", "sqlite_autoindex_history_1", "leaf"),
    at("the list of free pages", free_trunk),
    at("a free page", free_leaf),
};

inline Place middle_header(const std::string& log) {
  return {middle_frame(log).offset, kFrameHeader};
}
inline Place middle_page(const std::string& log) {
  return {middle_frame(log).offset + kFrameHeader, kPage};
}
inline Place last_frame(const std::string& log) {
  return {std::filesystem::file_size(log) - kFrame, kFrame};
}

inline Damage of_log(const char* what, Place (*find)(const std::string&)) {
  return {what, [find](const std::string& file) { scribble(file + "-wal", find(file + "-wal")); }};
}
/// Of the log as a whole: what of it has been moved into the file is not missed.
inline const std::vector<Damage> kOfLog{
    of_log("the log's header",
           [](const std::string&) {
             return Place{0, kLogHeader};
           }),
    {"all of the log",
     [](const std::string& file) { std::filesystem::resize_file(file + "-wal", 0); }},
};
/// What is before them in the log hides what has been moved.
inline const std::vector<Damage> kOfFrames{
    of_log("a frame's header", middle_header),
    of_log("a frame's page", middle_page),
    of_log("the last frame", last_frame),
    {"half of the log",
     [](const std::string& file) {
       std::filesystem::resize_file(file + "-wal", middle_frame(file + "-wal").offset);
     }},
};
inline const std::vector<Damage> kOfLogIndex{
    {"the log's index",
     [](const std::string& file) {
       scribble(file + "-shm", {0, std::filesystem::file_size(file + "-shm")});
     }},
};

}  // namespace portico::sqlite
