#include "actors/show/operator_name.hpp"

#include "protocol/entities.hpp"
#include "protocol/utf8.hpp"

#include <fmt/format.h>

namespace troupe::actors {
namespace {

constexpr std::string_view header_name = "X-Operator";

int hex_digit(char letter) noexcept {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

/// @returns nothing for an escape that is none
std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

} // namespace

result<std::string> check_operator(std::string name, std::string_view field) {
  const auto refused = [&](std::string_view rule) {
    return invalid(std::string{field}, fmt::format("{} {}", field, rule));
  };
  if (!is_utf8(name)) return refused("must be UTF-8");
  if (is_blank(name)) return refused("must not be blank");
  if (code_points(name) > max_name_characters)
    return refused(fmt::format("must be at most {} characters long", max_name_characters));
  if (has_control(name)) return refused("must not hold control characters");
  if (name == file_author) return refused("must not be \"file\": that is who edits show files by hand");
  return name;
}

result<std::string> operator_in(std::optional<std::string_view> header) {
  if (!header) return std::string{anonymous_author};
  auto name = unescaped(*header);
  if (!name) return invalid(std::string{header_name}, "X-Operator has a percent-escape that is none");
  return check_operator(std::move(*name), header_name);
}

} // namespace troupe::actors
