#pragma once
// What waits to be written of a streamed answer, and its framing. Knows no socket.

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

namespace troupe::net::detail {

class stream_bytes {
 public:
  /// @param limit bytes that may wait. @param chunked false: the end of the connection is the end (HTTP/1.0)
  stream_bytes(std::size_t limit, bool chunked) noexcept : limit_(limit), chunked_(chunked) {}

  /// @returns false if it wasn't taken: something waits, and with this it would be more than the limit; or
  /// the end was set
  bool push(std::shared_ptr<const std::string> bytes);

  /// The end comes after what waits.
  void finish() noexcept { ending_ = true; }

  /// Appends what is to be written next, framed, to `out`: about `portion` bytes, at least one text.
  /// @returns whether there was anything
  bool take(std::string& out, std::size_t portion);

  bool empty() const noexcept { return waiting_.empty(); }
  std::size_t size() const noexcept { return size_; }
  bool ending() const noexcept { return ending_; }
  /// Whether the end was taken, too.
  bool ended() const noexcept { return ended_; }

 private:
  std::deque<std::shared_ptr<const std::string>> waiting_;
  std::size_t size_ = 0;
  std::size_t limit_;
  bool chunked_;
  bool ending_ = false;
  bool ended_ = false;
};

} // namespace troupe::net::detail
