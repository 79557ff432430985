#pragma once
// REST requests by route. A path never becomes a label: what no route matches is counted as such. CAF-free.

#include "actors/metrics/duration_histogram.hpp"
#include "net/router.hpp"
#include "net/server.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

class http_metrics {
 public:
  static constexpr std::size_t status_classes = 5; ///< 1xx to 5xx

  /// One method of one route.
  struct line {
    std::string method, route;
    std::array<counter, status_classes> answers{};
    duration_histogram took;
  };

  /// Before the server starts; once.
  void learn(const std::vector<net::route_entry>& routes);

  /// On any thread. A HEAD counts as the GET whose handler answers it.
  void count(const net::answered_request& one) noexcept;

  /// Those of the routes in their order; then the WebSocket; then what matched no route, by method.
  const std::vector<std::unique_ptr<line>>& lines() const noexcept { return lines_; }

 private:
  std::size_t routes_ = 0;
  std::vector<std::unique_ptr<line>> lines_;
};

} // namespace troupe::actors
