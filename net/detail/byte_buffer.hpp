#pragma once
// The input of a connection: bytes come in at the end and go out at the front.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace troupe::net::detail {

class byte_buffer {
 public:
  std::string_view view() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }

  /// Room for at least `n` bytes behind the content; not initialised. Moves the content.
  std::span<char> prepare(std::size_t n) {
    if (capacity_ - end_ < n) make_room(n);
    return {data_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t n) noexcept { end_ += n; }

  void consume(std::size_t n) noexcept {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Gives memory back that a large request took, once nothing is in it.
  void shrink(std::size_t most) {
    if (!empty() || capacity_ <= most) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  void make_room(std::size_t n) {
    const auto used = size();
    if (capacity_ >= used + n) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
      const auto wanted = std::max(used + n, capacity_ * 2);
      auto next = std::make_unique_for_overwrite<char[]>(wanted);
      if (used > 0) std::memcpy(next.get(), data_.get() + begin_, used);
      data_ = std::move(next);
      capacity_ = wanted;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

} // namespace troupe::net::detail
