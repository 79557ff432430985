#pragma once
// A program in the making: values and operations by value, not yet by register. Folds what is constant,
// carries values between domains, and drops what nothing needs.

#include "engine/program.hpp"
#include "engine/selections.hpp"

#include <initializer_list>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::engine {

/// A value that some operation makes once per tick (uniform) or for each element of a domain (varying).
using value_id = std::uint32_t;

class program_builder {
 public:
  explicit program_builder(selection_pool& pool) : pool_(pool) {}

  value_id constant(float value);
  /// A uniform value that the evaluator fills in before each tick.
  value_id load(input_load::source from, std::string_view control, float low, float high);

  /// The same for what isn't named but numbered. @param control as in `input_load`
  value_id load(input_load::source from, std::uint32_t control, float low, float high);

  bool varies(value_id value) const { return values_[value].varying; }

  /// The same value for each element of the domain.
  value_id carried(value_id value, std::uint32_t domain) { return in_domain(value, domain); }

  /// One operation with one result, varying over `domain` if a source varies. `shape` gives code, ends,
  /// table and state; the result is known to lie within `low`..`high`.
  value_id emit(const operation& shape, std::initializer_list<value_id> sources, std::uint32_t domain,
                float low, float high);
  value_id emit(opcode code, std::initializer_list<value_id> sources, std::uint32_t domain);

  /// The value within low..high: itself if it can't be outside.
  value_id clamped(value_id value, float low, float high, std::uint32_t domain);

  struct chase_place {
    value_id whole, part;
  };
  chase_place chase_position(value_id speed, float cells, std::uint32_t state, std::uint32_t domain);
  value_id chase_level(const chase_place& at, value_id width, std::uint32_t selection, std::uint32_t domain);
  value_id spread(value_id from, value_id to, std::uint32_t selection, std::uint32_t domain);

  /// A channel of a colour from hue, saturation and value. @pre the last two lie within 0..1
  value_id hsv_channel(value_id h, value_id s, value_id v, float offset, std::uint32_t domain);

  /// Where a write finds the value: `code` is store, store_unit or store_signed; only used if it varies.
  operand stored(value_id value, opcode code, std::uint32_t domain);

  /// Registers given, dead operations gone. `program` has its states, writes and sites already.
  void finish(graph_program& program) &&;

 private:
  static constexpr std::uint32_t uniform_place = ~std::uint32_t{0};

  struct value_info {
    bool varying = false;
    bool constant = false;
    bool needed = false;
    float value = 0;         ///< of a constant
    float low = 0, high = 0; ///< it is known to lie between; -0 only where `low` is below 0, or is -0
    std::uint32_t domain = uniform_place;
    std::uint32_t place = 0; ///< register, once given
    std::uint32_t last_use = 0;
  };
  struct pending_step {
    operation op; ///< sources and targets are values; buffers and tables are final
    std::uint8_t sources = 0;
    bool two_targets = false;
    bool needed = false;
    std::uint32_t domain = uniform_place;
  };

  bool lies_within(value_id value, float low, float high) const;
  std::pair<float, float> range_of(const operation& op, std::initializer_list<value_id> sources) const;
  value_id add_value(std::uint32_t domain, float low, float high);
  value_id in_domain(value_id value, std::uint32_t domain);
  value_id append(operation op, std::initializer_list<value_id> sources, std::uint32_t domain, float low,
                  float high);
  value_id fold(operation op, std::initializer_list<value_id> sources);
  std::uint32_t buffer_of(value_id value, opcode code);
  std::uint32_t indices(char kind, std::uint32_t selection, std::uint32_t domain);
  std::uint32_t map_between(std::uint32_t inner, std::uint32_t outer);

  void mark_needed();
  void place_uniforms(graph_program& program);
  void place_columns(graph_program& program);
  bool leaves_as_it_is(const pending_step& store) const;
  pass make_pass(std::uint32_t domain, const std::vector<std::uint32_t>& steps);

  selection_pool& pool_;
  std::vector<value_info> values_;
  std::vector<pending_step> steps_;
  std::vector<std::string> controls_;
  std::vector<input_load> loads_; // `uniform` is a value until finish
  std::vector<std::uint32_t> buffer_domains_;
  std::vector<engine::index_column> index_columns_;
  std::vector<engine::element_map> element_maps_;
  std::vector<value_id> kept_; // uniform values that writes read
  // Only looked up:
  std::unordered_map<std::uint32_t, value_id> constants_;
  std::unordered_map<std::string, std::uint32_t> control_index_;
  std::unordered_map<std::uint64_t, value_id> carried_;
  std::unordered_map<std::uint64_t, std::uint32_t> buffers_, maps_;
  std::unordered_map<std::uint64_t, std::uint32_t> level_columns_, spread_columns_;
};

} // namespace troupe::engine
