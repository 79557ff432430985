#include "net/detail/inflate.hpp"

#include <array>
#include <memory>
#include <zlib.h>

namespace troupe::net::detail {

result<std::string> inflate_message(std::string payload, std::size_t limit) {
  payload.append("\x00\x00\xff\xff", 4);
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) return fail(ec::internal_error, "no memory to inflate");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, &inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(payload.data());
  stream.avail_in = static_cast<uInt>(payload.size());
  std::string out;
  std::array<char, 16 * 1024> part;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(part.data());
    stream.avail_out = static_cast<uInt>(part.size());
    const int code = inflate(&stream, Z_SYNC_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      return fail(ec::parse_error, "a compressed message is damaged");
    }
    out.append(part.data(), part.size() - stream.avail_out);
    if (out.size() > limit) return fail(ec::payload_too_large, "a compressed message is too large");
  } while (stream.avail_out == 0);
  return out;
}

} // namespace troupe::net::detail
