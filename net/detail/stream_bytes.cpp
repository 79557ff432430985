#include "net/detail/stream_bytes.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace troupe::net::detail {

namespace {

constexpr std::string_view last_chunk = "0\r\n\r\n";

void append_size(std::string& out, std::size_t size) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  out.append(digits.data(), end).append("\r\n");
}

} // namespace

bool stream_bytes::push(std::shared_ptr<const std::string> bytes) {
  if (ending_ || (!waiting_.empty() && size_ + bytes->size() > limit_)) return false;
  if (bytes->empty()) return true; // an empty chunk would be the end
  size_ += bytes->size();
  waiting_.push_back(std::move(bytes));
  return true;
}

bool stream_bytes::take(std::string& out, std::size_t portion) {
  if (waiting_.empty()) {
    if (!ending_ || ended_) return false;
    ended_ = true;
    if (chunked_) out += last_chunk;
    return chunked_;
  }
  std::size_t count = 0, bytes = 0;
  while (count < waiting_.size() && (count == 0 || bytes + waiting_[count]->size() <= portion))
    bytes += waiting_[count++]->size();
  if (chunked_) append_size(out, bytes);
  for (; count > 0; --count) {
    out += *waiting_.front();
    waiting_.pop_front();
  }
  if (chunked_) out += "\r\n";
  size_ -= bytes;
  return true;
}

} // namespace troupe::net::detail
