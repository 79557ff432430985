#include "net/http_message.hpp"

#include "net/detail/ascii.hpp"
#include "protocol/json_text.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

std::optional<std::string_view> first_of(const std::vector<http_request::field>& fields,
                                         std::string_view name) noexcept {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return std::nullopt;
}

} // namespace

std::string_view method_name(http_method method) noexcept {
  switch (method) {
  case http_method::get:
    return "GET";
  case http_method::head:
    return "HEAD";
  case http_method::post:
    return "POST";
  case http_method::put:
    return "PUT";
  case http_method::patch:
    return "PATCH";
  case http_method::del:
    return "DELETE";
  case http_method::options:
    return "OPTIONS";
  case http_method::other:
    break;
  }
  return {};
}

std::optional<std::string_view> http_request::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (detail::iequal(key, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> http_request::query_value(std::string_view name) const noexcept {
  return first_of(query, name);
}

std::string_view http_request::parameter(std::string_view name) const noexcept {
  return first_of(parameters, name).value_or(std::string_view{});
}

http_response json_response(unsigned status, std::string body) {
  http_response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

http_response json_response(unsigned status, const boost::json::value& body) {
  return json_response(status, to_json(body));
}

http_response error_response(const error& reason) {
  boost::json::object body{{"error", reason.message}, {"code", code_name(reason.code)}};
  if (!reason.details.empty()) body.emplace("details", reason.details);
  return json_response(http_status(reason.code), to_json(body));
}

responder::responder(std::shared_ptr<reply_sink> sink, std::uint64_t ticket) noexcept
    : sink_(std::move(sink)), ticket_(ticket) {}

responder& responder::operator=(responder&& other) noexcept {
  if (this != &other) {
    drop();
    sink_ = std::move(other.sink_);
    ticket_ = other.ticket_;
  }
  return *this;
}

responder::~responder() {
  drop();
}

void responder::send(http_response response) {
  if (const auto sink = std::exchange(sink_, nullptr)) sink->answer(ticket_, std::move(response));
}

void responder::send(const error& reason) {
  send(error_response(reason));
}

void responder::stream(http_response head, stream_opener opened) {
  if (const auto sink = std::exchange(sink_, nullptr))
    sink->stream(ticket_, std::move(head), std::move(opened));
}

bool responder::peer_gone() const noexcept {
  return !sink_ || sink_->peer_gone();
}

void responder::drop() noexcept {
  if (!sink_) return;
  try {
    send(error{ec::internal_error, "the request was dropped without an answer", {}});
  } catch (...) {
    sink_ = nullptr; // out of memory: the answer timeout ends the request
  }
}

} // namespace troupe::net
