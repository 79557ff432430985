#pragma once
// What a request handler sees and answers.

#include "protocol/error.hpp"

#include <boost/json/value.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::net {

enum class http_method : std::uint8_t { get, head, post, put, patch, del, options, other };

/// `GET` and so on; empty for `other`.
std::string_view method_name(http_method method) noexcept;

/// The far end of a connection.
struct peer_address {
  std::string host; ///< numeric; an IPv4 peer of an IPv6 socket is written as IPv4
  std::uint16_t port = 0;
  bool loopback = false;
};

/// One request, its body complete. The views point into the connection's buffers and hold during the
/// handler's call: a handler that answers later copies what it needs.
struct http_request {
  using field = std::pair<std::string_view, std::string_view>;

  http_method method = http_method::get;  ///< a HEAD is handed to the handler of GET with `head` here
  std::string_view target;                ///< as sent
  std::string_view path;                  ///< the target up to `?`, not decoded
  std::vector<std::string_view> segments; ///< split at `/`, then decoded; valid UTF-8
  std::vector<field> query;               ///< decoded, in order; valid UTF-8
  std::vector<field> parameters;          ///< what the `:name` segments of the route matched
  std::vector<field> headers;             ///< as sent, in order
  std::string_view host;                  ///< the authority the client meant; empty in HTTP/1.0
  std::string body;                       ///< a handler may move it out
  peer_address peer;
  std::size_t lane = 0; ///< which io thread this is

  /// The first header of that name, in any case; nothing if there is none.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// The first query parameter of that name; nothing if there is none.
  std::optional<std::string_view> query_value(std::string_view name) const noexcept;
  /// What `:name` of the route matched; empty if the route has none.
  std::string_view parameter(std::string_view name) const noexcept;

  /// INTERNAL: owns what the decoded views point to.
  std::string decoded;
};

/// An answer. Content-Length, Date, Connection, Vary, Cache-Control (`no-cache` unless given) and the CORS
/// headers are added on the way out.
struct http_response {
  unsigned status = 200;
  std::string body;
  std::shared_ptr<const std::string> shared_body; ///< instead of `body`: bytes shared by many answers
  std::string content_type = "application/json";
  std::string etag; ///< with its quotes; of a GET answered 200 it is computed from the body if empty
  std::vector<std::pair<std::string, std::string>> headers; ///< names and values without CR or LF

  std::string_view content() const noexcept { return shared_body ? *shared_body : body; }
};

/// A JSON answer from text that is JSON already.
http_response json_response(unsigned status, std::string body);
/// A JSON answer.
http_response json_response(unsigned status, const boost::json::value& body);
/// `{"error", "code", "details"?}` with the status of its code.
http_response error_response(const error& reason);

class http_stream; // net/http_stream.hpp

/// Receives the stream of an answer, on the connection's io thread.
using stream_opener = std::function<void(std::shared_ptr<http_stream>)>;

/// Where a responder delivers; implemented by the connection.
class reply_sink {
 public:
  virtual ~reply_sink() = default;
  virtual void answer(std::uint64_t ticket, http_response response) = 0;
  virtual void stream(std::uint64_t ticket, http_response head, stream_opener opened) = 0;
  virtual bool peer_gone() const noexcept = 0;
};

/// The right, and duty, to answer one request once. May be moved to and used on any thread; on the
/// connection's own it answers at once. Dropped unanswered it answers 500 INTERNAL_ERROR.
class responder {
 public:
  responder() = default;
  responder(std::shared_ptr<reply_sink> sink, std::uint64_t ticket) noexcept;
  responder(responder&& other) noexcept = default;
  responder& operator=(responder&& other) noexcept;
  ~responder();

  /// Answers; what comes after the first answer is ignored, as is one after the answer timeout.
  void send(http_response response);
  void send(const error& reason);

  /// Answers with a stream (net/http_stream.hpp). @param head without body. @param opened called once the
  /// head is on its way; never, if the request was a HEAD or the connection is lost
  void stream(http_response head, stream_opener opened);

  /// Whether the connection is lost already, so that the work may be spared.
  bool peer_gone() const noexcept;
  explicit operator bool() const noexcept { return sink_ != nullptr; }

 private:
  void drop() noexcept;

  std::shared_ptr<reply_sink> sink_;
  std::uint64_t ticket_ = 0;
};

} // namespace troupe::net
