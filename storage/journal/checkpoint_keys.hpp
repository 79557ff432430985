#pragma once
// The Ed25519 key that signs checkpoints, made on first use, and the public ones they are checked with.

#include "storage/journal/checkpoint.hpp"

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

namespace troupe::storage {

/// `journal.key`: the secret one, for its owner's eyes only (mode 600).
std::filesystem::path key_file(const std::filesystem::path& folder);
/// `journal.pub`: the public ones, one line `ID KEY` each, in hex. A key that is made anew adds a line; old
/// checkpoints are checked with the old ones.
std::filesystem::path public_key_file(const std::filesystem::path& folder);

class checkpoint_signer {
 public:
  /// @param random 16 random bytes from the system with each call
  /// @param made set if there was no key
  /// @returns STORAGE_UNAVAILABLE if the key can't be read or made
  static result<checkpoint_signer> open(const std::filesystem::path& folder,
                                        const std::function<std::array<std::uint8_t, 16>()>& random,
                                        bool& made);

  /// Signs it, and puts the key's id into it.
  void sign(std::string_view journal_id, signed_checkpoint& checkpoint) const;
  const std::string& key_id() const noexcept { return id_; }

 private:
  std::string id_;
  std::array<std::uint8_t, 32> public_{};
  std::array<std::uint8_t, 64> secret_{};
};

class checkpoint_keys {
 public:
  /// None if there is no file.
  static result<checkpoint_keys> load(const std::filesystem::path& folder);

  bool knows(const std::string& key_id) const { return keys_.contains(key_id); }
  bool signed_by_known_key(std::string_view journal_id, const signed_checkpoint& checkpoint) const;

 private:
  std::map<std::string, std::array<std::uint8_t, 32>, std::less<>> keys_;
};

} // namespace troupe::storage
