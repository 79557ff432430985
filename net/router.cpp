#include "net/router.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

namespace troupe::net {

namespace {

constexpr std::array listed_methods{http_method::get,    http_method::head,  http_method::post,
                                    http_method::put,    http_method::patch, http_method::del,
                                    http_method::options};

std::vector<std::string_view> split_pattern(std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') throw std::invalid_argument("a route starts with /");
  std::vector<std::string_view> parts;
  std::size_t start = 1;
  for (;;) {
    const auto end = pattern.find('/', start);
    parts.push_back(pattern.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

} // namespace

struct router::node {
  struct route {
    http_handler handler;
    route_options options;
    std::size_t index = 0;
  };

  std::map<std::string, std::unique_ptr<node>, std::less<>> words;
  std::unique_ptr<node> parameter;
  std::string parameter_name;
  std::unique_ptr<node> rest;
  std::array<std::unique_ptr<route>, listed_methods.size()> routes;
  std::string allow; ///< empty if no route ends here

  const route* route_of(http_method method) const {
    const auto index = static_cast<std::size_t>(method);
    return index < routes.size() ? routes[index].get() : nullptr;
  }

  void rebuild_allow() {
    allow.clear();
    for (const auto method : listed_methods) {
      const bool served = method == http_method::options || route_of(method) != nullptr ||
                          (method == http_method::head && route_of(http_method::get) != nullptr);
      if (!served) continue;
      if (!allow.empty()) allow += ", ";
      allow += method_name(method);
    }
  }

  node* child(std::string_view part, std::string_view pattern) {
    if (part.starts_with(':')) {
      if (parameter && parameter_name != part.substr(1)) {
        throw std::invalid_argument("another parameter name in " + std::string(pattern));
      }
      parameter_name = part.substr(1);
      if (!parameter) parameter = std::make_unique<node>();
      return parameter.get();
    }
    auto& slot = part.starts_with('*') ? rest : words[std::string(part)];
    if (!slot) slot = std::make_unique<node>();
    return slot.get();
  }

  void list(const std::string& prefix, std::vector<std::string>& out) const {
    for (const auto method : listed_methods) {
      if (route_of(method)) out.push_back(std::string(method_name(method)) + ' ' + prefix);
    }
    for (const auto& [word, next] : words) next->list(prefix + '/' + word, out);
    if (parameter) parameter->list(prefix + "/:" + parameter_name, out);
    if (rest) rest->list(prefix + "/*", out);
  }
};

router::router() : root_(std::make_unique<node>()) {}
router::~router() = default;
router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;

void router::add(http_method method, std::string_view pattern, http_handler handler, route_options options) {
  node* at = root_.get();
  const auto parts = split_pattern(pattern);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('*') && i + 1 != parts.size()) {
      throw std::invalid_argument("* is not the last segment of " + std::string(pattern));
    }
    at = at->child(parts[i], pattern);
  }
  const auto index = static_cast<std::size_t>(method);
  if (index >= at->routes.size()) throw std::invalid_argument("no such method");
  if (at->routes[index]) throw std::invalid_argument("added twice: " + std::string(pattern));
  at->routes[index] =
      std::make_unique<node::route>(node::route{std::move(handler), options, entries_.size()});
  entries_.push_back({method, std::string(pattern)});
  at->rebuild_allow();
}

route_match router::match(http_method method, std::span<const std::string_view> segments,
                          std::vector<http_request::field>& parameters) const {
  parameters.clear();
  const node* at = root_.get();
  const node* rest = nullptr;
  for (const auto segment : segments) {
    if (at->rest) rest = at->rest.get();
    if (const auto word = at->words.find(segment); word != at->words.end()) {
      at = word->second.get();
    } else if (at->parameter && !segment.empty()) {
      parameters.emplace_back(at->parameter_name, segment);
      at = at->parameter.get();
    } else {
      at = nullptr;
      break;
    }
  }
  if (!at || at->allow.empty()) {
    parameters.clear();
    at = rest;
  }
  if (!at || at->allow.empty()) return {};

  route_match found;
  found.allow = at->allow;
  const auto* route = at->route_of(method);
  if (!route && method == http_method::head) route = at->route_of(http_method::get);
  if (route) {
    found.result = route_match::outcome::found;
    found.handler = &route->handler;
    found.options = route->options;
    found.index = route->index;
  } else {
    found.result = method == http_method::options ? route_match::outcome::options
                                                  : route_match::outcome::method_not_allowed;
  }
  return found;
}

std::vector<std::string> router::listing() const {
  std::vector<std::string> out;
  root_->list("", out);
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace troupe::net
