#include "actors/console/server_feed.hpp"

#include "actors/console/server_messages.hpp"
#include "protocol/json_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <poll.h>

namespace troupe::console {

namespace {

constexpr std::chrono::milliseconds connect_timeout{1000};
constexpr std::chrono::milliseconds answer_timeout{2000};
constexpr std::chrono::milliseconds rig_interval{500}; ///< a burst of edits is fetched once
constexpr std::chrono::seconds quiet{10};              ///< then the server is asked for a sign of life
constexpr std::chrono::seconds dead{25};

console_model::time now_ns(std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now()) {
  return at.time_since_epoch();
}

/// A refusal that another attempt wouldn't change.
std::optional<error> refusal(unsigned status) {
  if (status == 401)
    return error{
        ec::unauthorized, "the server wants a token: --token, or TROUPE_TOKEN in the environment", {}};
  if (status == 403) return error{ec::forbidden, "the server refuses this client (403)", {}};
  return std::nullopt;
}

error explain(error reason) {
  const auto* status = reason.details.if_contains("status");
  if (!status || !status->is_number()) return reason;
  const auto code = status->to_number<unsigned>();
  if (auto final_one = refusal(code)) return std::move(*final_one);
  reason.message = fmt::format("the server answered {} at /ws", code);
  return reason;
}

bool is_final(const error& reason) {
  return reason.code == ec::unauthorized || reason.code == ec::forbidden;
}

} // namespace

result<server_address> server_address_of(std::string_view url, std::string_view token) {
  auto parsed = net::parse_client_url(url);
  if (!parsed) return tl::unexpected(parsed.error());
  server_address out;
  out.url = std::move(*parsed);
  auto base = out.url.target.substr(0, out.url.target.find('?'));
  while (base.ends_with('/')) base.pop_back();
  const auto authority = out.url.host_header();
  out.shown = "http://" + authority + base;
  out.ws_url = "ws://" + authority + base + "/ws";
  out.api = base + "/api";
  const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
  if (!std::all_of(token.begin(), token.end(), printable))
    return invalid("token", "a token is made of printable ASCII characters");
  if (!token.empty()) out.headers.emplace_back("Authorization", fmt::format("Bearer {}", token));
  return out;
}

server_feed::server_feed(server_address where, console_model& model)
    : where_(std::move(where)), model_(model), retry_at_(clock::now()) {
  model_.apply_link({link_state::connecting, where_.shown, {}});
}

// -- the connection -------------------------------------------------------------------------------------

result<void> server_feed::connect() {
  auto socket = net::ws_client::connect(where_.ws_url, connect_timeout, {where_.headers});
  if (!socket) return tl::unexpected(explain(std::move(socket.error())));
  const auto asked =
      socket->send_text(R"({"type":"runtime/subscribeFrames","mode":"full"})", connect_timeout);
  if (!asked) return tl::unexpected(asked.error());
  socket_ = std::move(*socket);
  heard_ = pinged_ = rig_due_ = clock::now();
  rig_stale_ = true;
  waits_.reset();
  model_.apply_link({link_state::connected, where_.shown, {}});
  return {};
}

result<void> server_feed::attempt() {
  const auto made = connect();
  if (made) return {};
  if (is_final(made.error())) return made;
  lose(made.error().message);
  return {};
}

void server_feed::lose(std::string why) {
  socket_.reset();
  http_.reset();
  retry_at_ = clock::now() + waits_.next();
  model_.apply_link({link_state::lost, where_.shown, std::move(why)});
}

result<void> server_feed::run_for(milliseconds patience) {
  const auto until = clock::now() + patience;
  const auto left = [](clock::time_point to) {
    return std::max(std::chrono::ceil<milliseconds>(to - clock::now()), milliseconds{0});
  };
  do {
    if (socket_) {
      if (auto fine = receive(left(until)); !fine) return fine;
      continue;
    }
    const auto wait = std::min(left(retry_at_), left(until));
    if (wait.count() > 0 && ::poll(nullptr, 0, static_cast<int>(wait.count())) < 0) return {}; // a signal
    if (clock::now() >= retry_at_)
      if (auto fine = attempt(); !fine) return fine;
  } while (clock::now() < until);
  return {};
}

result<void> server_feed::receive(milliseconds patience) {
  fetch_rig_if_due();
  keep_alive();
  if (!socket_) return {};
  auto event = socket_->receive(patience);
  if (!event) {
    if (event.error().code != ec::timeout) lose(event.error().message);
    return {};
  }
  heard_ = clock::now();
  if (event->what == net::ws_event::kind::closed) {
    const auto said = event->data.empty() ? "" : ": " + event->data;
    lose(fmt::format("the connection ended ({}){}", event->close_code, said));
  } else if (event->what == net::ws_event::kind::text) {
    take(std::move(event->data));
  }
  return {};
}

void server_feed::keep_alive() {
  const auto now = clock::now();
  if (now - heard_ > dead) return lose("the server is silent");
  if (now - heard_ < quiet || now - pinged_ < quiet) return;
  pinged_ = now;
  if (const auto sent = socket_->send_text(R"({"type":"ping"})", connect_timeout); !sent)
    lose(sent.error().message);
}

// -- messages -------------------------------------------------------------------------------------------

void server_feed::take(std::string message) {
  if (const auto head = peek(message)) {
    if (head->frame_number) {
      model_.count_frame(*head->frame_number, now_ns(heard_));
      frame_text_ = std::move(message);
      frame_ = true;
      return;
    }
    if (head->type != "runtime/status" && head->type != "entity/changed" && head->type != "entity/resync" &&
        head->type != "show/changed")
      return;
  }
  const auto parsed = parse_json(message);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const auto* type = object ? object->if_contains("type") : nullptr;
  if (type && type->is_string()) take(std::string_view(type->get_string()), *parsed);
}

void server_feed::take(std::string_view type, const boost::json::value& message) {
  if (type == "runtime/status") {
    if (auto status = read_status(message)) model_.apply_status(std::move(*status), now_ns(heard_));
  } else if (type == "frame/full") { // of a server that orders its members in another way
    if (auto frame = read_frame(message)) {
      model_.count_frame(frame->number, now_ns(heard_));
      model_.apply_frame(std::move(*frame));
      frame_ = false;
    }
  } else if (type == "show/changed") {
    rig_stale_ = true;
  } else if (type == "entity/changed" || type == "entity/resync") {
    const auto* kind = message.get_object().if_contains("kind");
    if (kind && (*kind == "fixture" || *kind == "group")) rig_stale_ = true;
  }
}

void server_feed::settle() {
  if (!frame_) return;
  frame_ = false;
  const auto parsed = parse_json(frame_text_);
  if (!parsed) return;
  if (auto frame = read_frame(*parsed)) model_.apply_frame(std::move(*frame));
}

// -- the rig --------------------------------------------------------------------------------------------

void server_feed::fetch_rig_if_due() {
  if (!rig_stale_ || clock::now() < rig_due_) return;
  rig_stale_ = false;
  rig_due_ = clock::now() + rig_interval;
  if (fetch_rig()) return;
  http_.reset();
  rig_stale_ = true; // once more, on a new connection
}

result<void> server_feed::fetch_rig() {
  if (!http_) {
    auto made = net::http_client::connect(where_.url.host, where_.url.port, connect_timeout);
    if (!made) return tl::unexpected(made.error());
    http_ = std::move(*made);
  }
  const auto show = get(*http_, "/shows/current");
  if (!show) return tl::unexpected(show.error());
  const auto fixtures = get(*http_, "/fixtures");
  if (!fixtures) return tl::unexpected(fixtures.error());
  const auto groups = get(*http_, "/groups");
  if (!groups) return tl::unexpected(groups.error());
  model_.apply_show(read_show_name(*show));
  model_.apply_fixtures(read_fixtures(*fixtures), read_groups(*groups));
  rig_known_ = true;
  return {};
}

result<boost::json::value> server_feed::get(net::http_client& http, std::string_view path) {
  const auto target = where_.api + std::string(path);
  const auto answer = http.request("GET", target, {}, where_.headers, answer_timeout);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status != 200)
    return fail(ec::internal_error, fmt::format("the server answered {} at {}", answer->status, target));
  return parse_json(answer->body);
}

} // namespace troupe::console
