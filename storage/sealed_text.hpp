#pragma once
// Text with its checksum behind it, so that what was torn or damaged shows. Internal to storage.

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::storage {

/// Adds the checksum of all that is there.
void seal(std::string& text);

/// Without its checksum; nothing if that isn't its own.
std::optional<std::string_view> unsealed(std::string_view bytes);

/// @param parse throws at a text that is whole, and yet not ours: made by another version
/// @returns what it makes of the text without checksum; nothing if that is wrong, or the text not ours
template <class Parse>
auto parse_sealed(std::string_view bytes, Parse&& parse)
    -> std::optional<decltype(parse(std::string_view{}))> {
  const auto text = unsealed(bytes);
  if (!text) return std::nullopt;
  try {
    return std::forward<Parse>(parse)(*text);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace troupe::storage
