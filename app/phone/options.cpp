// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/options.hpp"

#include "app/phone/dhcp_client.hpp"
#include "base/hex.hpp"
#include "wire/tftp.hpp"

#include <boost/program_options.hpp>

#include <exception>
#include <sstream>

namespace portico::phone {
namespace {

namespace po = boost::program_options;

po::options_description described() {
  po::options_description all(
      "portico-phone: an IP telephone that is leased its ports and software");
  auto add = all.add_options();
  add("help", "this text");
  add("version", "the version");
  add("interface", po::value<std::string>(), "Ethernet interface to lease an address for");
  add("vendor-class", po::value<std::string>(), "vendor class identifier, option 60");
  add("state", po::value<std::string>(), "folder of the stored lease and the software");
  add("client-id", po::value<std::string>(), "client identifier, option 61, in hexadecimal");
  add("enterprise", po::value<std::uint32_t>()->default_value(32473),
      "enterprise number under which option 125 is read (default: RFC 5612's for examples)");
  add("once", "end with the first failure, or with the software: 0 only if all went well");
  add("deadline", po::value<std::uint32_t>()->default_value(60),
      "seconds within which --once must have come to its software");
  add("no-software", "lease and enable, but neither fetch nor run anything");
  add("keep-lease", "do not release the lease at the end: it is asked for again next time");
  add("allow-unverified", "run software whose digest the lease does not tell");
  add("retry", po::value<std::uint32_t>()->default_value(4000),
      "milliseconds before the first retransmission of DHCP; doubles up to 16 times that");
  add("max-size", po::value<std::uint32_t>()->default_value(64), "largest software taken, in MiB");
  add("blksize", po::value<std::uint16_t>()->default_value(1428), "TFTP block size asked for");
  add("windowsize", po::value<std::uint16_t>()->default_value(16), "TFTP window asked for");
  return all;
}

std::string help() {
  std::ostringstream text;
  text << described();
  return text.str();
}

Options values_of(const po::variables_map& given) {
  Options options;
  options.interface = given["interface"].as<std::string>();
  options.vendor_class = given["vendor-class"].as<std::string>();
  options.state = given["state"].as<std::string>();
  options.enterprise = given["enterprise"].as<std::uint32_t>();
  options.once = given.count("once") > 0;
  options.no_software = given.count("no-software") > 0;
  options.keep_lease = given.count("keep-lease") > 0;
  options.allow_unverified = given.count("allow-unverified") > 0;
  options.first_wait = std::chrono::milliseconds{given["retry"].as<std::uint32_t>()};
  options.once_deadline = std::chrono::seconds{given["deadline"].as<std::uint32_t>()};
  options.max_octets = std::size_t{given["max-size"].as<std::uint32_t>()} << 20;
  options.blksize = given["blksize"].as<std::uint16_t>();
  options.windowsize = given["windowsize"].as<std::uint16_t>();
  return options;
}

Result<Options> checked(Options options) {
  if (options.vendor_class.empty() || options.vendor_class.size() > kMaxVendorClass)
    return fail("1 to " + std::to_string(kMaxVendorClass) + " octets", "--vendor-class");
  if (options.first_wait < 100ms || options.first_wait > 60s)
    return fail("100 to 60000", "--retry");
  if (options.max_octets == 0 || options.max_octets > std::size_t{1024} << 20)
    return fail("1 to 1024", "--max-size");
  if (options.blksize < wire::tftp::kMinBlksize || options.blksize > wire::tftp::kMaxBlksize)
    return fail("8 to 65464", "--blksize");
  if (options.windowsize == 0) return fail("1 to 65535", "--windowsize");
  return options;
}

Result<Options> with_client_id(Options options, const po::variables_map& given) {
  if (given.count("client-id") == 0) return options;
  const auto id = parse_hex(given["client-id"].as<std::string>());
  // RFC 2132 section 9.14: at least two octets.
  if (!id || id->size() < 2 || id->size() > kMaxClientId)
    return fail("2 to " + std::to_string(kMaxClientId) + " octets in hexadecimal", "--client-id");
  options.client_id = *id;
  return options;
}

Result<Options> text_only(std::string text) {
  Options options;
  options.text = std::move(text);
  return options;
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv) {
  try {
    po::variables_map given;
    po::store(po::parse_command_line(argc, argv, described()), given);
    if (given.count("help") > 0) return text_only(help());
    if (given.count("version") > 0) return text_only("portico-phone " PORTICO_VERSION "\n");
    for (const char* required : {"interface", "vendor-class", "state"})
      if (given.count(required) == 0) return fail("is missing", std::string{"--"} + required);
    return with_client_id(values_of(given), given).and_then(checked);
  } catch (const po::error& e) {
    return fail(e.what());
  }
}

}  // namespace portico::phone
