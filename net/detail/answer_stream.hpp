#pragma once
// The handler's end of a streamed answer. The connection's end is http_session, which writes what waits here.

#include "net/detail/server_core.hpp"
#include "net/detail/stream_bytes.hpp"
#include "net/http_stream.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::net::detail {

class answer_stream final : public http_stream, public std::enable_shared_from_this<answer_stream> {
 public:
  /// @param flush writes what waits, once the stream's thread is free. It holds the connection until `finish`
  answer_stream(server_core& core, lane& on, bool chunked, std::function<void()> flush);

  void start(stream_callbacks callbacks) override;
  bool write(std::shared_ptr<const std::string> bytes) override;
  void close() override;
  bool open() const noexcept override { return flush_ && !bytes_.ending(); }

  /// As `stream_bytes::take`.
  bool take(std::string& out, std::size_t portion) { return bytes_.take(out, portion); }
  /// Whether all is taken, the end included.
  bool ended() const noexcept { return bytes_.ended(); }
  /// The kernel has all that was taken.
  void flushed();
  /// Now and then.
  void sweep(clock::time_point now);
  /// The connection lets go of the stream. Once.
  void finish();

 private:
  void flush_soon();

  lane& lane_;
  counted active_;
  clock::duration pulse_;
  clock::time_point next_pulse_;
  stream_bytes bytes_;
  std::function<void()> flush_; ///< empty: the connection has let go
  stream_callbacks callbacks_;
  bool flushing_ = false; ///< it was asked for
  bool refused_ = false;  ///< a write, since the last `on_room`
};

} // namespace troupe::net::detail
