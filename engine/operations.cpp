#include "engine/kernels.hpp"
#include "engine/vector_code.hpp"

namespace troupe::engine {

state_shape state_of(opcode code) noexcept {
  switch (code) {
  case opcode::smooth:
    return {0, 1};
  case opcode::phase_step:
  case opcode::lattice_step:
  case opcode::sine:
  case opcode::triangle:
  case opcode::saw:
  case opcode::square:
  case opcode::noise:
  case opcode::chase_position:
  case opcode::flash:
    return {1, 0};
  case opcode::envelope:
    return {4, 0};
  default:
    return {};
  }
}

void run(const kernel_context& context, const operation* begin, const operation* end) {
  const auto* const kernels = vectors().kernels;
  for (; begin != end; ++begin) kernels[static_cast<std::size_t>(begin->code)](context, *begin);
}

} // namespace troupe::engine
