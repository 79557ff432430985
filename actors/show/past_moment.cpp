#include "actors/show/past_moment.hpp"

#include "protocol/entities.hpp"
#include "protocol/utf8.hpp"
#include "storage/journal/event.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <limits>

namespace troupe::actors {
namespace {

bool is_digit(char letter) noexcept {
  return letter >= '0' && letter <= '9';
}

bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// What is meant as a number or a time, be it one or not.
bool looks_numeric(std::string_view text) noexcept {
  const bool punctuated = std::all_of(text.begin(), text.end(), [](char letter) {
    return is_digit(letter) || std::string_view{"+-.,:/TZ "}.find(letter) != std::string_view::npos;
  });
  return punctuated || (text.size() > 4 && all_digits(text.substr(0, 4)) && text[4] == '-');
}

journal_position position_of(std::string_view digits) noexcept {
  // What the journal's database can't count to is beyond every head.
  constexpr auto highest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return {read.ec == std::errc{} ? std::min(value, highest) : highest};
}

} // namespace

result<past_moment> parse_moment(std::string_view text, std::string_view field) {
  if (all_digits(text)) return position_of(text);
  if (const auto time = storage::parse_iso_time(text)) return wall_time{*time};
  if (text.empty() || looks_numeric(text) || has_control(text) || code_points(text) > max_name_characters)
    return invalid(std::string{field},
                   fmt::format("\"{}\" is no position, time or checkpoint", excerpt(text)));
  return checkpoint_name{std::string{text}};
}

result<past_moment> moment_in(const boost::json::value& value, std::string_view field) {
  if (value.is_string()) return parse_moment({value.get_string().data(), value.get_string().size()}, field);
  boost::system::error_code inexact;
  const auto number = value.is_number() ? value.to_number<std::uint64_t>(inexact) : 0;
  if (!value.is_number() || inexact)
    return invalid(std::string{field}, fmt::format("{} must be a position, a time or a checkpoint", field));
  return position_of(std::to_string(number));
}

result<std::string> check_checkpoint_name(std::string name) {
  const auto refused = [](std::string_view rule) { return invalid("name", fmt::format("name {}", rule)); };
  if (!is_utf8(name)) return refused("must be UTF-8");
  if (is_blank(name)) return refused("must not be blank");
  if (code_points(name) > max_name_characters)
    return refused(fmt::format("must be at most {} characters long", max_name_characters));
  if (has_control(name)) return refused("must not hold control characters");
  if (looks_numeric(name)) return refused("must not look like a position or a time");
  return name;
}

} // namespace troupe::actors
