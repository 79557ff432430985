#pragma once
// An outgoing WebSocket message, framed once and shared by every connection that sends it.

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace troupe::net {

/// The complete frame of one text or binary message, ready for the socket; the permessage-deflate form is
/// made when the first connection asks for it. Immutable and safe to share between threads.
class wire_message {
 public:
  enum class kind : unsigned char { text = 1, binary = 2 };

  wire_message(kind opcode, std::string_view payload);

  /// Header and payload, uncompressed.
  std::string_view frame() const noexcept { return plain_; }
  /// The frame for connections that negotiated permessage-deflate without context takeover: compressed, or
  /// the plain one where that is shorter.
  std::string_view deflated_frame() const;
  std::string_view payload() const noexcept { return std::string_view(plain_).substr(header_size_); }
  kind opcode() const noexcept { return opcode_; }

 private:
  std::string plain_;
  std::size_t header_size_;
  kind opcode_;
  mutable std::once_flag once_;
  mutable std::string deflated_;
};

using outgoing = std::shared_ptr<const wire_message>;

/// @param payload valid UTF-8
outgoing make_text(std::string_view payload);
outgoing make_binary(std::string_view payload);

} // namespace troupe::net
