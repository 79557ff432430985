#pragma once
// One stage's engine: all graphs of a show, ticked together (protocol, sections 4 to 6).

#include "engine/stage_install.hpp"
#include "protocol/frame.hpp"
#include "protocol/inputs.hpp"

#include <memory>

namespace troupe::engine {

/// Owns node state and the attributes that stay after release. Not thread-safe: one owner calls it.
class show_evaluator {
 public:
  show_evaluator();
  ~show_evaluator();
  show_evaluator(show_evaluator&&) noexcept;
  show_evaluator& operator=(show_evaluator&&) noexcept;

  /// Takes effect at the next tick. State is kept for every node whose graph, id and type stay: per fixture
  /// where the node varies, of the fixtures that stay in the node's domain. A node that begins to vary starts
  /// every fixture with the state it had; one that ceases to vary starts afresh.
  /// @throws std::logic_error when a program isn't bound to the rig's slots; nothing has changed then
  void install(const stage_install& change);

  /// Makes one frame and its DMX into pooled buffers of any former content. Allocates only in the first
  /// ticks after an install. Before the first install the frame is empty.
  void tick(const tick_time& time, const input_snapshot& inputs, frame_data& frame, dmx_data& dmx);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::engine
