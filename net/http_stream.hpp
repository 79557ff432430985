#pragma once
// An answer that has no end of its own: bytes are added as they come about, until one side has enough.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace troupe::net {

/// What a stream tells; all on its io thread.
struct stream_callbacks {
  /// All that was written is with the kernel, after a `write` that was refused.
  std::function<void()> on_room{};
  /// `http_limits::stream_pulse` has passed since the start, or since the last call: time for a sign of life,
  /// which also shows whether the client is still there.
  std::function<void()> on_pulse{};
  /// The last call ever: the client has gone or took nothing for too long, or the stream's end is written.
  std::function<void()> on_closed{};
};

/// All calls on the stream's io thread. No callback comes from within a call, but `on_closed` may come before
/// `responder::stream` returns. All are dropped after it.
class http_stream {
 public:
  virtual ~http_stream() = default;

  /// Once, from within the opener or later.
  virtual void start(stream_callbacks callbacks) = 0;

  /// Adds bytes, which are shared and not copied. What is written in a row leaves together.
  /// @returns false if nothing was taken: `http_limits::stream_queue` bytes wait already (see `on_room`), or
  /// the stream isn't open. Text of any size is taken while nothing waits
  virtual bool write(std::shared_ptr<const std::string> bytes) = 0;

  /// Ends the answer after what was written. The connection goes on if it was to be kept alive.
  virtual void close() = 0;

  /// False once the end was asked for, by either side.
  virtual bool open() const noexcept = 0;
};

} // namespace troupe::net
