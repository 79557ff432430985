#include "storage/sealed_text.hpp"

#include "storage/digest.hpp"

namespace troupe::storage {

void seal(std::string& text) {
  text += sha256_hex(text);
}

std::optional<std::string_view> unsealed(std::string_view bytes) {
  if (bytes.size() < sha256_hex_length) return std::nullopt;
  const auto text = bytes.substr(0, bytes.size() - sha256_hex_length);
  if (bytes.substr(text.size()) != sha256_hex(text)) return std::nullopt;
  return text;
}

} // namespace troupe::storage
