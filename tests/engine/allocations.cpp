// Replaces operator new of the test program, to count. Alone in its file, so that nothing is inlined.
#include "tests/engine/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t count = 0;

void* counted(std::size_t size) noexcept {
  ++count;
  return std::malloc(size ? size : 1);
}

} // namespace

void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}
// A sanitizer brings its own of this one, whose memory the delete below mustn't get.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace troupe::test {

std::size_t allocations() noexcept {
  return count;
}

} // namespace troupe::test
