#include "storage/text_places.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

constexpr std::size_t block_size = 1024;

std::uint32_t count_characters(std::string_view text) noexcept {
  return static_cast<std::uint32_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

} // namespace

text_places::text_places(std::string_view text) : text_(text), starts_{0} {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts_.push_back(static_cast<std::uint32_t>(at + 1));
  for (std::size_t block = 0; block < text.size(); block += block_size)
    blocks_.push_back(blocks_.back() + count_characters(text.substr(block, block_size)));
}

std::size_t text_places::characters_before(std::size_t offset) const noexcept {
  const auto block = offset / block_size;
  return blocks_[block] + count_characters(text_.substr(block * block_size, offset % block_size));
}

std::size_t text_places::line_of(std::size_t offset) const noexcept {
  return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) -
                                  starts_.begin()) -
         1;
}

file_place text_places::at(std::size_t offset) const noexcept {
  offset = std::min(offset, text_.size());
  const auto line = line_of(offset);
  const auto begin = starts_[line];
  const auto characters = offset - begin <= block_size ? count_characters(text_.substr(begin, offset - begin))
                                                       : characters_before(offset) - characters_before(begin);
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
