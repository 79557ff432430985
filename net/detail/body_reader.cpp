#include "net/detail/body_reader.hpp"

#include "net/detail/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::net::detail {

namespace {

/// A chunk's size with its extensions, or one trailer.
constexpr std::size_t max_line = 1024;
constexpr std::size_t max_trailers = 16 * 1024;
/// More than any limit, less than what overflows.
constexpr std::size_t max_size_digits = 8;

failure malformed(const char* why) {
  return fail(ec::validation_error, std::string("malformed request: ") + why);
}

failure too_large(std::size_t limit) {
  return failure(error{ec::payload_too_large, "the body is too large", {{"limit", limit}}});
}

bool printable(std::string_view line) noexcept {
  return std::all_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

} // namespace

void body_reader::start_sized(std::uint64_t length, std::size_t limit) {
  body_.clear();
  left_ = length;
  limit_ = limit;
  at_ = length == 0 ? part::done : part::sized;
}

void body_reader::start_chunked(std::size_t limit) {
  body_.clear();
  limit_ = limit;
  trailer_size_ = 0;
  at_ = part::chunk_size;
}

result<std::size_t> body_reader::feed(std::string_view bytes) {
  if (at_ == part::sized && left_ > limit_) return too_large(limit_);
  std::size_t taken = 0;
  while (!done()) {
    const auto rest = bytes.substr(taken);
    const bool data = at_ == part::sized || at_ == part::chunk_data;
    const auto step = data ? result<std::size_t>(feed_data(rest)) : feed_line(rest);
    if (!step) return step;
    if (*step == 0) break;
    taken += *step;
  }
  return taken;
}

std::size_t body_reader::feed_data(std::string_view bytes) {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  body_.append(bytes.substr(0, n));
  left_ -= n;
  if (left_ == 0) at_ = at_ == part::sized ? part::done : part::chunk_end;
  return n;
}

result<std::size_t> body_reader::feed_line(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (std::min(end, bytes.size()) > max_line) return malformed("a line in a chunked body is too long");
  if (end == std::string_view::npos) return std::size_t{0};
  if (end == 0 || bytes[end - 1] != '\r') return malformed("a line in a chunked body ends without CR");
  const auto line = bytes.substr(0, end - 1);
  if (!printable(line)) return malformed("a chunked body has control characters between its chunks");
  if (auto good = take_line(line); !good) return failure(good.error());
  return end + 1;
}

result<void> body_reader::take_line(std::string_view line) {
  if (at_ == part::chunk_end) {
    if (!line.empty()) return malformed("a chunk is longer than it says");
    at_ = part::chunk_size;
    return {};
  }
  if (at_ == part::trailer) {
    trailer_size_ += line.size();
    if (trailer_size_ > max_trailers) {
      return fail(ec::headers_too_large, "the trailers are too large");
    }
    if (line.empty()) at_ = part::done;
    return {};
  }
  const auto digits = line.substr(0, line.find_first_of("; \t"));
  const auto extension = trim(line.substr(digits.size()));
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  const bool whole =
      failed == std::errc{} && end == digits.data() + digits.size() && !digits.starts_with('-');
  if (!whole || digits.size() > max_size_digits || (!extension.empty() && extension.front() != ';')) {
    return malformed("bad chunk size");
  }
  if (left_ > limit_ - body_.size()) return too_large(limit_);
  at_ = left_ == 0 ? part::trailer : part::chunk_data;
  return {};
}

} // namespace troupe::net::detail
