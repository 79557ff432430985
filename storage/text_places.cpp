#include "storage/text_places.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace troupe::storage {

text_places::text_places(std::string_view text) : text_(text), starts_{0} {
  std::size_t at = 0;
  while (const void* found = std::memchr(text.data() + at, '\n', text.size() - at)) {
    at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + 1;
    starts_.push_back(static_cast<std::uint32_t>(at));
    if (at >= text.size()) break;
  }
}

std::size_t text_places::line_of(std::size_t offset) const noexcept {
  return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) -
                                  starts_.begin()) -
         1;
}

file_place text_places::at(std::size_t offset) const noexcept {
  offset = std::min(offset, text_.size());
  const auto line = line_of(offset);
  const auto begin = text_.begin() + starts_[line];
  const auto characters =
      std::count_if(begin, text_.begin() + static_cast<std::ptrdiff_t>(offset),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return {static_cast<std::uint32_t>(line + 1), static_cast<std::uint32_t>(characters + 1)};
}

std::size_t text_places::line_start(std::size_t offset) const noexcept {
  return starts_[line_of(std::min(offset, text_.size()))];
}

namespace {

/// The bytes of the sequence at the front, or 0 if it is none (overlong forms and surrogates are none).
std::size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const auto lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    return lead == 0xED && byte(1) > 0x9F ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    return lead == 0xF4 && byte(1) > 0x8F ? 0 : 4;
  }
  return 0;
}

bool plain_ascii(char c) noexcept {
  return (c >= ' ' && c < 0x7F) || c == '\n' || c == '\t' || c == '\r';
}

} // namespace

std::optional<text_flaw> find_text_flaw(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (plain_ascii(text[i])) {
      ++i;
      continue;
    }
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) return text_flaw{i, fmt::format("control character 0x{:02X}", lead)};
    const auto length = utf8_length(text.substr(i, 4));
    if (length == 0) return text_flaw{i, fmt::format("byte 0x{:02X} is no valid UTF-8", lead)};
    i += length;
  }
  return std::nullopt;
}

std::string_view without_bom(std::string_view text) noexcept {
  while (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

} // namespace troupe::storage
