#pragma once

#include <cstddef>

namespace troupe::test {

/// How often this thread has called operator new since it started.
std::size_t allocations() noexcept;

} // namespace troupe::test
