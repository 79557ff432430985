#pragma once
// The two framings of an HTTP body, read strictly: what a proxy in front could read otherwise is refused.

#include "protocol/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::net::detail {

class body_reader {
 public:
  /// @param limit bytes of the decoded body; beyond it PAYLOAD_TOO_LARGE
  void start_sized(std::uint64_t length, std::size_t limit);
  void start_chunked(std::size_t limit);

  /// Takes what it can from the front of the bytes. VALIDATION_ERROR for malformed chunks.
  /// @return how many bytes were taken
  result<std::size_t> feed(std::string_view bytes);

  bool done() const noexcept { return at_ == part::done; }
  std::string& body() noexcept { return body_; }

 private:
  enum class part { sized, chunk_size, chunk_data, chunk_end, trailer, done };

  result<std::size_t> feed_line(std::string_view bytes);
  result<void> take_line(std::string_view line);
  std::size_t feed_data(std::string_view bytes);

  std::string body_;
  std::uint64_t left_ = 0; ///< of the body, or of the chunk
  std::size_t limit_ = 0;
  std::size_t trailer_size_ = 0;
  part at_ = part::done;
};

} // namespace troupe::net::detail
