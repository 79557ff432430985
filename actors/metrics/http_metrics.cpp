#include "actors/metrics/http_metrics.hpp"

#include <algorithm>

namespace troupe::actors {
namespace {

constexpr std::string_view websocket = "/ws", unmatched = "unmatched";
constexpr unsigned switching_protocols = 101; // nothing but the way to a WebSocket

} // namespace

void http_metrics::learn(const std::vector<net::route_entry>& routes) {
  const auto put = [this](std::string_view method, std::string_view route) {
    auto made = std::make_unique<line>();
    made->method = method;
    made->route = route;
    lines_.push_back(std::move(made));
  };
  for (const auto& one : routes) put(net::method_name(one.method), one.pattern);
  routes_ = routes.size();
  put("GET", websocket);
  for (auto i = 0; i <= static_cast<int>(net::http_method::other); ++i) {
    const auto name = net::method_name(static_cast<net::http_method>(i));
    put(name.empty() ? "other" : name, unmatched);
  }
}

void http_metrics::count(const net::answered_request& one) noexcept {
  if (lines_.empty()) return;
  auto at = routes_ + 1 + static_cast<std::size_t>(one.method);
  if (one.status == switching_protocols) at = routes_;
  if (one.route) at = *one.route;
  auto& to = *lines_[std::min(at, lines_.size() - 1)];
  add(to.answers[std::clamp<std::size_t>(one.status / 100, 1, status_classes) - 1]);
  to.took.observe(one.took.count());
}

} // namespace troupe::actors
