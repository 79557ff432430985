#pragma once
// SHA-256 over the bytes of files. Internal to storage.

#include <string>
#include <string_view>

namespace troupe::storage {

/// 64 hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

} // namespace troupe::storage
