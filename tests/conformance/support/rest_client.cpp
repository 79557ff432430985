#include "tests/conformance/support/rest_client.hpp"

#include <stdexcept>

namespace troupe::conformance {

namespace {

std::string text_member(const json::value& of, std::string_view key) {
  const auto* members = of.if_object();
  const auto* value = members ? members->if_contains(key) : nullptr;
  return value && value->is_string() ? str(*value) : std::string{};
}

reply understand(net::client_response raw) {
  reply out;
  out.status = raw.status;
  json::error_code failed;
  auto body = json::parse(raw.body, failed);
  if (!failed) out.body = std::move(body);
  out.raw = std::move(raw);
  return out;
}

json::object data_of(const reply& answer, std::string_view path) {
  if (!answer.ok())
    throw std::runtime_error(std::string(path) + ": " + std::to_string(answer.status) + ' ' +
                             answer.raw.body);
  return answer.data().as_object();
}

} // namespace

const json::value& reply::data() const {
  const auto* members = body.if_object();
  const auto* value = members ? members->if_contains("data") : nullptr;
  if (!value) throw std::runtime_error("no data: " + std::to_string(status) + ' ' + raw.body);
  return *value;
}

std::string reply::code() const {
  return text_member(body, "code");
}

std::string reply::message() const {
  return text_member(body, "error");
}

std::string reply::field() const {
  const auto* members = body.if_object();
  const auto* details = members ? members->if_contains("details") : nullptr;
  return details ? text_member(*details, "field") : std::string{};
}

std::string reply::summary() const {
  auto out = std::to_string(status);
  for (const auto& part : {code(), field()})
    if (!part.empty()) out += ' ' + part;
  return out;
}

rest_client::rest_client(std::uint16_t port, const std::string& host)
    : connection_(net::http_client::connect(host, port, patience).value()) {}

reply rest_client::request(std::string_view method, std::string_view path, std::string_view body,
                           const net::header_list& headers) {
  auto answer = connection_.request(method, path, body, headers, patience);
  if (!answer)
    throw std::runtime_error(std::string(method) + ' ' + std::string(path) + ": " + answer.error().message);
  return understand(std::move(*answer));
}

reply rest_client::get(std::string_view path, const net::header_list& headers) {
  return request("GET", path, {}, headers);
}

reply rest_client::post(std::string_view path, const json::value& body, const net::header_list& headers) {
  return request("POST", path, json::serialize(body), headers);
}

reply rest_client::put(std::string_view path, const json::value& body, const net::header_list& headers) {
  return request("PUT", path, json::serialize(body), headers);
}

reply rest_client::del(std::string_view path, const net::header_list& headers) {
  return request("DELETE", path, {}, headers);
}

reply rest_client::update(std::string_view path, std::int64_t revision, const json::object& changes) {
  return put(path, json::object{{"data", changes}, {"revision", revision}});
}

json::object rest_client::create(std::string_view path, const json::value& body) {
  return data_of(post(path, body), path);
}

json::object rest_client::read(std::string_view path) {
  return data_of(get(path), path);
}

json::array rest_client::list(std::string_view path) {
  return get(path).data().as_array();
}

json::object rest_client::change(std::string_view path, const json::object& changes) {
  return data_of(update(path, read(path).at("revision").as_int64(), changes), path);
}

std::string talk_raw(std::uint16_t port, std::string_view bytes) {
  auto socket = net::tcp_client::connect("127.0.0.1", port, patience).value();
  if (auto sent = socket.send(bytes, patience); !sent) return {};
  auto answer = socket.receive_all(patience);
  if (!answer) throw std::runtime_error("the server doesn't close: " + answer.error().message);
  return *answer;
}

} // namespace troupe::conformance
