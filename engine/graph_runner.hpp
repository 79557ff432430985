#pragma once
// One graph at run time: its program's registers, buffers and node state.

#include "engine/program.hpp"
#include "engine/stage_install.hpp"
#include "protocol/inputs.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::engine {

/// Memory for the registers of one block, shared by all graphs of an evaluator.
class register_file {
 public:
  static constexpr std::size_t block = 256; ///< elements per column

  void reserve(std::size_t registers) {
    if (registers * block > columns_.size()) columns_.resize(registers * block);
  }
  float* data() noexcept { return columns_.data(); }

 private:
  std::vector<float> columns_;
};

class graph_runner {
 public:
  explicit graph_runner(std::string id) : id_(std::move(id)) {}

  const std::string& id() const noexcept { return id_; }
  bool enabled() const noexcept { return enabled_; }
  bool broken() const noexcept { return broken_; }
  bool running() const noexcept { return enabled_ && !broken_ && program_ != nullptr; }

  /// The program that runs, or, while the graph is broken, the last one that did. May be null.
  const std::shared_ptr<const graph_program>& program() const noexcept { return program_; }

  /// Takes over the state of nodes that stay.
  void install(const graph_install& change);

  /// Fixtures have left these slots: others that come into them start afresh.
  void forget_slots(const std::vector<std::uint8_t>& freed);

  void tick(const tick_time& time, const std::shared_ptr<const input_layout>& layout,
            const input_snapshot& inputs, register_file& registers);

  const float* uniforms() const noexcept { return uniforms_.data(); }
  float* const* buffers() const noexcept { return buffer_pointers_.data(); }

  /// For runtime/status.
  instance_site site() const;

 private:
  /// Whose state it is: one, or one for each of these slots.
  struct state_home {
    bool varying = false;
    std::shared_ptr<const std::vector<std::uint32_t>> slots;
  };

  void adopt(std::shared_ptr<const graph_program> next);
  void find_controls(const input_layout& layout);
  void load_inputs(const tick_time& time, const input_snapshot& inputs);
  void run_pass(const pass& one, kernel_context context);

  std::string id_;
  bool enabled_ = true;
  bool broken_ = false;
  std::string last_error_;
  std::uint32_t error_count_ = 0;
  std::shared_ptr<const graph_program> program_;
  std::vector<node_state> states_; // as program_->states
  std::vector<state_home> homes_;
  std::vector<float> uniforms_;
  std::vector<std::vector<float>> buffers_;
  std::vector<float*> buffer_pointers_;
  std::shared_ptr<const input_layout> inputs_; // that `places_` belongs to
  std::vector<std::uint32_t> places_;          // by load: index in the snapshot, or none
};

} // namespace troupe::engine
