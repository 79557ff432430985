#include "net/detail/request_reader.hpp"

#include "net/access.hpp"
#include "net/detail/ascii.hpp"
#include "net/detail/target.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>
#include <optional>

namespace troupe::net::detail {

namespace http = boost::beast::http;

namespace {

http_method to_method(http::verb verb) noexcept {
  switch (verb) {
  case http::verb::get:
    return http_method::get;
  case http::verb::head:
    return http_method::head;
  case http::verb::post:
    return http_method::post;
  case http::verb::put:
    return http_method::put;
  case http::verb::patch:
    return http_method::patch;
  case http::verb::delete_:
    return http_method::del;
  case http::verb::options:
    return http_method::options;
  default:
    return http_method::other;
  }
}

std::string_view view(boost::beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

std::optional<std::uint64_t> decimal(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (text.empty() || text.front() == '-' || failed != std::errc{} || stop != end) return std::nullopt;
  return value;
}

error malformed(std::string_view why) {
  return {ec::validation_error, "malformed request: " + std::string(why), {}};
}

} // namespace

struct request_reader::parser {
  std::optional<http::request_parser<http::empty_body>> beast;
};

request_reader::request_reader(const http_limits& limits)
    : limits_(limits), parser_(std::make_unique<parser>()) {}

request_reader::~request_reader() = default;

void request_reader::next() {
  parser_->beast.reset();
  request_.headers.clear();
  request_.segments.clear();
  request_.query.clear();
  request_.parameters.clear();
  request_.body = std::string();
  request_.method = http_method::get;
  version_ = 11;
  keep_alive_ = true;
  expects_continue_ = has_body_ = false;
  request_.host = request_.target = request_.path = {};
  state_ = state::header;
  scanned_ = line_start_ = first_line_ = lines_ = 0;
  begun_ = false;
}

std::size_t request_reader::feed(std::string_view bytes) {
  switch (state_) {
  case state::header:
    return feed_header(bytes);
  case state::header_ready:
  case state::body:
    return feed_body(bytes);
  case state::complete:
  case state::failed:
    break;
  }
  return 0;
}

std::size_t request_reader::feed_header(std::string_view bytes) {
  std::size_t skipped = 0;
  if (scanned_ == 0) { // a stray line end before a request is to be tolerated
    while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
    bytes.remove_prefix(skipped);
  }
  begun_ = !bytes.empty();
  if (!scan(bytes)) return skipped;

  auto& beast = parser_->beast.emplace();
  beast.header_limit(static_cast<std::uint32_t>(scanned_ + 1));
  beast.body_limit(boost::none); // the body is read here, not by Beast
  beast.skip(true);
  boost::beast::error_code failed;
  const auto taken = beast.put(boost::asio::buffer(bytes.data(), scanned_), failed);
  if (failed) {
    fail_with(malformed(failed.message()));
  } else {
    read_header();
  }
  return skipped + taken;
}

/// Looks for the end of the header, line by line, so that each byte is looked at once however it trickles
/// in, and each limit has its own answer. @return whether the header is whole
bool request_reader::scan(std::string_view bytes) {
  if (!bytes.empty() && !((bytes[0] >= 'A' && bytes[0] <= 'Z') || (bytes[0] >= 'a' && bytes[0] <= 'z'))) {
    fail_with(malformed("this is not HTTP"));
    return false;
  }
  while (scanned_ < bytes.size()) {
    const auto feed = bytes.find('\n', scanned_);
    scanned_ = feed == std::string_view::npos ? bytes.size() : feed + 1;
    const auto line = (first_line_ == 0) ? scanned_ : 0;
    if (line > limits_.request_line + 2) {
      fail_with({ec::uri_too_long, "the request line is too long", {{"limit", limits_.request_line}}});
      return false;
    }
    if (first_line_ != 0 && scanned_ - first_line_ > limits_.headers) {
      fail_with({ec::headers_too_large, "the headers are too large", {{"limit", limits_.headers}}});
      return false;
    }
    if (feed == std::string_view::npos) return false;
    if (feed == line_start_ || bytes[feed - 1] != '\r') {
      fail_with(malformed("a line ends without CR"));
      return false;
    }
    if (first_line_ == 0) {
      first_line_ = scanned_;
    } else if (feed == line_start_ + 1) {
      return true;
    } else if (++lines_ > limits_.header_count) {
      fail_with({ec::headers_too_large, "there are too many headers", {{"limit", limits_.header_count}}});
      return false;
    }
    line_start_ = scanned_;
  }
  return false;
}

void request_reader::read_header() {
  const auto& message = parser_->beast->get();
  version_ = message.version();
  keep_alive_ = message.keep_alive();
  request_.method = to_method(message.method());
  request_.target = view(message.target());
  for (const auto& field : message) {
    request_.headers.emplace_back(view(field.name_string()), view(field.value()));
  }
  const auto expect = request_.header("Expect");
  expects_continue_ = version_ == 11 && expect && iequal(*expect, "100-continue");
  auto checked =
      check_framing().and_then([&] { return check_host(); }).and_then([&] { return parse_target(request_); });
  if (!checked) return fail_with(std::move(checked.error()));
  state_ = state::header_ready;
}

/// Whatever two parsers could understand in two ways is refused: a proxy in front may be the other one.
result<void> request_reader::check_framing() {
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  std::uint64_t length = 0;
  for (const auto& [name, value] : request_.headers) {
    if (iequal(name, "Content-Length")) {
      ++lengths;
      const auto number = decimal(value);
      if (!number) return failure(malformed("bad Content-Length"));
      length = *number;
    } else if (iequal(name, "Transfer-Encoding")) {
      ++encodings;
      if (!iequal(value, "chunked")) return failure(malformed("unknown Transfer-Encoding"));
    }
  }
  if (lengths + encodings > 1) return failure(malformed("the length of the body is said more than once"));
  if (encodings > 0 && version_ < 11) return failure(malformed("Transfer-Encoding in HTTP/1.0"));
  if (length > limits_.body) {
    return failure(error{ec::payload_too_large, "the body is too large", {{"limit", limits_.body}}});
  }
  has_body_ = encodings > 0 || length > 0;
  encodings > 0 ? body_.start_chunked(limits_.body) : body_.start_sized(length, limits_.body);
  return {};
}

result<void> request_reader::check_host() {
  std::size_t hosts = 0;
  for (const auto& [name, value] : request_.headers) {
    if (!iequal(name, "Host")) continue;
    ++hosts;
    request_.host = value;
    if (!parse_host_port(value)) return failure(malformed("bad Host"));
  }
  if (hosts > 1) return failure(malformed("more than one Host"));
  if (hosts == 0 && version_ == 11) return failure(malformed("no Host"));
  return {};
}

std::size_t request_reader::feed_body(std::string_view bytes) {
  state_ = state::body;
  const auto taken = body_.feed(bytes);
  if (!taken) {
    fail_with(taken.error());
    return 0;
  }
  if (body_.done()) {
    request_.body = std::move(body_.body());
    has_body_ = !request_.body.empty();
    state_ = state::complete;
  }
  return *taken;
}

void request_reader::fail_with(error reason) {
  fault_ = std::move(reason);
  state_ = state::failed;
}

} // namespace troupe::net::detail
