#pragma once
// Several evaluators, each with a part of the rig, driven as the compiler's actor and the stages drive them,
// and their frames joined.

#include "engine/compiler.hpp"
#include "engine/frame_join.hpp"
#include "engine/show_evaluator.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace troupe::test {

class divided_engine {
 public:
  explicit divided_engine(std::size_t parts) : evaluators_(parts) {}

  void install(const engine::stage_install& change) {
    struct parcel {
      std::size_t to;
      engine::part_memory memory;
    };
    std::vector<parcel> parcels;
    if (change.rig && !change.new_show)
      for (const auto& move : change.rig->moves)
        parcels.push_back({move.to, evaluators_[move.from].give(move)});
    for (std::size_t part = 0; part < evaluators_.size(); ++part) {
      evaluators_[part].install(change, part);
    }
    for (const auto& one : parcels) evaluators_[one.to].receive(one.memory);
    moved += parcels.size();
  }

  /// @param asked is answered by the one that can; two are an error
  void tick(const tick_time& time, const input_snapshot& inputs, const frame_demand& demand = {},
            std::span<engine::cell_question> asked = {}) {
    std::vector<engine::made_frame> made;
    for (auto& one : evaluators_) {
      std::vector<engine::cell_question> mine(asked.size());
      for (std::size_t i = 0; i < asked.size(); ++i)
        mine[i] = {asked[i].fixture_id, asked[i].cell, asked[i].level};
      made.push_back(one.tick(time, inputs, demand, mine));
      for (std::size_t i = 0; i < asked.size(); ++i) {
        if (mine[i].answer && asked[i].answer) throw std::logic_error("two parts have one fixture");
        if (mine[i].answer) asked[i].answer = mine[i].answer;
      }
    }
    if (made.size() == 1) {
      frame = *made.front().frame;
      dmx = *made.front().dmx;
      return;
    }
    std::vector<const frame_data*> frames;
    std::vector<const dmx_data*> levels;
    for (const auto& one : made) {
      frames.push_back(one.frame.get());
      levels.push_back(one.dmx.get());
    }
    engine::join_frames(frames, frame);
    engine::join_dmx(levels, dmx);
  }

  std::vector<engine::show_evaluator>& evaluators() { return evaluators_; }
  const std::vector<engine::show_evaluator>& evaluators() const { return evaluators_; }

  frame_data frame;
  dmx_data dmx;
  std::size_t moved = 0; ///< times that cells went from one part to another

 private:
  std::vector<engine::show_evaluator> evaluators_;
};

} // namespace troupe::test
