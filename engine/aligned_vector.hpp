#pragma once
// Columns that begin with a cache line, so that no vector of them lies across two.

#include <cstddef>
#include <new>
#include <vector>

namespace troupe::engine {

template <class T>
struct cache_line_allocator {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  cache_line_allocator() = default;
  template <class U>
  cache_line_allocator(const cache_line_allocator<U>&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), line)); }
  void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, line); }
  friend bool operator==(const cache_line_allocator&, const cache_line_allocator&) noexcept { return true; }
};

template <class T>
using aligned_vector = std::vector<T, cache_line_allocator<T>>;

} // namespace troupe::engine
