// SPDX-License-Identifier: BSD-3-Clause
#include "app/phone/network.hpp"
#include "app/phone/options.hpp"
#include "app/phone/raw_socket.hpp"
#include "app/phone/telephone.hpp"
#include "drivers/ipsec_mb/digest.hpp"

#include <cstdio>
#include <exception>
#include <system_error>

namespace {

using portico::Error;

int complain(const Error& error, int exit_code) {
  std::fprintf(stderr, "portico-phone: %s\n", to_string(error).c_str());
  return exit_code;
}

int telephone(const portico::phone::Options& options) {
  std::error_code error;
  std::filesystem::create_directories(options.state, error);
  if (error) return complain({error.message(), options.state.string()}, 1);
  auto digest = portico::ipsec_mb::make_digest();
  if (!digest) return complain(digest.error(), 1);
  const auto interface = portico::phone::open_interface(options.interface);
  if (!interface) return complain(interface.error(), 1);
  auto socket = portico::phone::RawSocket::open(*interface);
  if (!socket) return complain(socket.error(), 1);
  return portico::phone::Telephone(options, *interface, std::move(*socket), **digest).run();
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = portico::phone::parse_options(argc, argv);
  if (!options) return complain(options.error(), 2);
  if (options->text) return std::fputs(options->text->c_str(), stdout) < 0 ? 1 : 0;
  return telephone(*options);
}
