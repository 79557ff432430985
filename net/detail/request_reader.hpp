#pragma once
// Bytes to requests: limits, framing and everything that must be refused before a handler sees it.

#include "net/detail/body_reader.hpp"
#include "net/http_message.hpp"
#include "net/server.hpp"

#include <memory>
#include <string_view>

namespace troupe::net::detail {

/// Reads one request after another from a stream of bytes. Knows no socket and no time.
class request_reader {
 public:
  enum class state {
    header,       ///< wants the rest of the header
    header_ready, ///< the header is good; `feed` again for the body
    body,         ///< wants more of the body
    complete,     ///< `request()` is complete; `next` for the next one
    failed        ///< `fault()` says why; the connection can't be used further
  };

  explicit request_reader(const http_limits& limits);
  ~request_reader();

  /// Takes what it can from the front of the bytes. What isn't taken is offered again, with more behind it.
  /// @return how many bytes were taken
  std::size_t feed(std::string_view bytes);

  /// After `complete`: forgets the request and its views.
  void next();

  state now() const noexcept { return state_; }
  const error& fault() const noexcept { return fault_; }
  http_request& request() noexcept { return request_; }

  unsigned version() const noexcept { return version_; }   ///< 10 or 11
  bool keep_alive() const noexcept { return keep_alive_; } ///< what the client wants
  bool expects_continue() const noexcept { return expects_continue_; }
  bool has_body() const noexcept { return has_body_; } ///< announced by the header
  /// Whether the bytes offered last begin a request, be it incomplete.
  bool begun() const noexcept { return begun_; }

 private:
  std::size_t feed_header(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  bool scan(std::string_view bytes);
  void read_header();
  result<void> check_framing();
  result<void> check_host();
  void fail_with(error reason);

  struct parser;
  const http_limits& limits_;
  std::unique_ptr<parser> parser_;
  body_reader body_;
  http_request request_;
  error fault_;
  state state_ = state::header;
  std::size_t scanned_ = 0;    ///< the header is known up to here
  std::size_t line_start_ = 0; ///< of the line being scanned
  std::size_t first_line_ = 0; ///< length of the request line with CRLF; 0 until known
  std::size_t lines_ = 0;
  unsigned version_ = 11;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  bool has_body_ = false;
  bool begun_ = false;
};

} // namespace troupe::net::detail
