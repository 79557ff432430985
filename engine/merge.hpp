#pragma once
// Writes of all graphs -> the attributes of a frame, in ascending (priority, graph, node), per fixture
// (protocol, section 5 "Merging").

#include "engine/program.hpp"
#include "protocol/bundle.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace troupe::engine {

/// Columns of a frame, by slot.
struct merge_target {
  std::uint8_t* written = nullptr;
  std::uint8_t* mask = nullptr;
  std::array<float*, column_count> values{};
};

/// One WriteAttributes of a running graph with what it reads. Pointers stay valid from install to install.
struct active_write {
  const write_code* code = nullptr;
  const domain* where = nullptr;
  const float* uniforms = nullptr;
  float* const* buffers = nullptr;

  bool priority_varies() const { return code->priority.where == operand::place::buffer; }
  /// `element` doesn't matter where it doesn't vary.
  float priority(std::size_t element) const { return raw(code->priority, element); }
  /// Within 0..1 (pan and tilt -1..1).
  float value(std::size_t column, std::size_t element) const;

 private:
  float raw(const operand& o, std::size_t element) const {
    return o.where == operand::place::buffer ? buffers[o.index][element] : uniforms[o.index];
  }
};

class merger {
 public:
  /// @param writes in the order of graphs and nodes
  void install(std::vector<active_write> writes);

  /// `target` holds zeros before the first write.
  void run(const merge_target& target);

  const std::vector<active_write>& writes() const noexcept { return writes_; }

 private:
  /// One fixture of a write whose priority varies.
  struct single {
    std::uint32_t priority; ///< bits of the float: ascending, because it isn't negative
    std::uint32_t write;
    std::uint32_t element;
  };

  void sort_whole();
  void sort_singles();

  std::vector<active_write> writes_;
  std::vector<std::uint32_t> whole_;      ///< writes of one priority, in the order they are applied
  std::vector<std::uint32_t> whole_bits_; ///< by write: its priority when `whole_` was sorted
  std::vector<std::uint32_t> varying_;    ///< writes whose priority varies
  std::vector<single> singles_, scratch_;
};

} // namespace troupe::engine
