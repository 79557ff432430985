#include "net/ws_client.hpp"

#include "net/detail/ascii.hpp"
#include "net/detail/inflate.hpp"

#include <array>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/core/detail/sha1.hpp>
#include <cstring>
#include <random>

namespace troupe::net {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint8_t fin = 0x80;
constexpr std::uint8_t rsv1 = 0x40;
constexpr std::uint8_t masked_bit = 0x80;
enum opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close_op = 8,
  ping_op = 9,
  pong_op = 10
};

std::array<char, 4> random_mask() {
  std::random_device source;
  const auto bits = source();
  std::array<char, 4> out;
  std::memcpy(out.data(), &bits, out.size());
  return out;
}

std::string base64(const void* bytes, std::size_t n) {
  namespace codec = boost::beast::detail::base64;
  std::string out(codec::encoded_size(n), '\0');
  out.resize(codec::encode(out.data(), bytes, n));
  return out;
}

/// RFC 6455, 1.3: proves that the server understood.
std::string accept_key(const std::string& key) {
  namespace sha = boost::beast::detail;
  const auto text_in = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  sha::sha1_context context;
  sha::init(context);
  sha::update(context, text_in.data(), text_in.size());
  std::array<unsigned char, 20> digest{};
  sha::finish(context, digest.data());
  return base64(digest.data(), digest.size());
}

std::string frame(std::uint8_t first_byte, std::string_view payload, bool masked) {
  std::string out(1, static_cast<char>(first_byte));
  const std::uint8_t mask_bit = masked ? masked_bit : 0;
  const auto push = [&](std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
  };
  if (payload.size() < 126) {
    push(mask_bit | payload.size(), 1);
  } else if (payload.size() <= 0xffff) {
    push(mask_bit | 126U, 1);
    push(payload.size(), 2);
  } else {
    push(mask_bit | 127U, 1);
    push(payload.size(), 8);
  }
  if (!masked) return out.append(payload);
  const auto mask = random_mask();
  out.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) out.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return out;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

ws_event close_event(std::string_view payload) {
  ws_event out;
  out.close_code =
      payload.size() < 2 ? std::uint16_t{1005} : static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
  if (payload.size() > 2) out.data = payload.substr(2);
  return out;
}

} // namespace

ws_client::ws_client(tcp_client socket, const ws_client_options& options)
    : socket_(std::move(socket)), options_(options) {}

result<ws_client> ws_client::connect(std::string_view url, milliseconds timeout,
                                     const ws_client_options& options) {
  const auto deadline = clock::now() + timeout;
  const auto where = parse_client_url(url);
  if (!where) return failure(where.error());
  auto socket = tcp_client::connect(where->host, where->port, timeout, options.receive_buffer);
  if (!socket) return failure(socket.error());

  std::array<std::array<char, 4>, 4> nonce{random_mask(), random_mask(), random_mask(), random_mask()};
  const auto key = base64(nonce.data(), sizeof nonce);
  std::string request = "GET " + where->target + " HTTP/1.1\r\nHost: " + where->host_header() +
                        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: " +
                        key + "\r\n";
  if (options.deflate) request += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
  for (const auto& [name, value] : options.headers) request += name + ": " + value + "\r\n";

  http_client http(std::move(*socket), where->host, where->port);
  if (auto sent = http.send_raw(request + "\r\n", timeout); !sent) return failure(sent.error());
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock::now());
  auto response = http.read_response(false, std::max(left, milliseconds{0}));
  if (!response) return failure(response.error());
  if (response->status != 101) {
    return failure(error{ec::validation_error, response->body, {{"status", response->status}}});
  }
  if (response->header("Sec-WebSocket-Accept") != accept_key(key)) {
    return fail(ec::parse_error, "the server's handshake is wrong");
  }
  ws_client out(std::move(http.socket()), options);
  out.buffer_ = http.pending();
  out.deflates_ =
      response->header("Sec-WebSocket-Extensions").find("permessage-deflate") != std::string_view::npos;
  out.handshake_ = std::move(response->headers);
  return out;
}

result<void> ws_client::send_text(std::string_view payload, milliseconds timeout) {
  return socket_.send(frame(fin | opcode::text, payload, true), timeout);
}

result<void> ws_client::send_binary(std::string_view payload, milliseconds timeout) {
  return socket_.send(frame(fin | opcode::binary, payload, true), timeout);
}

