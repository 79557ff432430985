#include "storage/journal/event.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fmt/format.h>

namespace troupe::storage {

namespace {

using std::chrono::sys_days;

constexpr std::int64_t ms_per_day = 86'400'000;
constexpr std::int64_t last_ms = 253'402'300'799'999; // 9999-12-31T23:59:59.999Z

/// Eats text from the front; remembers whether all of it was as expected.
class cursor {
 public:
  explicit cursor(std::string_view text) noexcept : rest_(text) {}

  /// Exactly so many digits.
  int number(std::size_t digits) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
        good_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool take(char c) noexcept {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) noexcept { good_ &= take(c); }
  /// Digits of a fraction as milliseconds; what is finer is dropped.
  int fraction() noexcept {
    int value = 0, scale = 100;
    std::size_t digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits, scale /= 10) {
      value += (rest_.front() - '0') * scale;
      rest_.remove_prefix(1);
    }
    good_ &= digits > 0 && digits <= 9;
    return value;
  }
  bool at_end() const noexcept { return rest_.empty(); }
  bool good() const noexcept { return good_; }
  void refuse() noexcept { good_ = false; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::int64_t parse_date(cursor& text) {
  const int year = text.number(4);
  text.expect('-');
  const int month = text.number(2);
  text.expect('-');
  const int day = text.number(2);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!text.good() || !date.ok()) {
    text.refuse();
    return 0;
  }
  return sys_days(date).time_since_epoch().count() * ms_per_day;
}

std::int64_t parse_time_of_day(cursor& text) {
  const int hours = text.number(2);
  text.expect(':');
  const int minutes = text.number(2);
  int seconds = 0, ms = 0;
  if (text.take(':')) {
    seconds = text.number(2);
    if (text.take('.')) ms = text.fraction();
  }
  if (hours > 23 || minutes > 59 || seconds > 59) text.refuse();
  return ((hours * 60LL + minutes) * 60 + seconds) * 1000 + ms;
}

/// How far the clock that was written is ahead of UTC.
std::int64_t parse_offset(cursor& text) {
  if (text.take('Z')) return 0;
  const int sign = text.take('+') ? 1 : -1;
  if (sign < 0) text.expect('-');
  const int hours = text.number(2);
  text.take(':');
  const int minutes = text.number(2);
  if (hours > 23 || minutes > 59) text.refuse();
  return sign * (hours * 60LL + minutes) * 60'000;
}

} // namespace

std::string iso_time(std::int64_t time_ms) {
  const auto within = std::clamp<std::int64_t>(time_ms, 0, last_ms);
  const std::chrono::year_month_day date{sys_days(std::chrono::days(within / ms_per_day))};
  const auto ms = within % ms_per_day;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  cursor rest(text);
  auto time = parse_date(rest);
  if (rest.good() && !rest.at_end()) {
    rest.expect('T');
    time += parse_time_of_day(rest);
    time -= parse_offset(rest);
  }
  if (!rest.good() || !rest.at_end() || time < 0 || time > last_ms) return std::nullopt;
  return time;
}

} // namespace troupe::storage
