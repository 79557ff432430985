#pragma once
// One graph at run time: its program's registers, buffers and node state.

#include "engine/aligned_vector.hpp"
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

  /// Whether the broadcasts of a pass still stand there, for so many elements at least: no other pass has run
  /// since.
  bool filled_for(const pass& one, std::size_t count) const noexcept {
    return owner_ == &one && count <= filled_;
  }
  void fill_for(const pass& one, std::size_t count) noexcept {
    owner_ = &one;
    filled_ = count;
  }
  /// Another tick, in which uniform values may be others.
  void begin_tick() noexcept { owner_ = nullptr; }

 private:
  aligned_vector<float> columns_;
  const pass* owner_ = nullptr;
  std::size_t filled_ = 0;
};

/// What the varying nodes of one graph remember of some cells.
struct graph_memory {
  struct node {
    std::string node_id;
    node_type type = node_type::time;
    node_state state; ///< by the cells' order
  };
  std::string graph_id;
  std::vector<node> nodes;
};

/// Whose state it is: one, or one for each of these places.
struct state_home {
  bool varying = false;
  std::shared_ptr<const std::vector<std::uint32_t>> places;
};

/// What all nodes of one graph remember, as it lies there.
struct graph_image {
  std::string graph_id;
  std::shared_ptr<const graph_program> program; ///< tells of `states` whose they are; null: there are none
  std::vector<node_state> states;
  std::vector<state_home> homes;
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
  void install(const graph_install& change, std::size_t part);

  /// Fixtures have left these places: others that come into them start afresh.
  void forget(const place_set& freed);

  /// What the varying nodes remember of these cells. @param graph is told the graph's id and its nodes
  void give(const place_set& leaving, const std::vector<std::uint32_t>& places, graph_memory& graph) const;
  /// @param places ascending
  void receive(const std::vector<std::uint32_t>& places, const graph_memory& graph);

  graph_image image() const { return {id_, program_, states_, homes_}; }
  std::size_t remembered_bytes() const noexcept;
  /// Remembers this instead of what it has; while the graph is broken, for the time when it isn't.
  /// @returns false if some of it isn't what its nodes remember; that begins anew
  bool restore(graph_image image);

  /// Computes what is uniform, and the passes that run ahead of the tiles.
  void begin(const tick_time& time, const std::shared_ptr<const input_layout>& layout,
             const input_snapshot& inputs, register_file& registers);

  /// Elements of one tile. Passes of a tile run in the order of the program.
  void run_tile(const pass& one, const domain::tile_part& part, register_file& registers);

  const float* uniforms() const noexcept { return uniforms_.data(); }
  float* const* buffers() const noexcept { return buffer_pointers_.data(); }
  /// By buffer: the element that its column begins with in the present tile.
  const std::uint32_t* buffer_bases() const noexcept { return buffer_bases_.data(); }

  /// For runtime/status.
  instance_site site() const;

 private:
  /// Whether no cell joins. @pre both vary
  static bool holds(const state_home& all, const state_home& some);
  void adopt(std::shared_ptr<const graph_program> next);
  void make_room(const graph_program& next);
  void find_controls(const input_layout& layout);
  void load_inputs(const tick_time& time, const input_snapshot& inputs);
  void run_elements(const pass& one, std::size_t first, std::size_t count, register_file& registers);

  std::string id_;
  bool enabled_ = true;
  bool broken_ = false;
  std::string last_error_;
  std::uint32_t error_count_ = 0;
  std::shared_ptr<const graph_program> program_;
  std::vector<node_state> states_; // as program_->states
  std::vector<state_home> homes_;
  std::vector<float> uniforms_;
  std::vector<aligned_vector<float>> buffers_;
  std::vector<float*> buffer_pointers_;
  std::vector<std::uint32_t> buffer_bases_;
  std::vector<const float*> index_columns_;
  std::vector<const std::uint32_t*> element_maps_;
  kernel_context context_;                     // of the present tick
  std::shared_ptr<const input_layout> inputs_; // that `places_` belongs to
  std::vector<std::uint32_t> places_;          // by load: index in the snapshot, or none
};

} // namespace troupe::engine