result<void> ws_client::ping(std::string_view payload, milliseconds timeout) {
  return socket_.send(frame(fin | opcode::ping_op, payload, true), timeout);
}

result<void> ws_client::close(std::uint16_t code, std::string_view reason) {
  if (std::exchange(close_sent_, true)) return {};
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  payload += reason.substr(0, 123);
  return socket_.send(frame(fin | opcode::close_op, payload, true), milliseconds{1000});
}

result<void> ws_client::send_frame(std::uint8_t first_byte, std::string_view payload, bool masked) {
  return socket_.send(frame(first_byte, payload, masked), milliseconds{5000});
}

result<ws_event> ws_client::receive(milliseconds timeout, bool control) {
  const auto deadline = clock::now() + timeout;
  for (;;) {
    if (closed_) return *closed_;
    auto event = take_frame(control);
    if (!event) return failure(event.error());
    if (event->has_value()) return std::move(**event);
    if (closed_) continue;
    if (auto more = read_more(deadline); !more) return failure(more.error());
  }
}

result<void> ws_client::read_more(clock::time_point deadline) {
  buffer_.erase(0, std::exchange(consumed_, 0));
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock::now());
  auto more = socket_.receive(std::max(left, milliseconds{0}));
  if (!more && more.error().code == ec::timeout) return failure(more.error());
  if (!more || more->empty()) {
    closed_ = ws_event{};
    closed_->close_code = 1006;
  } else {
    buffer_ += *more;
  }
  return {};
}

/// The next event among the frames that are there; nothing if they make none.
result<std::optional<ws_event>> ws_client::take_frame(bool control) {
  for (;;) {
    const auto bytes = std::string_view(buffer_).substr(consumed_);
    if (bytes.size() < 2) return std::optional<ws_event>{};
    const auto first = static_cast<std::uint8_t>(bytes[0]);
    const auto second = static_cast<std::uint8_t>(bytes[1]);
    if (second & masked_bit) return fail(ec::parse_error, "the server masked a frame");
    const std::size_t extra = second == 126 ? 2 : second == 127 ? 8 : 0;
    if (bytes.size() < 2 + extra) return std::optional<ws_event>{};
    const auto length = extra == 0 ? second : big_endian(bytes.substr(2, extra));
    if (length > options_.message_limit)
      return fail(ec::payload_too_large, "the server's message is too large");
    if (bytes.size() - 2 - extra < length) return std::optional<ws_event>{};
    const auto payload = bytes.substr(2 + extra, length);
    consumed_ += 2 + extra + length;
    auto event = take(first, payload, control);
    if (!event || event->has_value() || closed_) return event;
  }
}

result<std::optional<ws_event>> ws_client::take(std::uint8_t first, std::string_view payload, bool control) {
  const auto op = static_cast<std::uint8_t>(first & 0x0f);
  if (op == opcode::close_op) {
    closed_ = close_event(payload);
    // The echo is a courtesy; the server may have gone.
    (void)close(closed_->close_code == 1005 ? std::uint16_t{1000} : closed_->close_code);
    return std::optional<ws_event>{};
  }
  if (op == opcode::ping_op || op == opcode::pong_op) {
    if (op == opcode::ping_op && options_.answer_pings) {
      (void)socket_.send(frame(fin | opcode::pong_op, payload, true), milliseconds{1000});
    }
    if (!control) return std::optional<ws_event>{};
    return ws_event{op == opcode::ping_op ? ws_event::kind::ping : ws_event::kind::pong, std::string(payload),
                    0, false};
  }
  if (op != opcode::continuation) {
    if (op > opcode::binary || !message_.empty())
      return fail(ec::parse_error, "the server broke the protocol");
    message_opcode_ = op;
    message_compressed_ = (first & rsv1) != 0;
  }
  message_ += payload;
  if (!(first & fin)) return std::optional<ws_event>{};
  ws_event out{message_opcode_ == opcode::text ? ws_event::kind::text : ws_event::kind::binary,
               {},
               0,
               message_compressed_};
  if (message_compressed_) {
    auto inflated = detail::inflate_message(std::exchange(message_, {}), options_.message_limit);
    if (!inflated) return failure(inflated.error());
    out.data = std::move(*inflated);
  } else {
    out.data = std::exchange(message_, {});
  }
  return out;
}

} // namespace troupe::net
