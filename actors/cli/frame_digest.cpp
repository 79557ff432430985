#include "actors/cli/frame_digest.hpp"

#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <stdexcept>

namespace troupe::cli {

namespace {

/// SHA-256 is always there; that it fails means that OpenSSL is broken or memory has run out.
void check(bool worked) {
  if (!worked) throw std::runtime_error("OpenSSL refused to compute SHA-256");
}

} // namespace

frame_digest::frame_digest() : context_(EVP_MD_CTX_new()) {
  if (context_ && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1) return;
  EVP_MD_CTX_free(context_);
  check(false);
}

frame_digest::~frame_digest() {
  EVP_MD_CTX_free(context_);
}

void frame_digest::add(std::string_view bytes) {
  check(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
}

std::string frame_digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context_, bytes.data(), &size) == 1);
  std::string out;
  for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

} // namespace troupe::cli
