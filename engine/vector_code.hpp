#pragma once
// The loops over cells, compiled once for each instruction set; all of them give the same bits. What stands
// behind these pointers is built in files of its own, which hold nothing but such loops: a function of a
// library that one of them made for newer processors must never be the copy that the linker keeps for
// everybody.

#include "engine/kernels.hpp"
#include "engine/pixel_form.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::engine {

/// How a write meets what is there already.
enum class merge_rule : std::uint8_t { replace, highest, sum, signed_sum, count_ };
inline constexpr std::size_t merge_rule_count = static_cast<std::size_t>(merge_rule::count_);

/// For one rule: o[i] becomes rule(o[i], value). The `_at` forms go to o[places[i] - base].
struct merge_column_loops {
  void (*fill)(float* o, float value, std::size_t n);
  void (*copy)(float* o, const float* values, std::size_t n);
  void (*fill_at)(float* o, const std::uint32_t* places, std::uint32_t base, float value, std::size_t n);
  void (*copy_at)(float* o, const std::uint32_t* places, std::uint32_t base, const float* values,
                  std::size_t n);
};

struct merge_loops {
  std::array<merge_column_loops, merge_rule_count> columns;
  void (*mark)(std::uint8_t* written, std::uint8_t* mask, std::uint8_t bits, std::size_t n);
  void (*hold_column)(float* held, const float* values, const std::uint8_t* written, std::uint8_t bit,
                      std::size_t n);
  void (*hold_mask)(std::uint8_t* held, const std::uint8_t* written, std::uint8_t kept, std::size_t n);
  void (*join_masks)(std::uint8_t* out, const std::uint8_t* written, const std::uint8_t* held, std::size_t n);
};

/// Colour columns of a block in, and out.
struct colour_planes {
  float *red, *green, *blue, *white;
};
struct colour_sources {
  const std::uint8_t* mask; ///< attribute_bit
  const float *intensity, *red, *green, *blue;
};

struct render_loops {
  /// Whether all of them are the same.
  bool (*uniform)(const std::uint8_t* mask, std::size_t n);
  /// Cells of nothing but red, green and blue, or of those and white, side by side, with a colour written to
  /// all of them: all at once. By what becomes of white, and by whether the intensity dims them.
  /// @pre n is up to tile_places
  std::array<
      std::array<void (*)(std::uint8_t* out, const colour_sources&, const colour_shifts&, std::size_t n), 2>,
      3>
      pixels;
  /// By whether the intensity dims the colour, and by whether white is taken out of it.
  std::array<std::array<void (*)(const colour_planes&, const colour_sources&, std::size_t n), 2>, 2> colour;
  /// The intensity, or the brightest colour while only a colour is written.
  void (*brightness)(float* out, const colour_sources&, std::size_t n);
  /// level8((x + offset) * scale) where any of `bits` is written, else `unwritten`.
  void (*coarse)(std::uint8_t* out, const std::uint8_t* mask, std::uint8_t bits, std::uint8_t unwritten,
                 const float* values, float scale, float offset, std::size_t n);
  /// level8(1 - x) where a colour is written.
  void (*inverse)(std::uint8_t* out, const std::uint8_t* mask, std::uint8_t unwritten, const float* values,
                  std::size_t n);
  /// As `coarse`, in sixteen bits.
  void (*fine)(std::uint8_t* high, std::uint8_t* low, const std::uint8_t* mask, std::uint8_t bits,
               std::uint8_t unwritten_high, std::uint8_t unwritten_low, const float* values, float scale,
               float offset, std::size_t n);
  void (*shutter)(std::uint8_t* out, const std::uint8_t* mask, std::uint8_t open, const float* intensity,
                  std::size_t n);
  void (*interleave3)(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                      std::size_t n);
  void (*interleave4)(std::uint8_t* out, const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c,
                      const std::uint8_t* d, std::size_t n);
  void (*strided)(std::uint8_t* out, const std::uint8_t* values, std::size_t stride, std::size_t n);
  void (*scattered)(std::uint8_t* out, const std::uint32_t* levels, const std::uint8_t* values,
                    std::size_t n);
};

enum class instruction_set : std::uint8_t { portable, avx2, avx512 };

struct vector_code {
  const kernel* kernels; ///< by opcode
  const merge_loops* merge;
  const render_loops* render;
};

/// Those that this processor can run, the best last.
std::vector<instruction_set> instruction_sets();
std::string_view name_of(instruction_set which) noexcept;

/// The best one's, unless another was chosen.
const vector_code& vectors() noexcept;

/// For tests and measurements. Not while any thread ticks. @pre one of instruction_sets()
void choose_instruction_set(instruction_set which) noexcept;

} // namespace troupe::engine
