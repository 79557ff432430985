#include "net/wire_message.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <zlib.h>

namespace troupe::net {

namespace {

constexpr unsigned char fin = 0x80;
constexpr unsigned char rsv1 = 0x40;
/// Below this the header of the deflate block costs more than is won.
constexpr std::size_t worth_deflating = 64;

std::size_t append_header(std::string& out, unsigned char first, std::uint64_t length) {
  const auto before = out.size();
  out.push_back(static_cast<char>(first));
  int bytes = 0;
  if (length < 126) {
    out.push_back(static_cast<char>(length));
  } else if (length <= 0xffff) {
    out.push_back(126);
    bytes = 2;
  } else {
    out.push_back(127);
    bytes = 8;
  }
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(length >> (8 * i)));
  return out.size() - before;
}

/// One compressor per thread: its 256 KiB are set up once and only reset per message.
class compressor {
 public:
  compressor() {
    if (deflateInit2(&stream_, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  }
  compressor(const compressor&) = delete;
  compressor& operator=(const compressor&) = delete;
  ~compressor() { deflateEnd(&stream_); }

  /// RFC 7692: raw deflate, flushed, without the four bytes of the empty block at its end.
  std::string operator()(std::string_view in) {
    deflateReset(&stream_);
    std::string out(deflateBound(&stream_, in.size()) + 16, '\0');
    // zlib counts in 32 bits and doesn't write to next_in.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, Z_SYNC_FLUSH);
    out.resize(out.size() - stream_.avail_out - 4);
    return out;
  }

 private:
  z_stream stream_{};
};

} // namespace

wire_message::wire_message(kind opcode, std::string_view payload) : opcode_(opcode) {
  if (payload.size() > (std::size_t{1} << 31)) throw std::length_error("a WebSocket message above 2 GiB");
  plain_.reserve(payload.size() + 10);
  header_size_ = append_header(plain_, static_cast<unsigned char>(fin | static_cast<unsigned char>(opcode)),
                               payload.size());
  plain_.append(payload);
}

std::string_view wire_message::deflated_frame() const {
  std::call_once(once_, [this] {
    const auto data = payload();
    if (data.size() < worth_deflating) return;
    thread_local compressor compress;
    const auto packed = compress(data);
    if (packed.size() >= data.size()) return;
    deflated_.reserve(packed.size() + 10);
    append_header(deflated_, static_cast<unsigned char>(fin | rsv1 | static_cast<unsigned char>(opcode_)),
                  packed.size());
    deflated_.append(packed);
  });
  return deflated_.empty() ? plain_ : deflated_;
}

outgoing make_text(std::string_view payload) {
  return std::make_shared<const wire_message>(wire_message::kind::text, payload);
}

outgoing make_binary(std::string_view payload) {
  return std::make_shared<const wire_message>(wire_message::kind::binary, payload);
}

} // namespace troupe::net
