#include "tests/conformance/support/live_client.hpp"

#include <cmath>
#include <stdexcept>

namespace troupe::conformance {

live_client::live_client(std::uint16_t port, std::string_view query, const net::ws_client_options& options)
    : socket_(net::ws_client::connect("ws://127.0.0.1:" + std::to_string(port) + "/ws" + std::string(query),
                                      patience, options)
                  .value()) {}

void live_client::send(const json::value& message) {
  send_text(json::serialize(message));
}

void live_client::send_text(std::string_view text) {
  if (auto sent = socket_.send_text(text, patience); !sent) throw std::runtime_error(sent.error().message);
}

net::ws_event live_client::next_event() {
  auto event = socket_.receive(patience);
  if (!event) throw std::runtime_error("nothing comes: " + event.error().message);
  return std::move(*event);
}

std::string live_client::next_text() {
  auto event = next_event();
  if (event.what == net::ws_event::kind::closed)
    throw std::runtime_error("closed by the server with " + std::to_string(event.close_code) + ' ' +
                             event.data);
  return event.what == net::ws_event::kind::text ? std::move(event.data) : next_text();
}

std::string live_client::next_binary() {
  const deadline end;
  while (!end.over()) {
    auto event = next_event();
    if (event.what == net::ws_event::kind::closed) throw std::runtime_error("closed by the server");
    if (event.what == net::ws_event::kind::binary) return std::move(event.data);
  }
  throw std::runtime_error("no binary message came");
}

json::object live_client::next() {
  return json::parse(next_text()).as_object();
}

json::object live_client::next(std::string_view type) {
  return next(type, [](const json::object&) { return true; });
}

json::object live_client::next(std::string_view type, const wanted_message& wanted) {
  const deadline end;
  std::string last = "none of that type";
  while (!end.over()) {
    auto message = next();
    if (str(message.at("type")) != type) continue;
    if (wanted(message)) return message;
    last = json::serialize(message).substr(0, 1000);
  }
  throw std::runtime_error("no such " + std::string(type) + "; the last was " + last);
}

json::object live_client::next_of(const std::set<std::string, std::less<>>& types) {
  const deadline end;
  while (!end.over()) {
    auto message = next();
    if (types.contains(str(message.at("type")))) return message;
  }
  throw std::runtime_error("none of the awaited messages came");
}

std::uint16_t live_client::closed() {
  const deadline end;
  while (!end.over())
    if (const auto event = next_event(); event.what == net::ws_event::kind::closed) return event.close_code;
  throw std::runtime_error("the server doesn't close");
}

std::string live_client::refusal(const json::value& message) {
  send(message);
  return str(next("error").at("code"));
}

void live_client::sync() {
  const auto nonce = ++pings_;
  send({{"type", "ping"}, {"nonce", nonce}});
  next("pong", [&](const json::object& pong) { return pong.contains("nonce") && pong.at("nonce") == nonce; });
}

void live_client::subscribe(json::object options) {
  options["type"] = "runtime/subscribeFrames";
  if (!options.contains("mode")) options["mode"] = "full";
  send(options);
}

json::object live_client::frame() {
  return next("frame/full");
}

json::object live_client::frame_with(std::string_view fixture, double level) {
  return next("frame/full", [&](const json::object& frame) {
    return std::abs(intensity_in(frame, fixture) - level) < 1e-5;
  });
}

const json::object* bundle_in(const json::object& frame, std::string_view fixture) {
  const auto* bundle = frame.at("fixtures").as_object().if_contains(fixture);
  return bundle ? &bundle->as_object() : nullptr;
}

double intensity_in(const json::object& frame, std::string_view fixture) {
  const auto* bundle = bundle_in(frame, fixture);
  const auto* level = bundle ? bundle->if_contains("intensity") : nullptr;
  return level ? num(*level) : -1;
}

bool written_watch::operator()(const json::object& frame) {
  const bool written = bundle_in(frame, fixture) != nullptr;
  if (written)
    value = intensity_in(frame, fixture);
  else
    t_unset = num(frame.at("t"));
  return written;
}

const json::object& instance_in(const json::object& status, std::string_view graph) {
  static const json::object none;
  for (const auto& each : status.at("instances").as_array())
    if (str(each.at("id")) == graph) return each.as_object();
  return none;
}

bool enabled_is(const json::object& status, std::string_view graph, bool enabled) {
  const auto& instance = instance_in(status, graph);
  return !instance.empty() && instance.at("enabled") == enabled;
}

} // namespace troupe::conformance
