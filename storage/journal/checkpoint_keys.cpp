#include "storage/journal/checkpoint_keys.hpp"

#include "storage/journal/plain_file.hpp"
#include "storage/journal/sha256.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sodium.h>
#include <stdexcept>

namespace troupe::storage {

namespace {

using key_bytes = std::array<std::uint8_t, 32>;
static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SEEDBYTES == 32);
static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_BYTES == 64);

constexpr std::size_t longest_key_file = 1U << 20;

void start_library() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium can't be started");
}

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string id_of(const key_bytes& key) {
  sha256_hasher hash;
  return to_hex(hash({reinterpret_cast<const char*>(key.data()), key.size()})).substr(0, 16);
}

/// Text without blanks and line ends at its end.
std::string_view trimmed(std::string_view text) noexcept {
  return text.substr(0, text.find_last_not_of(" \r\n\t") + 1);
}

/// A key has the size of a digest, and the same text.
std::optional<key_bytes> parse_key(std::string_view text) {
  return parse_digest(trimmed(text));
}

} // namespace

std::filesystem::path key_file(const std::filesystem::path& folder) {
  return folder / "journal.key";
}
std::filesystem::path public_key_file(const std::filesystem::path& folder) {
  return folder / "journal.pub";
}

result<checkpoint_signer> checkpoint_signer::open(const std::filesystem::path& folder,
                                                  const std::function<std::array<std::uint8_t, 16>()>& random,
                                                  bool& made) {
  start_library();
  made = false;
  auto text = read_plain_file(key_file(folder), longest_key_file);
  if (!text) return failure(std::move(text).error());
  key_bytes seed{};
  if (*text) {
    const auto parsed = parse_key(**text);
    if (!parsed) return fail(ec::storage_unavailable, fmt::format("{} is no key", key_file(folder).string()));
    seed = *parsed;
  } else {
    made = true;
    for (std::size_t half = 0; half < 2; ++half) {
      const auto bytes = random();
      std::copy(bytes.begin(), bytes.end(), seed.begin() + static_cast<std::ptrdiff_t>(half * bytes.size()));
    }
  }
  checkpoint_signer out;
  crypto_sign_seed_keypair(out.public_.data(), out.secret_.data(), seed.data());
  out.id_ = id_of(out.public_);

  // The public half first: there is never a signature that can't be checked.
  auto known = checkpoint_keys::load(folder);
  if (!known) return failure(std::move(known).error());
  if (!known->knows(out.id_))
    if (auto added = append_plain_line(public_key_file(folder),
                                       fmt::format("{} {}", out.id_, to_hex(out.public_)), 0644);
        !added)
      return failure(std::move(added).error());
  if (made)
    if (auto written = write_plain_file(key_file(folder), to_hex(seed) + '\n', 0600); !written)
      return failure(std::move(written).error());
  sodium_memzero(seed.data(), seed.size());
  return out;
}

void checkpoint_signer::sign(std::string_view journal_id, signed_checkpoint& checkpoint) const {
  checkpoint.key_id = id_;
  const auto text = checkpoint_text(journal_id, checkpoint);
  crypto_sign_detached(checkpoint.signature.data(), nullptr, bytes_of(text), text.size(), secret_.data());
}

result<checkpoint_keys> checkpoint_keys::load(const std::filesystem::path& folder) {
  start_library();
  auto text = read_plain_file(public_key_file(folder), longest_key_file);
  if (!text) return failure(std::move(text).error());
  checkpoint_keys out;
  std::string_view rest = *text ? std::string_view(**text) : std::string_view();
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto key = parse_key(line.substr(std::min(line.find(' ') + 1, line.size())));
    // The id is made from the key, so that no line can claim another's.
    if (key) out.keys_.emplace(id_of(*key), *key);
  }
  return out;
}

bool checkpoint_keys::signed_by_known_key(std::string_view journal_id,
                                          const signed_checkpoint& checkpoint) const {
  const auto key = keys_.find(checkpoint.key_id);
  if (key == keys_.end()) return false;
  const auto text = checkpoint_text(journal_id, checkpoint);
  return crypto_sign_verify_detached(checkpoint.signature.data(), bytes_of(text), text.size(),
                                     key->second.data()) == 0;
}

} // namespace troupe::storage
