#pragma once
// One stage's engine: all graphs of a show, ticked together, for one part of the rig (protocol, sections 4 to
// 6).

#include "engine/engine_image.hpp"
#include "engine/explanation.hpp"
#include "engine/part_memory.hpp"
#include "engine/stage_install.hpp"
#include "protocol/frame.hpp"
#include "protocol/inputs.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::engine {

/// What one tick made. Both objects come from pools and are taken back when nobody holds them any more.
struct made_frame {
  std::shared_ptr<const frame_data> frame;
  std::shared_ptr<const dmx_data> dmx;
};

/// Owns node state and the attributes that stay after release. Not thread-safe: one owner calls it.
class show_evaluator {
 public:
  show_evaluator();
  ~show_evaluator();
  show_evaluator(show_evaluator&&) noexcept;
  show_evaluator& operator=(show_evaluator&&) noexcept;

  /// Takes effect at the next tick. State is kept for every node whose graph, id and type stay: per cell
  /// where the node varies, of the fixtures that stay in the node's domain. A node that begins to vary starts
  /// every cell with the state it had; one that ceases to vary starts afresh.
  /// @param part of the rig; the same at every call
  /// @throws std::logic_error when a program isn't bound to the part; nothing has changed then
  void install(const stage_install& change, std::size_t part = 0);

  /// What cells and universes remember that go to another part with the next install. @pre called before that
  /// install
  part_memory give(const part_move& leaving) const;
  /// What another part remembered of what came with the last install.
  void receive(const part_memory& memory);

  /// All that it remembers, to be copied to elsewhere; nothing if that takes more than `max_bytes`.
  std::optional<engine_image> image(std::size_t max_bytes) const;
  /// Goes on from there. @pre installed, and no tick yet
  /// @param held as `receive` takes it, of all cells that keep anything
  /// @returns false if some of it doesn't fit the graphs that are installed, and was left out
  bool restore(std::vector<graph_image> graphs, const part_memory& held);

  /// Makes one frame and its DMX. Allocates only in the first ticks after an install. Before the first
  /// install the frame is empty.
  /// @param asked questions about this frame; answering them allocates, and changes nothing
  made_frame tick(const tick_time& time, const input_snapshot& inputs, const frame_demand& demand = {},
                  std::span<cell_question> asked = {});

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::engine
