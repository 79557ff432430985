// Replaces operator new of the test program, to count. Alone in its file, so that nothing is inlined.
#include "tests/engine/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t count = 0;
}

void* operator new(std::size_t size) {
  ++count;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace troupe::test {

std::size_t allocations() noexcept { return count; }

} // namespace troupe::test
