#pragma once
// A show under the engine without a server: compiled once, ticked as often as one likes.

#include "engine/show_evaluator.hpp"
#include "protocol/compile_result.hpp"
#include "protocol/show_state.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cli {

class offline_show {
 public:
  /// @param release of models that name none
  offline_show(const show_state& show, release_mode release);

  /// The show's inputs, and those that only a graph names.
  const std::shared_ptr<const input_layout>& controls() const noexcept { return controls_; }

  bool has_graph(std::string_view id) const;

  /// What compiling found, by graph id, in the order of the show; graphs without errors and warnings are left
  /// out.
  const std::vector<std::pair<std::string, compile_error>>& findings() const noexcept { return findings_; }

  /// Takes effect at the next tick. The graph must exist.
  void enable(std::string_view graph_id, bool enabled);

  /// As show_evaluator::tick.
  engine::made_frame tick(const tick_time& time, const input_snapshot& inputs) {
    return evaluator_.tick(time, inputs);
  }

 private:
  std::vector<engine::graph_install> graphs_; ///< in the order of the show
  std::shared_ptr<const input_layout> controls_;
  std::vector<std::pair<std::string, compile_error>> findings_;
  engine::show_evaluator evaluator_;
};

} // namespace troupe::cli
