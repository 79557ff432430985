#pragma once
// A library built with -ffast-math switches denormals off in every thread that starts after it was loaded;
// frames would differ from one machine to the next.

#include <cfenv>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace troupe::engine {

#if defined(__SSE__)
inline constexpr unsigned default_mxcsr = 0x1f80; ///< nearest, denormals on, all exceptions masked

/// Call once at the start of every thread that ticks.
inline void set_default_float_environment() noexcept {
  _mm_setcsr(default_mxcsr);
}

/// The sticky exception flags (low six bits) don't matter.
inline bool has_default_float_environment() noexcept {
  return (_mm_getcsr() & ~0x3fu) == default_mxcsr;
}
#else
inline void set_default_float_environment() noexcept {
  std::fesetenv(FE_DFL_ENV);
}
inline bool has_default_float_environment() noexcept {
  return std::fegetround() == FE_TONEAREST;
}
#endif

} // namespace troupe::engine
