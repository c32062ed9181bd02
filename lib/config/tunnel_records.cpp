// SPDX-License-Identifier: BSD-3-Clause
#include "config/tunnel_records.hpp"

#include "config/keys_of.hpp"
#include "config/lines.hpp"
#include "config/problems.hpp"
#include "config/reader.hpp"

#include <bit>
#include <limits>

namespace portico::config {
namespace {

using tunnel::PortBlock;
using tunnel::Record;

constexpr std::uint32_t kFirstSpi = 256;  // 0 to 255 are reserved: RFC 4303 section 2.1
constexpr std::uint32_t kLastSpi = std::numeric_limits<std::uint32_t>::max();

constexpr std::tuple kBlockOptions{
    Required{&PortBlock::address, "address", "an address of the provider's"},
    Option{&PortBlock::first, "first", "the first port; absent: 0"},
    Option{&PortBlock::last, "last", "the last port, included; absent: 65535"},
};

constexpr std::tuple kRecordOptions{
    Required{&Record::name, "name", "our name for it, of letters, digits, '.', '_' and '-'"},
    Required{&Record::gateway, "gateway", "outer address of the end at the phones"},
    Required{&Record::concentrator, "concentrator", "outer address of the end at the provider"},
    Option{&Record::encapsulation, "encapsulation", "esp, or ipip where the path is trusted"},
    List{&Record::blocks, "blocks", "what is behind the gateway: ports of the provider's addresses",
         kBlockOptions},
    Required{&Record::remote, "remote", "what is behind the concentrator"},
    Option{&Record::mtu,
           "mtu",
           "of the path between them, outer headers included; less is learned from ICMP",
           {576, 9000}},
    Option{&Record::algorithm, "algorithm",
           "aes-gcm-128, aes-gcm-256, chacha20-poly1305, aes-cbc-128-hmac-sha2-256-128 or "
           "aes-cbc-256-hmac-sha2-256-128"},
    Option{&Record::udp, "udp", "in UDP 4500, so that the gateway may be behind a NAT"},
    Option{&Record::esn, "esn", "64-bit sequence numbers"},
    Option{&Record::sas,
           "sas",
           "SAs in each direction, a power of two up to 64: as many as the workers of the end with "
           "more",
           {1, tunnel::kMostSas}},
    Option{&Record::spi_out,
           "spi_out",
           "first SPI from gateway to concentrator, each SA has the next",
           {kFirstSpi, kLastSpi}},
    Option{
        &Record::spi_in, "spi_in", "first SPI from concentrator to gateway", {kFirstSpi, kLastSpi}},
    Option{&Record::key, "key", "the name of its keys: other keys have another name, for ever"},
};

/// One line's problems, on their way to the file's.
class LineProblems {
 public:
  LineProblems(FileProblems& file, std::size_t line) : file_(file), line_(line) {}
  void add_if(bool wrong, const std::string& pointer, std::string what) {
    if (!wrong) return;
    file_.add(line_, pointer, std::move(what));
    none_ = false;
  }
  [[nodiscard]] bool none() const noexcept { return none_; }

 private:
  FileProblems& file_;
  std::size_t line_;
  bool none_ = true;
};

void check_ends(const Record& record, LineProblems& problems) {
  problems.add_if(!is_tunnel_name(record.name), "/name", std::string{kTunnelName});
  problems.add_if(!is_host_address(record.gateway), "/gateway", "must be a host's address");
  problems.add_if(!is_host_address(record.concentrator), "/concentrator",
                  "must be a host's address");
  problems.add_if(record.gateway == record.concentrator, "/concentrator",
                  "is the gateway's address already");
}

/// Inner and outer addresses are always different (RFC 2003 section 4 calls it recursion else).
void check_inside(const Record& record, LineProblems& problems) {
  problems.add_if(record.blocks.empty(), "/blocks", "must list at least one block");
  problems.add_if(record.remote.empty(), "/remote", "must list at least one network");
  for (std::size_t i = 0; i < record.blocks.size(); ++i) {
    const auto& block = record.blocks[i];
    const auto place = under("/blocks", i);
    problems.add_if(block.last < block.first, place + "/last", "must not be below first");
    problems.add_if(!is_host_address(block.address), place + "/address",
                    "must be a host's address");
    problems.add_if(block.address == record.gateway || block.address == record.concentrator,
                    place + "/address",
                    to_string(block.address) + " is an outer address of the tunnel");
  }
  for (std::size_t i = 0; i < record.remote.size(); ++i) {
    const auto prefix = record.remote[i];
    for (const auto outer : {record.gateway, record.concentrator})
      problems.add_if(
          prefix.contains(outer), under("/remote", i),
          to_string(prefix) + " holds " + to_string(outer) + ", an outer address of the tunnel");
    for (std::size_t other = 0; other < i; ++other)
      problems.add_if(prefix.overlaps(record.remote[other]), under("/remote", i),
                      to_string(prefix) + " overlaps " + to_string(record.remote[other]));
  }
}

void check_esp(const Record& record, LineProblems& problems) {
  problems.add_if(record.key.empty(), "/key", "is missing: ESP needs keys");
  problems.add_if(!record.key.empty() && !is_tunnel_name(record.key), "/key",
                  std::string{kTunnelName});
  problems.add_if(!std::has_single_bit(record.sas), "/sas", "must be a power of two");
  const auto check_spi = [&](std::uint32_t first, const std::string& pointer) {
    problems.add_if(first == 0, pointer, "is missing: ESP needs an SPI");
    problems.add_if(first > kLastSpi - (record.sas - 1), pointer,
                    "leaves no SPI for the last of " + std::to_string(record.sas) + " SAs");
  };
  check_spi(record.spi_out, "/spi_out");
  check_spi(record.spi_in, "/spi_in");
}

/// What could only mislead: who reads it would think that the tunnel protects something.
void check_ipip(const Json& json, LineProblems& problems) {
  for (const auto* key : {"algorithm", "udp", "esn", "sas", "spi_out", "spi_in", "key"})
    problems.add_if(json.contains(key), under("", key), "must not be given: it is for esp only");
}

/// Of text that is no JSON the place is a line, which is always 1 here, and a column.
std::string without_line(const std::string& where) {
  constexpr std::string_view kLine = "line 1, ";
  return where.starts_with(kLine) ? where.substr(kLine.size()) : where;
}

void read_record(std::size_t line, std::string_view text, FileProblems& file,
                 std::vector<PlacedRecord>& records) {
  std::vector<Error> errors;
  const auto json = parse_document(text, errors);
  PlacedRecord placed{{}, line};
  if (!json.is_discarded()) Reader{errors}.object(json, placed.record, kRecordOptions, "");
  LineProblems problems{file, line};
  for (auto& e : errors) problems.add_if(true, without_line(e.where), std::move(e.what));
  if (!problems.none()) return;
  check_ends(placed.record, problems);
  check_inside(placed.record, problems);
  if (placed.record.encapsulation == tunnel::Encapsulation::Esp)
    check_esp(placed.record, problems);
  else
    check_ipip(json, problems);
  if (problems.none()) records.push_back(std::move(placed));
}

}  // namespace

std::vector<PlacedRecord> read_records(std::string_view text, FileProblems& problems) {
  std::vector<PlacedRecord> records;
  for_each_line(text, problems, [&](std::size_t number, std::string_view line) {
    read_record(number, line, problems, records);
  });
  return records;
}

std::vector<Key> record_keys() { return keys_of(kRecordOptions); }

}  // namespace portico::config
