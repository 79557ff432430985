#include "engine/vector_code.hpp"

namespace troupe::engine {

#define TROUPE_VARIANT(name)                                                                                 \
  namespace name {                                                                                           \
  extern const std::array<kernel, static_cast<std::size_t>(opcode::count_)> kernels;                         \
  extern const merge_loops merging;                                                                          \
  extern const render_loops rendering;                                                                       \
  }                                                                                                          \
  static const vector_code name##_code {                                                                     \
    name::kernels.data(), &name::merging, &name::rendering                                                   \
  }

TROUPE_VARIANT(portable);
#if defined(TROUPE_X86_VARIANTS)
TROUPE_VARIANT(avx2);
TROUPE_VARIANT(avx512);
#endif

namespace {

const vector_code& code_of([[maybe_unused]] instruction_set which) noexcept {
#if defined(TROUPE_X86_VARIANTS)
  if (which == instruction_set::avx2) return avx2_code;
  if (which == instruction_set::avx512) return avx512_code;
#endif
  return portable_code;
}

const vector_code*& chosen() noexcept {
  static const vector_code* now = &code_of(instruction_sets().back());
  return now;
}

} // namespace

std::vector<instruction_set> instruction_sets() {
  std::vector<instruction_set> out{instruction_set::portable};
#if defined(TROUPE_X86_VARIANTS)
  // What -march=x86-64-v3 and -v4 let the compiler use.
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
  if (v3) out.push_back(instruction_set::avx2);
  if (v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    out.push_back(instruction_set::avx512);
#endif
  return out;
}

std::string_view name_of(instruction_set which) noexcept {
  switch (which) {
  case instruction_set::portable:
    return "portable";
  case instruction_set::avx2:
    return "avx2";
  case instruction_set::avx512:
    return "avx512";
  }
  return {};
}

const vector_code& vectors() noexcept {
  return *chosen();
}

void choose_instruction_set(instruction_set which) noexcept {
  chosen() = &code_of(which);
}

} // namespace troupe::engine
