#pragma once
// REST as a tool speaks it. A request that gets no answer at all throws.

#include "net/http_client.hpp"
#include "tests/conformance/support/patience.hpp"

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace troupe::conformance {

namespace json = boost::json;

struct reply {
  unsigned status = 0;
  net::client_response raw;
  json::value body; ///< null if it is no JSON

  bool ok() const noexcept { return status >= 200 && status < 300; }
  std::string header(std::string_view name) const { return std::string(raw.header(name)); }
  /// `data`; throws with the whole answer if there is none.
  const json::value& data() const;
  std::string code() const;    ///< `code` of a failure; empty without
  std::string field() const;   ///< `details.field` of a failure; empty without
  std::string message() const; ///< `error` of a failure; empty without
  /// For CHECK: `400 VALIDATION_ERROR name`, `404 NOT_FOUND`, `200`.
  std::string summary() const;
};

class rest_client {
 public:
  explicit rest_client(std::uint16_t port, const std::string& host = "127.0.0.1");

  reply get(std::string_view path, const net::header_list& headers = {});
  reply post(std::string_view path, const json::value& body, const net::header_list& headers = {});
  reply put(std::string_view path, const json::value& body, const net::header_list& headers = {});
  reply del(std::string_view path, const net::header_list& headers = {});
  /// Any method with the body as it is.
  reply request(std::string_view method, std::string_view path, std::string_view body = {},
                const net::header_list& headers = {});
  /// `{data: changes, revision}`
  reply update(std::string_view path, std::int64_t revision, const json::object& changes);

  /// Creates and returns `data`; throws if it is refused.
  json::object create(std::string_view path, const json::value& body);
  /// Reads and returns `data`; throws if it isn't there.
  json::object read(std::string_view path);
  /// Reads and returns a `data` that is a list; throws if it isn't there.
  json::array list(std::string_view path);
  /// Updates over the current revision and returns `data`; throws if it is refused.
  json::object change(std::string_view path, const json::object& changes);

 private:
  net::http_client connection_;
};

/// Sends bytes over a connection of its own and returns all that comes back until the server closes.
std::string talk_raw(std::uint16_t port, std::string_view bytes);

inline std::string str(const json::value& value) {
  return std::string(value.as_string());
}

} // namespace troupe::conformance
