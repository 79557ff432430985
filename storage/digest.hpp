#pragma once
// SHA-256 over the bytes of files. Internal to storage.

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::storage {

inline constexpr std::size_t sha256_hex_length = 64;

/// In hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

} // namespace troupe::storage
