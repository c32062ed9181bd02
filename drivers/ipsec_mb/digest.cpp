// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/ipsec_mb/digest.hpp"

#include "drivers/ipsec_mb/manager.hpp"

#include <utility>

namespace portico::ipsec_mb {
namespace {

class MultiBufferDigest final : public Digest {
 public:
  explicit MultiBufferDigest(Manager manager) noexcept : manager_(std::move(manager)) {}

  /// The direct call, not a job: a job takes at most 65534 octets, and one message at a time gains
  /// nothing from several lanes.
  [[nodiscard]] Sha256 sha256(Bytes message) override {
    constexpr std::uint8_t kNothing = 0;  // the library refuses a null source, whatever its length
    Sha256 digest;
    IMB_SHA256(manager_.get(), message.empty() ? &kNothing : message.data(), message.size(),
               digest.data());
    return digest;
  }

 private:
  Manager manager_;
};

}  // namespace

Result<std::unique_ptr<Digest>> make_digest() {
  auto manager = make_manager();
  if (!manager) return fail(std::move(manager.error()));
  return std::make_unique<MultiBufferDigest>(std::move(*manager));
}

}  // namespace portico::ipsec_mb
