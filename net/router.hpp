#pragma once
// Which handler answers which path.

#include "net/http_message.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net {

using http_handler = std::function<void(http_request&, responder)>;

struct route_options {
  bool login = true;          ///< false: served without a token too (the page that asks for it)
  bool any_body_type = false; ///< true: the body may be of any content type
  bool query_token = false;   ///< true: the token may also come as `?token=`, from what can't set headers
};

/// What `router::match` found.
struct route_match {
  enum class outcome { found, not_found, method_not_allowed, options };
  outcome result = outcome::not_found;
  const http_handler* handler = nullptr; ///< if found
  route_options options;                 ///< if found
  std::size_t index = 0;                 ///< if found: its place in `router::routes`
  std::string_view allow;                ///< the methods of the path, if there is such a path
};

/// A route as it was added.
struct route_entry {
  http_method method = http_method::get;
  std::string pattern; ///< `/api/fixtures/:id`
};

/// A tree of path segments. At every segment a fixed word wins over a parameter, without going back: a path
/// that goes wrong below the fixed word is not found. `*name` as the last segment takes all that is left,
/// and only what nothing else matches.
class router {
 public:
  router();
  ~router();
  router(router&&) noexcept;
  router& operator=(router&&) noexcept;

  /// @param pattern as in `/api/fixtures/:id` or `/assets/*path`. Throws std::invalid_argument if the route
  /// exists already, or a parameter at that place has another name.
  void add(http_method method, std::string_view pattern, http_handler handler, route_options options = {});

  /// HEAD finds the handler of GET. OPTIONS finds `options` on every known path.
  /// @param parameters receives what the parameters matched; a `*` receives nothing (see `segments`)
  route_match match(http_method method, std::span<const std::string_view> segments,
                    std::vector<http_request::field>& parameters) const;

  /// Every route, in the order of their `add`.
  const std::vector<route_entry>& routes() const noexcept { return entries_; }

  /// Every route as `GET /api/fixtures/:id`, sorted; for documentation and tests.
  std::vector<std::string> listing() const;

 private:
  struct node;
  std::unique_ptr<node> root_;
  std::vector<route_entry> entries_;
};

} // namespace troupe::net
